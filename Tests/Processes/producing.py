#!/usr/bin/env python3
"""Shows that `produce` sends what is right, names what is wrong, and learns what became of each command.

usage: producing.py PROGRAM [--only WORD] [--count N] [--small N] [--rate N]

Everything is seen from outside: the built program, a noida-db broker, and a reader of committed results that is not ours.
"""
import argparse
import collections
import contextlib
import csv
import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

import harness
from confluent_kafka import Producer
from harness import expect, read_all, run

PARTITIONS = 6
HEADER = [
    "external_id", "name", "email", "address_line1", "address_city", "address_country", "timezone", "metadata.plan",
    "metadata.gstin", "skip_onboarding_workflow", "contact_persons",
]
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


class Setting:
    """A broker with the topics, and a folder for the store and the files."""

    def __init__(self, stack, **more):
        self.stack = stack
        self.folder = stack.enter_context(tempfile.TemporaryDirectory())
        self.broker = stack.enter_context(harness.restartable_broker())
        self.brokers = self.broker.address
        self.env = harness.environment(
            self.brokers, self.folder, FLEXPRICE_LOG_LEVEL="error", FLEXPRICE_KAFKA_GROUP_INSTANCE_ID="worker-1", **more
        )
        harness.create_topics(self.env, PARTITIONS)
        self.log = stack.enter_context(open(self.path("worker.log"), "ab"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return self.path(name)

    def worker(self, **more):
        return harness.process([harness.PROGRAM, "run"], env={**self.env, **more}, stderr=self.log)

    def produce(self, *arguments, timeout=300, stdin=None, env=None):
        return subprocess.run(
            [harness.PROGRAM, "produce", *arguments], env=env or self.env, capture_output=True, timeout=timeout,
            input=stdin, cwd=self.folder,
        )

    def commands(self):
        """How many records the command topic has."""
        return sum(harness.ends(self.brokers, PARTITIONS).values())

    def results(self, count):
        return [(dict(m.headers()), json.loads(m.value())) for m in read_all(self.brokers, "customer_results", count, quiet=1)]


@contextlib.contextmanager
def setting(**more):
    with contextlib.ExitStack() as stack:
        yield Setting(stack, **more)


def cell(text):
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\r\n') else text


def good_row(index):
    """A row as a spreadsheet writes it, now and then of several lines; nobody's metadata but the plan."""
    street = "5 Main St,\nFloor 2" if index % 50 == 7 else f"{index} Main St"
    name = f'Customer "{index}", Inc' if index % 10 == 3 else f"Customer {index}"
    persons = '[{"first_name":"Ada","is_primary":true}]' if index % 20 == 5 else ""
    skip = ["", "true", "FALSE"][index % 3]
    return [
        f"acct_{index}", name, f"billing@customer{index}.example", street, "São Paulo", "BR", "America/Sao_Paulo",
        ["free", "pro"][index % 2], "", skip, persons,
    ]


def with_cell(column, text):
    def change(row):
        row[HEADER.index(column)] = text
        return ",".join(map(cell, row)).encode()
    return change


# A kind of bad row: what is done to a good one, and words of the reason that must be given.
BAD = [
    (with_cell("email", "billing"), "invalid_command: email must be an e-mail address"),
    (with_cell("address_country", "br"), "invalid_command: address_country must be an ISO 3166-1 alpha-2 code"),
    (with_cell("external_id", ""), "invalid_command: external_id is required"),
    (with_cell("external_id", "x" * 256), "invalid_command: external_id must have at most 255 characters; found 256"),
    (with_cell("address_line1", "é" * 200), "invalid_command: address_line1 must have at most 255 bytes in UTF-8"),
    (with_cell("timezone", "Mars/Olympus"), "invalid_command: timezone must be the name of an IANA time zone"),
    (with_cell("metadata.gstin", "nonsense"), "invalid_command: metadata.gstin must be a GSTIN"),
    (with_cell("skip_onboarding_workflow", "maybe"), "invalid_command: skip_onboarding_workflow must be true or false"),
    (with_cell("contact_persons", "[{]"), "invalid_cell: contact_persons must be JSON: at byte 2"),
    (with_cell("contact_persons", '[{"last_name":"B"}]'), "invalid_command: contact_persons[0].first_name is required"),
    (with_cell("name", "nul \0"), "invalid_command: name must not contain the character U+0000"),
    (with_cell("name", "y" * 300_000), "payload_too_large: "),
    (lambda row: ",".join(map(cell, row[:-1])).encode(), "invalid_csv: has 10 cells and the header has 11"),
    (lambda row: ",".join(map(cell, [*row, "more"])).encode(), "invalid_csv: has 12 cells and the header has 11"),
    (lambda row: b'acct,Miller "Jim",,,,,,,,,', "invalid_csv: name has a quote inside"),
    (lambda row: b'acct,"Miller" Jim,,,,,,,,,', "invalid_csv: name goes on behind its closing quote"),
    (lambda row: b"acct,M\xfcller,,,,,,,,,", "invalid_csv: name is not UTF-8"),
    (lambda row: b'acct,"two\r\nlines" x,,,,,,,,,', "invalid_csv: name goes on behind its closing quote; double a quote"),
]


def make_csv(count, every):
    """A file of so many rows, of which one in `every` is bad; the lines of those, with the reason, and the good ids."""
    text = io.BytesIO()
    text.write(b"\xef\xbb\xbf" + ",".join(HEADER).encode() + b"\r\n")
    line, wrong, ids = 2, {}, []
    for index in range(count):
        row = good_row(index)
        if index % every == every - 1:
            change, reason = BAD[(index // every) % len(BAD)]
            data = change(row)
            wrong[line] = reason
        else:
            data = ",".join(map(cell, row)).encode()
            ids.append(row[0])
        text.write(data + b"\r\n")
        # A line ends with LF, CR LF or CR.
        line += 1 + len(re.findall(rb"\r\n|\n|\r", data))
    return text.getvalue(), wrong, ids


def named(name, stderr):
    """The rows that were named on standard error: line number to reason."""
    rows = {}
    for line in stderr.decode().splitlines():
        found = re.match(re.escape(name) + r":(\d+)(?: \(element \d+\))?: (.*)", line)
        if found:
            expect(int(found.group(1)) not in rows, f"line {found.group(1)} was named twice")
            rows[int(found.group(1))] = found.group(2)
    return rows


def expect_named(wrong, rows):
    expect(sorted(wrong) == sorted(rows), f"named {len(rows)} rows, expected {len(wrong)}: {sorted(set(wrong) ^ set(rows))[:5]}")
    for line, reason in wrong.items():
        expect(reason in rows[line], f"line {line}: {rows[line]!r} does not say {reason!r}")


def measured(setting, *arguments, timeout=560):
    """Runs produce; its exit code, what it printed, and the largest resident memory that it had, in megabytes."""
    with open(setting.path("out"), "wb") as out, open(setting.path("err"), "wb") as err:
        p = subprocess.Popen([harness.PROGRAM, "produce", *arguments], env=setting.env, stdout=out, stderr=err, cwd=setting.folder)
        timer = time.monotonic() + timeout
        while True:
            pid, status, usage = os.wait4(p.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > timer:
                p.kill()
                raise AssertionError(f"produce was still running after {timeout} s")
            time.sleep(0.05)
        p.returncode = os.waitstatus_to_exitcode(status)
    read = lambda name: open(setting.path(name), "rb").read()
    return p.returncode, read("out"), read("err"), usage.ru_maxrss / 1024


@check
def bulk(options):
    """A large CSV with 1 % bad rows of every kind: each is named, the others are created, and memory stays as it was"""
    with setting() as s:
        small, small_wrong, small_ids = make_csv(options.small, 100)
        large, wrong, ids = make_csv(options.count, 100)
        kinds = len(set(wrong.values()))
        s.write("small.csv", small.replace(b"acct_", b"small_"))
        s.write("customers.csv", large)
        del small, large

        code, out, err, _ = measured(s, "customers.csv", "--json")
        expect(code == 65, f"exit code {code}, expected 65")
        said = json.loads(out)
        expect((said["rows"], said["bad"], said["sent"]) == (options.count, len(wrong), 0), f"{said}")
        expect_named(wrong, named("customers.csv", err))
        expect(s.commands() == 0, "something was sent although rows were bad")

        rate = ["--rate", str(options.rate)] if options.rate else []
        with s.worker() as worker:
            code, out, err, base = measured(s, "small.csv", "--json", "--wait", "--skip-invalid", *rate)
            expect(code == 4 and json.loads(out)["outcomes"]["created"] == len(small_ids), f"exit code {code}: {out} {err[-500:]}")
            started = time.monotonic()
            code, out, err, peak = measured(
                s, "customers.csv", "--json", "--wait", "--skip-invalid", "--failures", "bad.jsonl", *rate
            )
            took = time.monotonic() - started
            said = json.loads(out)
            expect(code == 4 and said["skipped"] == len(wrong), f"exit code {code}: {said}")
            expect_named(wrong, named("customers.csv", err))
            outcomes = said["outcomes"]
            expect(said["sent"] == len(ids) == outcomes["created"], f"{said}, expected {len(ids)} created")
            expect(said["no_result"] == 0 and said["failed"] == {} and said["refused"] == 0, f"{said}")
            expect(said["sent"] + said["bad"] == said["rows"] == options.count, f"the counts do not add up: {said}")
        lines = [json.loads(line) for line in open(s.path("bad.jsonl"))]
        expect([line["failure"]["row"] for line in lines] == sorted(wrong), "the file of failures has other rows")
        results = s.results(len(ids) + len(small_ids))
        created = {value["external_id"]: value["outcome"] for _, value in results if not value["external_id"].startswith("small_")}
        expect(set(created) == set(ids) and set(created.values()) == {"created"}, "the results are of other customers")
        expect(len(results) == len(ids) + len(small_ids), f"{len(results)} results")
        city = next(v["customer"]["address_city"] for _, v in results)
        expect(city == "São Paulo", f"the city became {city!r}")
        print(
            f"        {options.count} rows, {len(wrong)} bad of {kinds} kinds, {len(ids)} created in {took:.0f} s; peak of resident "
            f"memory {peak:.1f} MB, with {options.small} rows {base:.1f} MB"
        )
        expect(peak <= base * 1.25 + 8, f"{base:.1f} MB with {options.small} rows, {peak:.1f} MB with {options.count}")


@check
def again(options):
    """The same file again: everything is replayed, and the API is not asked"""
    with contextlib.ExitStack() as stack:
        api = stack.enter_context(harness.simulator())
        s = Setting(stack, FLEXPRICE_BACKEND="flexprice", FLEXPRICE_API_HOST=api, FLEXPRICE_API_KEY=harness.KEY)
        count = options.again
        text, _, ids = make_csv(count, count + 1)
        s.write("customers.csv", text)
        stack.enter_context(s.worker())
        first = s.produce("customers.csv", "--wait", "--json")
        said = json.loads(first.stdout)
        expect(first.returncode == 0 and said["outcomes"]["created"] == count, f"{said} {first.stderr}")
        asked = harness.stats(api)
        expect(asked["requests"] >= count, f"the API was asked {asked} times only")
        second = s.produce("customers.csv", "--wait", "--json")
        said = json.loads(second.stdout)
        expect(second.returncode == 0, f"{said} {second.stderr}")
        expect(said["outcomes"] == {"created": 0, "replayed": count, "existing": 0, "updated": 0}, f"{said}")
        expect(harness.stats(api) == asked, f"the API was asked again: {asked}, then {harness.stats(api)}")
        # Both times under the same ids, one for each row.
        commands = [dict(m.headers())["ce_id"] for m in read_all(s.brokers, "customer_commands", 2 * count, quiet=1)]
        times = collections.Counter(commands)
        expect(len(times) == count and set(times.values()) == {2}, "the ids of the second sending differ")
        print(f"        {count} rows: created, then replayed; requests to the API, both times together: {asked['requests']}")


@check
def killed_worker(options):
    """--wait loses no result although the worker is killed and started again meanwhile"""
    with contextlib.ExitStack() as stack:
        # 80 a second, so that every kill finds work under way.
        api = stack.enter_context(harness.simulator(latency=100))
        s = Setting(
            stack, FLEXPRICE_BACKEND="flexprice", FLEXPRICE_API_HOST=api, FLEXPRICE_API_KEY=harness.KEY,
            FLEXPRICE_API_MAX_CONCURRENCY="8",
        )
        count, kills = options.killed, options.kills
        rows = [json.dumps({"external_id": f"acct_{i}", "name": f"Customer {i}"}) for i in range(count)]
        # Refused by the API for good, which shows the failures among the results.
        for index in range(0, count, 40):
            rows[index] = json.dumps({
                "external_id": f"acct_{index}", "tax_rate_overrides": [{"tax_rate_code": f"none_{index}"}],
            })
        s.write("commands.jsonl", "\n".join(rows))
        harness.inject(api, [])
        with open(s.path("out"), "wb") as out, open(s.path("err"), "wb") as err:
            p = stack.enter_context(harness.process(
                [harness.PROGRAM, "produce", "commands.jsonl", "--wait", "--json"], env=s.env, stdout=out, stderr=err, cwd=s.folder
            ))
            # Transactions' markers are counted too, so it comes a little early.
            answered = lambda: sum(harness.ends(s.brokers, PARTITIONS, "customer_results").values())
            for number in range(kills):
                worker = stack.enter_context(s.worker())
                goal = (number + 1) * count // (kills + 2)
                harness.wait_until(lambda: answered() >= goal or answered(), 90, "the worker goes on")
                worker.send_signal(signal.SIGKILL)
                worker.wait(timeout=20)
                expect(p.poll() is None, f"produce ended before kill {number + 1}: {open(s.path('err')).read()[-500:]}")
            at = answered()
            expect(at < count, "nothing was left when the worker was killed for the last time")
            stack.enter_context(s.worker())
            with contextlib.suppress(subprocess.TimeoutExpired):
                p.wait(timeout=60)
            if p.poll() is None:
                last = open(s.path("err")).read()[-300:]
                raise AssertionError(
                    f"{last}; committed {harness.committed(s.brokers, PARTITIONS)} of {harness.ends(s.brokers, PARTITIONS)}, "
                    f"{len(s.results(0))} results; log {open(s.path('worker.log')).read()[-1500:]}"
                )
        said = json.load(open(s.path("out")))
        outcomes, failed = said["outcomes"], sum(said["failed"].values())
        bad = len(range(0, count, 40))
        expect(said["no_result"] == 0 and said["sent"] == count, f"{said}")
        expect(sum(outcomes.values()) + failed == count, f"the counts do not add up: {said}")
        expect(failed == bad and p.returncode == 1, f"{failed} failed, expected {bad}; exit code {p.returncode}")
        lines = [json.loads(line) for line in open(s.path("commands.failures.jsonl"))]
        expect(sorted(line["failure"]["row"] for line in lines) == [i + 1 for i in range(0, count, 40)], "other rows failed")
        for line in lines:
            row = line["failure"]["row"]
            expect(line["value"] == json.loads(rows[row - 1]), f"row {row} was written down as {line}")
        results = s.results(count)
        expect(len(results) == count, f"{len(results)} results for {count} commands")
        print(f"        {kills} kills, about {at} of {count} answered by then; {outcomes} {said['failed']}")

        # Mended and sent again, as the file says.
        mended = [{**line, "value": {"external_id": line["value"]["external_id"]}} for line in lines]
        s.write("mended.jsonl", "".join(json.dumps(line) + "\n" for line in mended))
        done = s.produce("mended.jsonl", "--wait", "--json", timeout=60)
        said = json.loads(done.stdout)
        expect(done.returncode == 0 and said["outcomes"]["created"] == bad, f"{said} {done.stderr}")
        expect(not os.path.exists(s.path("mended.failures.jsonl")), "a file of failures without failures")


@check
def behind_an_abort(options):
    """--wait sees the results of a worker whose last transaction was aborted before"""
    with setting(FLEXPRICE_DELIVERY_TRANSACTIONAL_ID="one") as s:
        for number in range(2):
            # What a kill -9 amid a transaction leaves behind.
            producer = Producer({"bootstrap.servers": s.brokers, "transactional.id": "one", "log_level": 0})
            producer.init_transactions(20)
            producer.begin_transaction()
            for partition in range(PARTITIONS):
                producer.produce("customer_results", b"{}", partition=partition)
            expect(producer.flush(20) == 0, "the results could not be sent")
            producer.abort_transaction(20)
            s.write("c.jsonl", "".join(json.dumps({"external_id": f"acct_{number}_{i}"}) + "\n" for i in range(60)))
            with s.worker():
                done = s.produce("c.jsonl", "--wait", "--timeout", "40s", "--json", timeout=90)
            said = json.loads(done.stdout)
            expect(done.returncode == 0 and said["outcomes"]["created"] == 60, f"{said} {done.stderr}")


@check
def one_command_in_three_formats(options):
    """CSV, JSON Lines, an array and a pipe say the same under the same ids, with the external_id as the key"""
    with setting() as s:
        text, _, ids = make_csv(60, 61)
        rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))
        bodies = []
        for row in rows:
            body = {name: value for name, value in row.items() if value and not name.startswith("metadata.")}
            body["metadata"] = {"plan": row["metadata.plan"]}
            if "skip_onboarding_workflow" in body:
                body["skip_onboarding_workflow"] = body["skip_onboarding_workflow"].lower() == "true"
            if "contact_persons" in body:
                body["contact_persons"] = json.loads(body["contact_persons"])
            bodies.append(dict(reversed(body.items())))
        lines = "".join(json.dumps(body) + "\r\n\n" for body in bodies).encode()
        s.write("a.csv", text)
        s.write("a.json", json.dumps(bodies, indent=2))
        s.write("a.jsonl", lines)
        sendings = [
            s.produce("a.csv"), s.produce("a.json"), s.produce("a.jsonl"), s.produce("-", stdin=lines),
            s.produce("-", "--format", "csv", stdin=text), s.produce("-", stdin=json.dumps(bodies).encode()),
        ]
        for sending in sendings:
            expect(sending.returncode == 0, f"{sending.args}: {sending.stdout} {sending.stderr}")
        records = read_all(s.brokers, "customer_commands", 360, quiet=1)
        by_id = collections.defaultdict(list)
        for m in records:
            headers = dict(m.headers())
            by_id[headers["ce_id"]].append(m)
            expect(m.key() == json.loads(m.value())["external_id"].encode(), f"the key is {m.key()}")
            expect(headers["ce_specversion"] == b"1.0" and headers["content-type"] == b"application/json", f"{headers}")
        expect(len(by_id) == 60 and all(len(ms) == len(sendings) for ms in by_id.values()), f"{len(by_id)} ids in {len(records)}")
        for ms in by_id.values():
            said = [json.loads(m.value()) for m in ms]
            expect(all(body == said[0] for body in said), f"one id for {said}")
            expect(said[0] in bodies, f"{said[0]} was not said")


@check
def nothing_is_guessed(options):
    """A header with other names, a file that is cut off and a missing file are refused, each with the reason"""
    with setting() as s:
        cases = [
            ("a.csv", "external_id,emial\nx,y", 65, "column 2, emial, is no field of a command; did you mean email?"),
            ("b.csv", "external_id,metadata_plan\nx,y", 65, "did you mean metadata.plan?"),
            ("c.csv", "name\nx", 65, "there is no column external_id"),
            ("d.csv", "external_id,name,name\nx,y,z", 65, "column 3 is name again"),
            ("e.csv", "external_id;name\nx;y", 65, "separated by ;; separate them by commas"),
            ("f.csv", "", 65, "is empty"),
            ("g.csv", 'external_id,name\nx,"y\nz,1\n', 65, "g.csv:2: a quote that opens in the row of this line is not closed"),
            ("h.csv", "external_id,metadata,metadata.a\nx,{},1", 65, "write the metadata in one way"),
            ("i.csv", "external_id,name\n".encode("utf-16"), 65, "is UTF-16; save it as UTF-8"),
            ("j.json", '[{"external_id":"a"},', 65, "ends within the array"),
            ("k.json", '[{"external_id":"a"} {}]', 65, "expected a comma or ] behind element 1"),
            ("l.json", '[{"external_id":"a"}] x', 65, "something follows the array"),
            ("m.json", "external_id", 65, "begins with neither [ nor {"),
            ("n.jsonl", '{"external_id":1}\n\n{"external_id":"a"\n', 65, "n.jsonl:3: invalid_json: "),
        ]
        for name, text, code, reason in cases:
            s.write(name, text)
            done = s.produce(name, "--skip-invalid" if code == 65 and name != "n.jsonl" else "--json")
            expect(done.returncode == code and reason in done.stderr.decode(), f"{name}: {done.returncode} {done.stderr.decode()}")
        done = s.produce("absent.csv")
        expect(done.returncode == 65 and b"No such file" in done.stderr, f"{done.returncode} {done.stderr}")
        done = s.produce("a.csv", "--failures", "worker.log")
        expect(done.returncode == 77 and b"worker.log" in done.stderr, f"{done.returncode} {done.stderr}")
        expect(s.commands() == 0, "something was sent")
        # As it is, whatever the rules say; what is no JSON too.
        s.write("raw.jsonl", '{"external_id":"a","email":"x"}\n{oops\n')
        done = s.produce("raw.jsonl", "--no-validate", "--json")
        expect(done.returncode == 0 and json.loads(done.stdout)["sent"] == 2, f"{done.stdout} {done.stderr}")
        sent = {(m.key(), m.value()) for m in read_all(s.brokers, "customer_commands", 2, quiet=1)}
        expect(sent == {(b"a", b'{"external_id":"a","email":"x"}'), (None, b"{oops")}, f"{sent}")
        done = s.produce("raw.jsonl", env={**s.env, "FLEXPRICE_KAFKA_TOPIC": "absent"}, timeout=60)
        expect(done.returncode == 65, f"{done.returncode} {done.stderr}")
        s.write("one.jsonl", '{"external_id":"a"}')
        done = s.produce("one.jsonl", "--failures", "f.jsonl", env={**s.env, "FLEXPRICE_KAFKA_TOPIC": "absent"}, timeout=60)
        expect(done.returncode == 69 and b"missing topic: absent" in done.stderr, f"{done.returncode} {done.stderr}")
        expect(not os.path.exists(s.path("f.jsonl")), "a file of failures is left behind")


@check
def interruptions(options):
    """Ctrl-C and a broker that goes say where to go on, and what is sent from there completes the file"""
    with setting(FLEXPRICE_KAFKA_PROPERTIES=json.dumps({"message.timeout.ms": "3000", "session.timeout.ms": "6000"})) as s:
        count = 600
        s.write("c.jsonl", "".join(json.dumps({"external_id": f"acct_{i}"}) + "\n" for i in range(count)))
        start = lambda *more: subprocess.Popen(
            [harness.PROGRAM, "produce", "c.jsonl", "--rate", "100", "--json", *more], env=s.env, cwd=s.folder,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )
        p = start()
        harness.wait_until(lambda: s.commands() >= 50 or s.commands(), 30, "commands are sent")
        p.send_signal(signal.SIGINT)
        said = json.loads(p.communicate(timeout=30)[0])
        expect(p.returncode == 130 and said["ending"] == "cancelled", f"{p.returncode} {said}")
        expect(said["resume_from"] == said["sent"] + 1 == s.commands() + 1, f"{said}, {s.commands()} in the topic")

        p = start("--from-line", str(said["resume_from"]))
        before = s.commands()
        harness.wait_until(lambda: s.commands() >= before + 50 or s.commands(), 30, "commands are sent")
        s.broker.stop()
        said = json.loads(p.communicate(timeout=60)[0])
        expect(p.returncode == 69 and said["ending"] == "failed", f"{p.returncode} {said}")
        s.broker.start()
        done = s.produce("c.jsonl", "--from-line", str(said["resume_from"]), "--json")
        expect(done.returncode == 0, f"{done.stdout} {done.stderr}")
        ids = {m.key().decode() for m in read_all(s.brokers, "customer_commands", count, quiet=1)}
        expect(ids == {f"acct_{i}" for i in range(count)}, f"{len(ids)} of {count} customers are there")
        print(f"        went on with line {said['resume_from']} after the broker was gone")


@check
def paced_and_drawn(options):
    """--rate holds, a terminal gets a bar, a pipe gets lines"""
    with setting() as s:
        s.write("c.jsonl", "".join(json.dumps({"external_id": f"acct_{i}"}) + "\n" for i in range(300)))
        started = time.monotonic()
        done = s.produce("c.jsonl", "--rate", "100")
        took = time.monotonic() - started
        # A second is made up for, so 300 at 100 a second take 2 s at the least.
        expect(done.returncode == 0 and took >= 2, f"300 at 100 a second took {took:.1f} s: {done.stdout}")
        expect(b"\r" not in done.stderr and b"300 sent in" in done.stdout, f"{done.stdout} {done.stderr}")
        primary, secondary = pty.openpty()
        env = {**s.env, "TERM": "xterm"}
        p = subprocess.Popen([harness.PROGRAM, "produce", "c.jsonl"], env=env, cwd=s.folder, stdout=secondary, stderr=secondary)
        os.close(secondary)
        screen = b""
        with contextlib.suppress(OSError):
            while select.select([primary], [], [], 30)[0] and (chunk := os.read(primary, 4096)):
                screen += chunk
        p.wait(timeout=30)
        expect(b"[########################] 300 of 300 sent" in screen, f"{screen}")
        # A terminal that does not say its width has 80 columns.
        drawn = [line.split(b"\r\n")[0] for line in screen.split(b"\r\x1b[2K")[1:]]
        expect(max(map(len, drawn)) < 80, f"a line that wraps: {drawn}")


@check
def dead_letters_go_back(options):
    """A file of dlq export is taken back: mended values under the ids and headers that the commands had"""
    with setting() as s:
        bad = [
            {"external_id": f"acct_{i}", "name": "Acme", "address_country": "India"} for i in range(20)
        ]
        producer_ids = {}
        producer = Producer({"bootstrap.servers": s.brokers})
        for body in bad:
            producer_ids[body["external_id"]] = f"signup-{body['external_id']}".encode()
            producer.produce(
                "customer_commands", json.dumps(body), key=body["external_id"],
                headers=[("ce_id", producer_ids[body["external_id"]]), ("correlationId", b"\x00\xff"), ("x-tenant", b"t1")],
            )
        expect(producer.flush(30) == 0, "the commands could not be sent")
        with s.worker():
            expect(len(s.results(20)) == 20, "no 20 failures")
            exported = run(["dlq", "export", "--output", s.path("letters.jsonl")], s.env)
            expect(exported.returncode == 0, exported.stderr)
            done = s.produce("letters.jsonl")
            expect(done.returncode == 65 and len(named("letters.jsonl", done.stderr)) == 20, f"{done.stderr}")
            text = open(s.path("letters.jsonl")).read()
            expect('"address_country":"India"' in text, text[:300])
            s.write("mended.jsonl", text.replace('"address_country":"India"', '"address_country":"IN"'))
            done = s.produce("mended.jsonl", "--wait", "--json")
            said = json.loads(done.stdout)
            expect(done.returncode == 0 and said["outcomes"]["created"] == 20, f"{said} {done.stderr}")
            results = [(h, v) for h, v in s.results(40) if v["status"] == "created"]
        for headers, value in results:
            expect(headers["ce_causationid"] == producer_ids[value["external_id"]], f"{headers}")
            expect(headers["correlationId"] == b"\x00\xff", f"{headers}")
        for m in read_all(s.brokers, "customer_commands", 40, quiet=1):
            names = [name for name, _ in m.headers()]
            expect("x-tenant" in names and not any(n.startswith(("__dlq", "dlq-")) for n in names), f"{names}")


@check
def results_command(options):
    """`results` prints what is kept or what comes, and only what is meant"""
    with setting() as s:
        rows = [{"external_id": f"acct_{i}", "name": "Acme"} for i in range(40)]
        rows += [{"external_id": f"acct_{i}", "name": "Other"} for i in range(10)]
        s.write("c.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
        none = run(["results"], s.env)
        expect(none.returncode == 3 and "no result yet in customer_results" in none.stderr and "produce" in none.stderr, f"{none}")
        with s.worker():
            done = s.produce("c.jsonl", "--wait", "--no-validate", "--json")
            said = json.loads(done.stdout)
            expect(done.returncode == 1 and said["failed"] == {"idempotency_conflict": 10}, f"{said} {done.stderr}")
            lines = lambda *more: run(["results", *more], s.env).stdout.splitlines()
            expect(len(lines()) == 50 and len(lines("--json")) == 50, "50 results are kept")
            failed = [json.loads(line) for line in lines("--status", "failed", "--json")]
            expect(len(failed) == 10 and all(v["error"]["code"] == "idempotency_conflict" for v in failed), f"{failed[:1]}")
            expect(len(lines("--code", "created")) == 40 and len(lines("--code", "idempotency_conflict")) == 10, "by code")
            expect(len(lines("--external-id", "acct_3", "--external-id", "acct_30")) == 3, "by customer")
            expect(len(lines("--command-id", failed[0]["command"]["id"])) == 1, "by command")
            expect(len(lines("--limit", "7")) == 7 and len(lines("--since", "1h")) == 50, "by number and time")
            expect(len(lines("--since", "7d", "--until", "2099-01-01")) == 50, "until a time to come")
            none = run(["results", "--until", "1h"], s.env)
            expect(none.returncode == 3 and none.stdout == "" and "none of the 50 results" in none.stderr, f"{none}")
            # The newest of all partitions, in the order of their times; each partition in the order of its log.
            last = [json.loads(line) for line in lines("--last", "12", "--json")]
            kept = [json.loads(line) for line in lines("--json")]
            expect(len(last) == 12 and all(value in kept for value in last), f"{len(last)}")
            times = [line.split()[0] for line in lines("--last", "12")]
            newest = sorted((line.split()[0] for line in lines()), reverse=True)[:12]
            expect(times == sorted(newest), f"{times}, expected {sorted(newest)}")
            expect(len(lines("--last", "3", "--status", "failed")) == 3 and len(lines("--last", "60")) == 50, "the newest that match")
            # Without --since it begins with what comes from now on: only the new customer is printed.
            p = subprocess.Popen(
                [harness.PROGRAM, "results", "--follow", "--limit", "1", "--json"], env=s.env, stdout=subprocess.PIPE, text=True
            )
            number = 0
            while p.poll() is None:
                number += 1
                expect(number < 60, "--follow has seen nothing")
                s.write("one.jsonl", json.dumps({"external_id": f"new_{number}"}))
                expect(s.produce("one.jsonl", "--wait").returncode == 0, "the new customer was not created")
                with contextlib.suppress(subprocess.TimeoutExpired):
                    p.wait(timeout=1)
            value = json.loads(p.communicate()[0])
            expect(value["external_id"].startswith("new_") and p.returncode == 0, f"{p.returncode} {value}")
            followed = run(["results", "--follow", "--since", "1h", "--limit", "50", "--json"], s.env)
            expect(len(followed.stdout.splitlines()) == 50, "--follow --since begins with what is kept")
            # The newest ones, then those that come.
            with harness.process(
                [harness.PROGRAM, "results", "--last", "2", "--follow", "--json"], env=s.env, stdout=subprocess.PIPE, text=True
            ) as p:
                first = [json.loads(p.stdout.readline()) for _ in range(2)]
                expect(first == [json.loads(line) for line in lines("--last", "2", "--json")], f"{first}")
                s.write("one.jsonl", json.dumps({"external_id": "after_the_newest"}))
                expect(s.produce("one.jsonl", "--wait").returncode == 0, "the new customer was not created")
                came = json.loads(p.stdout.readline())
                expect(came["external_id"] == "after_the_newest", f"{came}")


@check
def no_result(options):
    """Without a worker --wait says so, waits for one, and gives up after --timeout with the rows that have no result"""
    with setting() as s:
        s.write("c.jsonl", "".join(json.dumps({"external_id": f"acct_{i}"}) + "\n" for i in range(5)))
        done = s.produce("c.jsonl", "--wait", "--timeout", "1s", "--out", "none.csv")
        text = done.stdout.decode()
        expect(done.returncode == 1 and "no result" in text and "1, 2, 3, 4, 5" in text, f"{done.returncode} {text}")
        rows = list(csv.DictReader(open(s.path("none.csv"), encoding="utf-8-sig", newline="")))
        expect([(r["line"], r["external_id"], r["status"]) for r in rows] ==
               [(f"{i + 1}", f"acct_{i}", "no_result") for i in range(5)], f"{rows}")
        with open(s.path("err"), "wb") as err:
            p = subprocess.Popen([harness.PROGRAM, "produce", "c.jsonl", "--wait", "--json"], env=s.env, stdout=subprocess.PIPE,
                                 stderr=err, cwd=s.folder)
            said = lambda: open(s.path("err")).read()
            harness.wait_until(lambda: "No worker is running: the consumer group customer_worker has no member" in said() or said(),
                               60, "it is said that no worker runs")
            expect(p.poll() is None, "it ended without a worker")
            with s.worker():
                outcome = json.loads(p.communicate(timeout=90)[0])
        expect(p.returncode == 0 and sum(outcome["outcomes"].values()) == 5, f"{p.returncode} {outcome} {said()}")
        expect(said().count("No worker is running") == 1, f"said more than once: {said()}")


@check
def shown_before_it_is_sent(options):
    """Conflicting rows and unknown fields are shown before anything is sent; what is left out ends with 4, and --out has every row"""
    with setting() as s:
        rows = [
            {"external_id": "acct_1", "name": "One"}, {"external_id": "acct_2", "emial": "a@b.example"},
            {"name": "One", "external_id": "acct_1"}, {"external_id": "acct_1", "name": "Another"},
            {"external_id": "acct_3", "email": "wrong"}, {"external_id": "acct_4", "name": "Four, with \"quotes\""},
        ]
        s.write("c.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
        refused = s.produce("c.jsonl", "--wait", "--out", "out.csv", "--json")
        said, text = json.loads(refused.stdout), refused.stderr.decode()
        expect(refused.returncode == 65 and said["sent"] == 0 and s.commands() == 0, f"{refused}")
        expect("c.jsonl:4: conflicting_row: row 1 has the same external_id and says something else" in text, text)
        expect("field emial in row 2 is not known and is sent as it is; did you mean email?" in text, text)
        expect(said["bad"] == 2 and said["repeated"] == 1 and said["unknown_fields"] == {"emial": 1}, f"{said}")
        expect(not os.path.exists(s.path("out.csv")), "a file of results is left behind although nothing was sent")
        sent = s.produce("c.jsonl", "--skip-invalid")
        expect(sent.returncode == 4 and b"4 sent" in sent.stdout and b"2 left out" in sent.stdout, f"{sent}")
        with s.worker():
            for name in ["out.csv", "out.jsonl"]:
                done = s.produce("c.jsonl", "--wait", "--skip-invalid", "--out", name, "--failures", f"bad-{name}", "--json")
                said = json.loads(done.stdout)
                expect(done.returncode == 4 and said["skipped"] == 2 and said["out"] == name, f"{done.returncode} {said}")
        with open(s.path("out.csv"), "rb") as file:
            data = file.read()
        expect(data.startswith(b"\xef\xbb\xbfline,external_id,status,outcome,customer_id,message\r\n"), f"{data[:80]}")
        read = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        lines = [json.loads(line) for line in open(s.path("out.jsonl"))]
        for found in (read, lines):
            by_line = {int(row["line"]): row for row in found}
            expect(sorted(by_line) == [1, 2, 3, 4, 5, 6], f"{found}")
            expect([by_line[n]["status"] for n in range(1, 7)] == ["created", "created", "created", "skipped", "skipped", "created"],
                   f"{found}")
            expect(by_line[4]["outcome"] == "conflicting_row" and by_line[5]["outcome"] == "invalid_command", f"{found}")
            expect(by_line[5]["message"].startswith("email must be"), f"{found}")
            expect(all(by_line[n]["customer_id"] for n in (1, 2, 3, 6)) and by_line[6]["external_id"] == "acct_4", f"{found}")
        expect(all(isinstance(row["line"], int) for row in lines), "a line's number is no number")
        again = s.produce("c.jsonl", "--wait", "--skip-invalid", "--out", "out.csv")
        expect(again.returncode == 77 and b"out.csv" in again.stderr and open(s.path("out.csv"), "rb").read() == data, f"{again}")
        for arguments, answer in [(["--out", "x.xlsx", "--wait"], b"ends with .csv or .jsonl"), (["--out", "x.csv"], b"--wait")]:
            wrong = s.produce("c.jsonl", *arguments)
            expect(wrong.returncode == 64 and answer in wrong.stderr, f"{wrong}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--only")
    parser.add_argument("--count", type=int, default=100_000, help="rows of the large file")
    parser.add_argument("--small", type=int, default=10_000, help="rows of the file that it is held against")
    parser.add_argument("--again", type=int, default=5_000)
    parser.add_argument("--killed", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--rate", type=int, default=0)
    parser.add_argument("--limit", type=int, default=540, help="seconds that a check may take")
    options = parser.parse_args()
    harness.PROGRAM = os.path.abspath(options.program)
    chosen = [c for c in CHECKS if options.only is None or options.only in c.__name__]

    def bound(one):
        def go():
            one(options)
        go.__doc__ = one.__doc__
        return go

    return harness.report([bound(one) for one in chosen], limit=options.limit)


if __name__ == "__main__":
    sys.exit(main())
