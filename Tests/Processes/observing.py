#!/usr/bin/env python3
"""Looks at a running worker as its operators do: metrics, health, status, log and reload.

usage: observing.py PROGRAM
"""
import contextlib
import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

import harness
from confluent_kafka import Producer
from harness import expect, get, wait_until

ROOT = harness.ROOT
PROMTOOL = os.path.join(ROOT, ".build", "test-tools", "promtool")
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"

# The contract's list, with the labels of each.
CONTRACT = {
    "customer_worker_commands_total": {"status", "outcome", "code"},
    "customer_worker_command_duration_seconds": {"le"},
    "customer_worker_in_flight": set(),
    "customer_worker_oldest_unfinished_seconds": set(),
    "customer_worker_consumer_lag": {"topic", "partition"},
    "customer_worker_consumer_lag_age_seconds": set(),
    "customer_worker_incomplete_offsets": {"topic", "partition"},
    "customer_worker_api_requests_total": {"status"},
    "customer_worker_api_request_duration_seconds": {"le"},
    "customer_worker_api_retries_total": {"reason"},
    "customer_worker_intake_paused": {"reason"},
    "customer_worker_pauses": {"scope"},
    "customer_worker_dead_letters_total": {"code"},
    "customer_worker_dead_letters_waiting": {"code"},
    "customer_worker_dead_letters_oldest_seconds": set(),
    "customer_worker_transactions_total": {"result"},
    "customer_worker_reduced_total": {"kind"},
    "customer_worker_ready": set(),
    "customer_worker_not_ready": {"reason"},
    "customer_worker_api_hold_seconds": set(),
    "customer_worker_last_reload_success": set(),
    "customer_worker_records_skipped_total": {"reason"},
    "customer_worker_log_restarts_total": set(),
    "customer_worker_store_duration_seconds": {"operation", "le"},
    "customer_worker_build_info": {"version", "swift"},
    "process_cpu_seconds_total": set(),
    "process_start_time_seconds": set(),
    "process_resident_memory_bytes": set(),
    "process_virtual_memory_bytes": set(),
    "process_open_fds": set(),
    "process_max_fds": set(),
}


class Metrics:
    """One scrape, read as Prometheus would."""

    def __init__(self, port):
        status, self.text = get(port, "/metrics")
        expect(status == 200, f"/metrics answered {status}")
        self.samples = {}
        for line in self.text.splitlines():
            if line.startswith("#"):
                continue
            found = re.fullmatch(r'([a-z_]+)(?:\{(.*)\})? (\S+)', line)
            expect(found, f"{line!r} is no sample")
            labels = tuple(re.findall(r'([a-z]+)="((?:[^"\\]|\\.)*)"', found[2] or ""))
            expect((found[1], labels) not in self.samples, f"{line!r} comes twice")
            self.samples[(found[1], labels)] = float(found[3])

    def value(self, name, **labels):
        wanted = set(labels.items())
        values = [v for (n, have), v in self.samples.items() if n == name and wanted <= set(have)]
        return sum(values) if values else None

    def families(self):
        return {re.sub(r"_(bucket|sum|count)$", "", name) if name not in CONTRACT else name for name, _ in self.samples}


class Stack:
    def __init__(self, stack, latency=0, config="", **more):
        self.stack = stack
        self.broker = stack.enter_context(harness.restartable_broker())
        self.folder = stack.enter_context(tempfile.TemporaryDirectory())
        self.api = stack.enter_context(harness.simulator(latency))
        self.port = harness.free_port()
        self.config = os.path.join(self.folder, "config.yaml")
        self.write(config)
        self.env = harness.environment(
            self.broker.address, self.folder, FLEXPRICE_BACKEND="flexprice", FLEXPRICE_API_HOST=self.api,
            FLEXPRICE_ADMIN_LISTEN=f"127.0.0.1:{self.port}", **{"FLEXPRICE_API_KEY": harness.KEY, **more},
        )
        made = self.program("topics", "create", "--partitions", "3", "--replication-factor", "1")
        expect(made.returncode == 0, made.stderr)
        self.start()

    def start(self):
        """Starts the worker, with a log that begins anew, and waits until it is ready."""
        self.log = harness.Log(self.folder)
        self.stack.callback(self.log.file.close)
        command = [harness.PROGRAM, "run", "--config", self.config]
        self.worker = self.stack.enter_context(harness.process(command, env=self.env, stderr=self.log.file))
        wait_until(lambda: harness.is_ready(self.port), 40, "ready")

    def write(self, config):
        with open(self.config, "w") as file:
            file.write(config)
        os.chmod(self.config, 0o600)

    def reload(self, config, changes):
        """Puts another file in place, and waits until the log tells of each change."""
        before = len(self.log.find("Setting changed"))
        self.write(config)
        self.worker.send_signal(signal.SIGHUP)
        wait_until(lambda: len(self.log.find("Setting changed")) == before + len(changes) or self.log.lines()[-3:], 10, "the reload")
        told = [line["setting"] for line in self.log.find("Setting changed")[before:]]
        expect(sorted(told) == sorted(changes), f"{told} were told, not {changes}")

    def status(self):
        return json.loads(get(self.port, "/status")[1])

    def program(self, *arguments):
        return harness.run(list(arguments) + ["--config", self.config], self.env)

    def stop(self):
        self.worker.send_signal(signal.SIGTERM)
        harness.wait_for_exit(self.worker, 0)


