#!/usr/bin/env python3
"""An operator pauses a customer, customers that begin alike, a partition, or everything: by the program, in a ledger that outlives it.

usage: pausing.py PROGRAM
"""
import contextlib
import json
import os
import sys
import tempfile

import harness
from harness import expect, get, wait_until
from postgres import postgres


class Paused:
    """A broker, a ledger, and one worker or two that share it."""

    def __init__(self, stack, store=None, count=1):
        self.stack = stack
        self.brokers = stack.enter_context(harness.broker())
        self.folder = stack.enter_context(tempfile.TemporaryDirectory())
        self.env = harness.environment(self.brokers, self.folder, **({"FLEXPRICE_STORE_URL": store} if store else {}))
        # The broker of the tests lets a second member wait for ever with the default.
        properties = json.loads(self.env["FLEXPRICE_KAFKA_PROPERTIES"]) | {"partition.assignment.strategy": "roundrobin"}
        self.env["FLEXPRICE_KAFKA_PROPERTIES"] = json.dumps(properties)
        harness.create_topics(self.env, 3)
        self.ports = [harness.free_port() for _ in range(count)]
        self.workers = [self.start(port) for port in self.ports]

    def start(self, port):
        more = {"FLEXPRICE_ADMIN_LISTEN": f"127.0.0.1:{port}", "FLEXPRICE_DELIVERY_TRANSACTIONAL_ID": f"worker-{port}"}
        log = harness.Log(self.folder, f"{port}.log")
        self.stack.callback(log.file.close)
        worker = self.stack.enter_context(harness.process([harness.PROGRAM, "run"], env=self.env | more, stderr=log.file))
        wait_until(lambda: harness.is_ready(port), 40, "ready")
        worker.log = log
        return worker

    def run(self, *words, code=0):
        done = harness.run(words, self.env | {"FLEXPRICE_ADMIN_LISTEN": f"127.0.0.1:{self.ports[0]}"})
        expect(done.returncode == code, f"{words}: {done.returncode}, expected {code}: {done.stdout}{done.stderr}")
        return done.stdout

    def status(self, query="", port=0):
        return json.loads(get(self.ports[port], f"/status{query}")[1])

    def obeyed(self, scopes):
        """Every worker has taken up these pauses and no others."""
        for port in range(len(self.ports)):
            wait_until(lambda: sorted(p["scope"] for p in self.status(port=port)["pauses"]) == sorted(scopes)
                       or self.status(port=port)["pauses"], 5, f"pauses {scopes}")

    def results(self):
        return [r.key().decode() for r in harness.read_all(self.brokers, "customer_results", 0, quiet=0.5)]

    def answered(self, names):
        wait_until(lambda: sorted(self.results()) == sorted(names) or self.results(), 20, f"results of {names}")


def paused_customers(stack, store=None, count=1):
    s = Paused(stack, store, count)
    s.run("pause", "--external-id", "acct_1", "--reason", "billing has a fix", "--for", "1h")
    s.run("pause", "--external-id-prefix", "trial_")
    s.obeyed(["external_id", "external_id_prefix"])
    harness.produce_commands(s.brokers, ["acct_1", "acct_2", "trial_1", "trial_2", "acct_12"])
    s.answered(["acct_2", "acct_12"])
    waits = [c["waits_for"] for port in range(count) for c in s.status("?external_id=acct_1", port).get("commands_in_flight", [])]
    expect(len(waits) == 1 and "billing has a fix" in waits[0], f"{waits}")
    expect(sum(s.status(port=port)["stages"]["paused"] for port in range(count)) == 3, "the paused stage")
    why = s.run("why")
    expect("billing has a fix" in why and "trial_" in why, why)
    screen = s.run("status")
    expect("paused     external_id acct_1 (billing has a fix), external_id_prefix trial_" in screen, screen)
    expect('customer_worker_pauses{scope="external_id"} 1' in get(s.ports[0], "/metrics")[1], "the gauge")
    return s