def metrics():
    """metrics pass promtool, have the contract's names and bounded labels, and count what happened"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack, config="retry:\n  initial_interval: 50ms\n")
        harness.inject(s.api, [{"fault": "service_unavailable", "requests": 2, "external_ids": ["acct_0"]}])
        names = [f"acct_{n}" for n in range(300)]
        harness.produce_commands(s.broker.address, names + names[:20])
        harness.produce_commands(s.broker.address, ["bad_1", "bad_2"], address_country="Germany")
        wait_until(lambda: Metrics(s.port).value("customer_worker_commands_total") == 322 or s.status()["results"], 30, "322 results")
        found = Metrics(s.port)
        said = subprocess.run([PROMTOOL, "check", "metrics"], input=found.text, capture_output=True, text=True)
        expect(said.returncode == 0, f"promtool: {said.stdout}{said.stderr}")

        for name, labels in CONTRACT.items():
            have = [set(dict(labels)) for (n, labels) in found.samples if n == name or n in (f"{name}_bucket",)]
            expect(have, f"no {name}")
            expect(all(one == labels for one in have), f"{name} has the labels {have[0]}")
        for (name, labels) in found.samples:
            for label, value in labels:
                expect("acct_" not in value and "bad_" not in value, f"{name} has a label that grows with commands: {value}")
        expect(len(found.samples) < 400, f"{len(found.samples)} series")

        expect(found.value("customer_worker_commands_total", outcome="created") == 300, "created")
        expect(found.value("customer_worker_commands_total", outcome="replayed") == 20, "replayed")
        expect(found.value("customer_worker_commands_total", status="failed", code="invalid_command") == 2, "failed")
        expect(found.value("customer_worker_dead_letters_total", code="invalid_command") == 2, "dead letters")
        waiting = lambda: Metrics(s.port).value("customer_worker_dead_letters_waiting", code="invalid_command")
        wait_until(lambda: waiting() == 2 or waiting(), 20, "two dead letters wait")
        expect(0 < Metrics(s.port).value("customer_worker_dead_letters_oldest_seconds") < 60, "the oldest letter's age")
        expect(found.value("customer_worker_command_duration_seconds_count") == 322, "durations")
        expect(found.value("customer_worker_api_requests_total", status="201") == 300, "requests")
        expect(found.value("customer_worker_api_requests_total", status="503") == 2, "failed requests")
        expect(found.value("customer_worker_api_retries_total") == 2, "retries")
        expect(found.value("customer_worker_api_request_duration_seconds_count") == 302, "request durations")
        expect(found.value("customer_worker_in_flight") == 0, "in flight")
        expect(found.value("customer_worker_consumer_lag") == 0, "lag")
        expect(found.value("customer_worker_transactions_total", result="committed") >= 1, "transactions")
        expect(found.value("customer_worker_store_duration_seconds_count") >= 2, "store")
        expect(found.value("process_start_time_seconds") <= time.time() + 1, "start time")
        expect(time.time() - found.value("process_start_time_seconds") < 120, "start time")
        starts = {Metrics(s.port).value("process_start_time_seconds") for _ in range(20)}
        expect(len(starts) == 1, f"the start moves: {starts}")
        monitoring({name for name, _ in found.samples})
        s.stop()


def monitoring(names):
    """Alerts and dashboard are valid, tested, told of in the runbook, and refer only to metrics that exist."""
    folder = os.path.join(ROOT, "config", "prometheus")
    rules = open(os.path.join(folder, "alerts.yml")).read()
    tests = open(os.path.join(folder, "alerts_test.yml")).read()
    runbook = open(os.path.join(ROOT, "Sources", "customer-worker", "Documentation.docc", "Runbook.md")).read()
    for arguments in [["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]]:
        said = subprocess.run([PROMTOOL, *arguments], cwd=folder, capture_output=True, text=True)
        expect(said.returncode == 0, f"promtool {arguments}: {said.stdout}{said.stderr}")
    alerts = re.findall(r"- alert: (\w+)", rules)
    expect(len(alerts) >= 10 and len(set(alerts)) == len(alerts), f"{alerts}")
    expect(rules.count("runbook: ") == len(alerts), "an alert has no link to the runbook")
    for alert in alerts:
        expect(f"\n## {alert}\n" in runbook, f"the runbook has no section {alert}")
        expect(f"runbook.md#{alert.lower()}" in rules, f"{alert} does not link to its section")
        expect(f"name: {alert} fires" in tests and f"name: {alert} stays silent" in tests, f"{alert} is not tested")
    sections = re.findall(r"^## (CustomerWorker\w+)$", runbook, re.M)
    expect(sorted(sections) == sorted(alerts), f"sections of alerts that are gone: {set(sections) - set(alerts)}")

    dashboard = json.load(open(os.path.join(ROOT, "config", "grafana", "customer-worker.json")))
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    expect(len(queries) > 20, f"{len(queries)} queries")
    used = set(re.findall(r"\b(?:customer_worker|process)_[a-z_]+", " ".join(queries) + " ".join(
        re.findall(r"expr: (?:>\n)?(.*?)(?:\n {8}\w|\n\n)", rules, re.S)
    )))
    expect(len(used) > 15, f"{used}")
    expect(used <= names, f"these metrics do not exist: {sorted(used - names)}")
    # Each of the contract's metrics is looked at by somebody.
    seen = {re.sub("_(bucket|sum|count)$", "", name) for name in used}
    unseen = {name for name in CONTRACT if name.startswith("customer_worker")} - seen
    expect(not unseen, f"on no dashboard and in no alert: {unseen}")
    with tempfile.TemporaryDirectory() as scratch:
        # Grafana's variables stand for what it puts in; the rest must be a query.
        text = [query.replace("$__rate_interval", "5m").replace("$instance", ".*") for query in queries]
        rules = [{"record": f"panel:query:{index}", "expr": query} for index, query in enumerate(text)]
        path = os.path.join(scratch, "queries.yml")
        with open(path, "w") as file:
            json.dump({"groups": [{"name": "dashboard", "rules": rules}]}, file)
        said = subprocess.run([PROMTOOL, "check", "rules", path], capture_output=True, text=True)
        expect(said.returncode == 0, f"promtool of the dashboard: {said.stdout}{said.stderr}")


def trouble():
    """a wrong key and brokers that are away: readiness names them, and turns back"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack, FLEXPRICE_BREAKER_PROBE_INTERVAL="500ms", FLEXPRICE_BREAKER_PROBE_MAX_INTERVAL="500ms")
        harness.inject(s.api, [{"fault": "unauthorized"}])
        harness.produce_commands(s.broker.address, ["acct_1"])
        wait_until(lambda: get(s.port, "/readyz")[0] == 503 or "ready", 15, "not ready with a wrong key")
        expect('"intake_paused"' in get(s.port, "/readyz")[1] and "unauthorized" in get(s.port, "/readyz")[1], get(s.port, "/readyz")[1])
        expect(get(s.port, "/livez")[0] == 200, "a wrong key is no reason to restart")
        expect(Metrics(s.port).value("customer_worker_intake_paused", reason="unauthorized") == 1, "intake_paused")
        expect(Metrics(s.port).value("customer_worker_api_retries_total", reason="unauthorized") >= 1, "retries")

        told = json.loads(s.program("status", "--external-id", "acct_1", "--json").stdout)["commands_in_flight"]
        expect(len(told) == 1 and told[0]["attempts"] >= 1, f"{told}")
        expect(told[0]["stage"] in ("waiting_for_request", "requesting"), f"{told}")
        seen = s.program("status")
        expect(seen.returncode == 1 and "NOT READY" in seen.stdout and "unauthorized" in seen.stdout, f"{seen}")
        why = s.program("why", "acct_1")
        expect(why.returncode == 1 and "acct_1" in why.stdout and "unauthorized" in why.stdout, f"{why}")
        expect(why.stdout.count("\n") == 1, f"more than one sentence: {why.stdout}")
        expect("failing for all commands (unauthorized)" in json.loads(s.program("why", "--json").stdout)["why"], f"{why}")
        expect(Metrics(s.port).value("customer_worker_not_ready", reason="intake_paused") == 1, "not_ready")
        expect(Metrics(s.port).value("customer_worker_ready") == 0, "ready")
        # What waits longer is the age of the oldest.
        first = Metrics(s.port).value("customer_worker_oldest_unfinished_seconds")
        wait_until(lambda: Metrics(s.port).value("customer_worker_oldest_unfinished_seconds") > first or "no older", 5, "age")
        harness.inject(s.api, [])
        wait_until(lambda: harness.is_ready(s.port), 20, "ready again")
        expect(Metrics(s.port).value("customer_worker_intake_paused", reason="unauthorized") == 0, "the pause is over")
        expect(Metrics(s.port).value("customer_worker_not_ready") == 0, "a reason is left")
        wait_until(lambda: s.status()["results"]["created"] == 1 or s.status()["results"], 10, "the command")

        s.broker.stop()
        wait_until(lambda: '"brokers_unreachable"' in get(s.port, "/readyz")[1] or get(s.port, "/readyz")[1], 30, "lost brokers")
        seen = s.program("status").stdout
        expect("NOT READY" in seen and "stopped by brokers_unreachable" in seen and "flows" not in seen, seen)
        expect(get(s.port, "/livez")[0] == 200, "brokers that are away are no reason to restart")
        # Told once it has lasted for a moment.
        told = lambda: [line["reason"] for line in s.log.find("Not ready")]
        wait_until(lambda: "brokers_unreachable" in told() or told(), 20, "its beginning is told")
        s.broker.start()
        wait_until(lambda: harness.is_ready(s.port), 60, "ready with the broker back")
        # Ready comes before the group has given its partitions out again.
        wait_until(lambda: s.program("why").stdout.startswith("Nothing waits") or s.program("why").stdout, 30, "why, with the broker back")
        wait_until(lambda: bool(s.log.find("A reason for not being ready has ended")) or "no line", 10, "its end is told")
        expect(told().count("brokers_unreachable") == 1, f"{told()} were told")

        harness.inject(s.api, [{"fault": "service_unavailable", "requests": 1, "retry_after": 600}])
        harness.produce_commands(s.broker.address, ["acct_held"])
        wait_until(lambda: '"api_hold"' in get(s.port, "/readyz")[1] or get(s.port, "/readyz")[1], 15, "a wait that the API asks for")
        expect(200 < Metrics(s.port).value("customer_worker_api_hold_seconds") <= 300, "the wait has its bound")
        expect(200 < s.status()["intake"]["hold_seconds"] <= 300, f"{s.status()['intake']}")
        s.worker.send_signal(signal.SIGHUP)
        wait_until(lambda: harness.is_ready(s.port), 10, "HUP ends the wait")
        s.worker.send_signal(signal.SIGTERM)
        harness.wait_for_exit(s.worker, 0)


def lag():
    """the lag is 0 behind transaction markers, which take offsets and are no records, also of a worker that has just started"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack)
        producer = Producer({"bootstrap.servers": s.broker.address, "transactional.id": "producer", "log_level": 0})
        producer.init_transactions(20)
        for number in range(5):
            producer.begin_transaction()
            for partition in range(3):
                name = f"acct_{partition}_{number}"
                producer.produce("customer_commands", json.dumps({"external_id": name, "name": name}), key=name, partition=partition)
            producer.commit_transaction(20)

        def is_zero():
            of_partitions = [partition["lag"] for partition in s.status()["partitions"]]
            found = (s.status()["lag"], of_partitions, Metrics(s.port).value("customer_worker_consumer_lag"))
            return found == (0, [0, 0, 0], 0) or f"{found}"

        wait_until(lambda: s.status()["results"]["created"] == 15 or s.status()["results"], 30, "15 results")
        wait_until(is_zero, 20, "a lag of 0")
        ends = harness.ends(s.broker.address, 3)
        behind = {p: ends[p] - offset for p, offset in harness.committed(s.broker.address, 3).items()}
        expect(all(distance >= 1 for distance in behind.values()), f"no marker stands behind the last command: {behind}")
        s.stop()
        s.start()
        wait_until(is_zero, 20, "a lag of 0 after a start")
        why = s.program("why")
        expect(why.returncode == 0 and why.stdout.startswith("Nothing waits"), f"{why}")
        s.stop()


def command_line():
    """`status` draws the same for a person, `--watch` again and again, `--json` for programs"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack)
        harness.produce_commands(s.broker.address, ["acct_1"])
        harness.produce_commands(s.broker.address, ["bad_1"], address_country="Germany")
        wait_until(lambda: sum(s.status()["results"].values()) == 2 or s.status()["results"], 20, "two results")
        seen = s.program("status")
        expect(seen.returncode == 0, f"{seen}")
        for part in ["ready, up", "created 1", "invalid_command 1", "latency p50", "lag        0", "customer_commands",
                     "TOPIC", "EXTERNAL_ID", "bad_1"]:
            expect(part in seen.stdout, f"nothing about {part!r} in {seen.stdout}")
        document = json.loads(s.program("status", "--json").stdout)
        expect(document["ready"] is True and len(document["partitions"]) == 3, f"{document}")
        command = [harness.PROGRAM, "status", "--watch", "--interval", "0.2", "--json", "--config", s.config]
        with harness.process(command, env=s.env, stdout=subprocess.PIPE, text=True) as watching:
            for _ in range(3):
                expect(json.loads(watching.stdout.readline())["live"] is True, "a picture")
            s.stop()
            said = next_where(watching, lambda said: said["reasons"] and said["reasons"][0]["reason"] == "no_answer")
            expect(said["ready"] is False and said["last_seen_seconds"] >= 0, f"{said}")
            s.start()
            next_where(watching, lambda said: said["ready"] is True)
            watching.send_signal(signal.SIGINT)
            harness.wait_for_exit(watching, -signal.SIGINT)
        with harness.process(command[:-3] + command[-2:], env=s.env, stdout=subprocess.PIPE, text=True) as watching:
            first, second = pictures(watching, 2)
            expect("ready, up" in first[0] and "ready, up" in second[0], f"{first}, {second}")
            expect("\x1b" not in "".join(first + second), f"control sequences without a terminal: {first}")
            # Its reader goes: the next picture ends it.
            watching.stdout.close()
            wait_until(lambda: watching.poll() is not None or "running", 10, "the end of a watch without a reader")
        s.stop()
        # A reader that does not read: the pipe is full, and a signal ends it nevertheless.
        with harness.process(command, env=s.env, stdout=subprocess.PIPE) as watching:
            fcntl.fcntl(watching.stdout, fcntl.F_SETPIPE_SZ, 4_096)
            wait_until(lambda: is_in_write(watching.pid) or "it writes", 20, "a full pipe")
            watching.send_signal(signal.SIGTERM)
            harness.wait_for_exit(watching, -signal.SIGTERM)
        # A worker that never was there.
        with harness.process(command, env=s.env, stdout=subprocess.PIPE, text=True) as watching:
            said = json.loads(watching.stdout.readline())
            expect(said["live"] is False and said["last_seen_seconds"] is None, f"{said}")
            watching.send_signal(signal.SIGTERM)
            harness.wait_for_exit(watching, -signal.SIGTERM)