def customers():
    """a paused customer waits over a restart, all others are served, and its commands run in order once it is resumed"""
    with contextlib.ExitStack() as stack:
        s = paused_customers(stack)
        # The worker stops at once, and its successor obeys from its first record on.
        s.workers[0].terminate()
        harness.wait_for_exit(s.workers[0], 0, seconds=10)
        s.workers[0] = s.start(s.ports[0])
        harness.produce_commands(s.brokers, ["acct_3"])
        s.answered(["acct_2", "acct_12", "acct_3"])
        listed = json.loads(s.run("pause", "--json"))["pauses"]
        expect([(p["scope"], p["value"], p["until"] is None) for p in listed]
               == [("external_id", "acct_1", False), ("external_id_prefix", "trial_", True)], f"{listed}")
        s.run("resume", "--external-id", "acct_1")
        s.answered(["acct_2", "acct_12", "acct_3", "acct_1"])
        expect("Nothing is paused" in s.run("resume", "--all"), "the list afterwards")
        s.answered(["acct_2", "acct_12", "acct_3", "acct_1", "trial_1", "trial_2"])
        s.run("resume", "--all", code=3)
        told = [line["scope"] for line in s.workers[0].log.find("An operator's pause ended")]
        expect(told == ["external_id acct_1", "external_id_prefix trial_"], f"{told}")


def partitions_and_all():
    """a paused partition and a pause of everything stop what they name, say why, and end by themselves at their time"""
    with contextlib.ExitStack() as stack:
        s = Paused(stack)
        names = [f"acct_{number}" for number in range(12)]
        s.run("pause", "--partition", "0", "--partition", "1")
        s.obeyed(["partition", "partition"])
        harness.produce_commands(s.brokers, names)
        ends = harness.ends(s.brokers, 3)
        wait_until(lambda: len(s.results()) == ends[2] or s.results(), 20, "the results of partition 2")
        status = s.status()
        expect([p["paused"] for p in status["partitions"]] == [True, True, False] and status["ready"], f"{status}")
        wait_until(lambda: s.status()["lag"] == ends[0] + ends[1] or s.status()["lag"], 20, "the lag of the paused ones")
        s.run("pause", "--all", "--reason", "Flexprice moves", "--for", "6s")
        s.run("resume", "--partition", "0", "--partition", "1")
        s.obeyed(["all"])
        code, body = get(s.ports[0], "/readyz")
        expect(code == 503 and "Flexprice moves" in body and "resume --all" in body, f"{code}: {body}")
        expect(len(s.results()) == ends[2], "nothing comes while everything is paused")
        s.answered(names)
        wait_until(lambda: harness.is_ready(s.ports[0]), 5, "ready again")
        # It has ended by itself, so there is nothing to resume.
        s.run("resume", "--all", code=3)


def two_workers():
    """two workers that share a PostgreSQL obey the same pauses"""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(postgres())
        s = paused_customers(stack, server.url, 2)
        s.run("resume", "--all")
        s.answered(["acct_2", "acct_12", "acct_1", "trial_1", "trial_2"])


def refusals():
    """what cannot be paused is refused, with the reason"""
    with tempfile.TemporaryDirectory() as folder:
        env = harness.environment("127.0.0.1:9", folder)
        for words, code, said in [
            (["pause", "--for", "1h"], 64, "--external-id"), (["pause", "--all", "--for", "soon"], 64, "30m"),
            (["pause", "--external-id", ""], 64, "--all"), (["pause", "--partition", "-1"], 64, "partition"),
            (["resume"], 64, "--external-id"), (["resume", "--all", "--partition", "1"], 64, "--all"), (["pause", "--all"], 69, "store.url"), (["resume", "--all"], 69, "store.url"),
        ]:
            done = harness.run(words, env)
            expect(done.returncode == code and said in done.stderr, f"{words}: {done.returncode}: {done.stdout}{done.stderr}")
        done = harness.run(["pause", "--all"], env | {"FLEXPRICE_STORE_URL": "sqlite::memory:"})
        expect(done.returncode == 78 and "memory" in done.stderr, f"{done.returncode}: {done.stderr}")
        expect(os.listdir(folder) == [], f"{os.listdir(folder)}")


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    return harness.report([customers, partitions_and_all, two_workers, refusals], limit=180)


if __name__ == "__main__":
    sys.exit(main())