def next_where(watching, condition, lines=200):
    """The next object of a watch of which something holds."""
    for _ in range(lines):
        said = json.loads(watching.stdout.readline())
        if condition(said):
            return said
    raise AssertionError(f"not within {lines} lines; the last one: {said}")


def is_in_write(pid):
    """Whether a thread of a process waits for a pipe to have room."""
    places = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/wchan") as file:
            places.append(file.read())
    return any("pipe" in place for place in places)


def pictures(watching, count):
    """Pictures of a watch without a terminal, each as its lines."""
    found = []
    while len(found) <= count:
        line = watching.stdout.readline()
        if line.startswith("customer-worker "):
            found.append([])
        found[-1].append(line)
    return found[:count]


def log():
    """a command's life at debug with its trace, nothing of it at info, and never anything personal"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack, config="log:\n  level: info\n")
        personal = {"name": "PERSONAL Ada", "email": "personal.ada@example.com", "address_line1": "PERSONAL Street 1"}
        send(s.broker.address, "acct_1", personal)
        wait_until(lambda: s.status()["results"]["created"] == 1 or s.status()["results"], 20, "a result")
        expect(not [line for line in s.log.lines() if "external_id" in line], "a command is told at info")

        s.write("log:\n  level: debug\n")
        s.worker.send_signal(signal.SIGHUP)
        wait_until(lambda: bool(s.log.find("Setting changed")) or "no line", 10, "the reload")
        send(s.broker.address, "acct_2", personal)
        send(s.broker.address, "acct_3", {**personal, "address_country": "PERSONAL country"})
        wait_until(lambda: len(s.log.find("Result committed")) == 2 or "no line", 20, "results at debug")
        life = [line["message"] for line in s.log.lines() if line.get("external_id") == "acct_2"]
        expect(life == ["Command received", "Request sent", "Request answered", "Result committed"], f"{life}")
        for line in s.log.lines():
            if line.get("external_id") == "acct_2":
                expect(line["trace_id"] == TRACE and line["span_id"] == SPAN, f"no trace in {line}")
        refused = [line for line in s.log.lines() if line.get("external_id") == "acct_3"]
        expect([line.get("code") for line in refused] == ["invalid_command"] * 2, f"{refused}")
        s.stop()
        with open(s.log.path) as file:
            text = file.read().lower()
        expect("personal" not in text and harness.KEY not in text, "a person's data or a key is in the log")


def send(brokers, name, fields):
    producer = Producer({"bootstrap.servers": brokers})
    body = json.dumps({"external_id": name, **fields})
    producer.produce("customer_commands", body, key=name, headers={"traceparent": f"00-{TRACE}-{SPAN}-01"})
    expect(producer.flush(30) == 0, "the command could not be sent")


def journal():
    """lines to the journal carry its priorities"""
    with tempfile.TemporaryDirectory() as folder:
        read, write = os.pipe()
        stat = os.fstat(write)
        env = {**os.environ, "FLEXPRICE_KAFKA_BROKERS": "127.0.0.1:1", "FLEXPRICE_STORE_URL": f"sqlite:{folder}/x",
               "FLEXPRICE_LOG_FORMAT": "text", "FLEXPRICE_ADMIN_LISTEN": "127.0.0.1:0",
               "JOURNAL_STREAM": f"{stat.st_dev}:{stat.st_ino}"}
        with harness.process([harness.PROGRAM, "run"], env=env, stderr=write) as worker:
            os.close(write)
            time.sleep(0.5)
            worker.send_signal(signal.SIGTERM)
            with os.fdopen(read) as lines:
                text = lines.read()
        expect(text.startswith("<5>Starting"), f"{text!r}")
        expect("\n<5>Stopped by a signal before the worker began" in text, f"{text!r}")


def reload():
    """HUP: a good file is taken over and told, a bad one refused, and the old settings stay"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack, config="log:\n  level: info\n")
        start = s.log.find("Starting")
        facts = ["version", "librdkafka", "sqlite", "backend", "group", "topic", "topic_results", "topic_dlq", "store", "guarantee"]
        expect(len(start) == 1 and not [fact for fact in facts if not start[0].get(fact)], f"{start}")
        wait_until(lambda: len(s.log.find("Ready")) == 1 or s.log.lines(), 5, "the line that it is ready")
        s.write("log:\n  level: loud\nretry:\n  multiplier: 0\n")
        said = s.program("reload", "--pid", str(s.worker.pid))
        expect(said.returncode == 78 and "log.level" in said.stderr and "retry.multiplier" in said.stderr, f"{said}")
        wait_until(lambda: bool(s.log.find("New settings refused; the old ones stay")) or "no line", 10, "the refusal")
        problems = " ".join(s.log.find("New settings refused; the old ones stay")[0]["problems"])
        expect("log.level" in problems and "retry.multiplier" in problems, problems)
        expect(get(s.port, "/readyz")[0] == 200, "not ready after a refused reload")
        expect(Metrics(s.port).value("customer_worker_last_reload_success") == 0, "a refused reload is no success")

        with harness.process(["sleep", "60"]) as other:
            said = s.program("reload", "--pid", str(other.pid))
            expect(said.returncode in (69, 78) and other.poll() is None, f"another program was signalled: {said}")
            s.write("log:\n  level: debug\nkafka:\n  consumer_group: another\n")
            said = s.program("reload", "--pid", str(other.pid))
            expect(said.returncode == 69 and "is sleep and no customer-worker" in said.stderr, f"{said}")
            expect(other.poll() is None, "another program was signalled")
        said = s.program("reload")
        expect(said.returncode == 0, f"{said}")
        expect(said.stdout == "In effect: log.level.\nIn effect after a restart: kafka.consumer_group.\n", said.stdout)
        expect(json.loads(s.program("reload", "--json").stdout) == {
            "count": 3, "in_effect": True, "changed": [], "needs_restart": [], "problems": []}, "the third reload changes nothing")
        wait_until(lambda: bool(s.log.find("Setting changed")) or "no line", 10, "the reload")
        changed = s.log.find("Setting changed")[0]
        expect((changed["setting"], changed["old_value"], changed["new_value"]) == ("log.level", "info", "debug"), f"{changed}")
        late = s.log.find("Setting changed; it takes effect at the next start")
        expect([line["setting"] for line in late] == ["kafka.consumer_group"], f"{late}")
        expect(Metrics(s.port).value("customer_worker_last_reload_success") == 1, "the next one is")
        s.stop()


def live():
    """HUP: concurrency, retry, reply topics and the API key hold from then on, with commands in flight"""
    with contextlib.ExitStack() as stack:
        base = "api:\n  key: {key}\n  max_concurrency: {concurrency}\nretry:\n  max_elapsed_time: {time}\n  max_interval: 1s\n"
        base += "kafka:\n  reply_topics_allowed: [{replies}]\n"
        values = {"key": "sk_wrong", "concurrency": 2, "time": "15m", "replies": ""}
        # An empty variable counts as not set: the key is the file's.
        s = Stack(stack, latency=1_500, config=base.format(**values), FLEXPRICE_API_KEY="")
        harness.produce_commands(s.broker.address, [f"acct_{n}" for n in range(40)])
        wait_until(lambda: "unauthorized" in get(s.port, "/readyz")[1] or get(s.port, "/readyz")[1], 15, "a wrong key")

        values["key"] = harness.KEY
        s.reload(base.format(**values), ["api.key"])
        wait_until(lambda: harness.is_ready(s.port), 30, "ready with the right key")
        wait_until(lambda: s.status()["requests"] == 2 or s.status()["requests"], 10, "two requests at once")
        expect(max(s.status()["requests"] for _ in range(10)) == 2, "more than two requests at once")
        values["concurrency"] = 8
        s.reload(base.format(**values), ["api.max_concurrency"])
        wait_until(lambda: s.status()["requests"] == 8 or s.status()["requests"], 10, "eight requests at once")

        harness.inject(s.api, [{"fault": "service_unavailable", "external_ids": ["unlucky"]}])
        harness.produce_commands(s.broker.address, ["unlucky"])
        wait_until(lambda: "backing_off" in s.program("status", "--external-id", "unlucky").stdout or "not yet", 30, "a retry")
        values["time"] = "1s"
        s.reload(base.format(**values), ["retry.max_elapsed_time"])
        wait_until(lambda: s.status()["results"].get("retries_exhausted") == 1 or s.status()["results"], 20, "the end of retries")

        harness.create_topic(s.broker.address, "replies_a")
        send_with_reply_topic(s.broker.address, "before", "replies_a")
        wait_until(lambda: s.status()["results"]["created"] == 41 or s.status()["results"], 20, "the command before")
        values["replies"] = "replies_a"
        s.reload(base.format(**values), ["kafka.reply_topics_allowed"])
        send_with_reply_topic(s.broker.address, "after", "replies_a")
        replies = harness.read_all(s.broker.address, "replies_a", 1)
        expect([record.key() for record in replies] == [b"after"], f"{[record.key() for record in replies]}")
        s.stop()
        with open(s.log.path) as file:
            expect(harness.KEY not in file.read(), "a key is in the log")


def send_with_reply_topic(brokers, name, topic):
    producer = Producer({"bootstrap.servers": brokers})
    body = json.dumps({"external_id": name, "name": name})
    producer.produce("customer_commands", body, key=name, headers={"replyTo": topic})
    expect(producer.flush(30) == 0, "the command could not be sent")


if __name__ == "__main__":
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    sys.exit(harness.report([metrics, trouble, lag, command_line, log, journal, reload, live]))
