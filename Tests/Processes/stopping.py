#!/usr/bin/env python3
"""Stops the worker in every way, and checks its exit code and that nothing is lost or doubled.

usage: stopping.py PROGRAM
"""
import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time

import harness
from harness import committed, ends, expect, get, read_all, wait_until

PARTITIONS = 3


class Stack:
    """A broker, a simulated API with a latency, and workers between them."""

    def __init__(self, stack, latency, **more):
        self.stack = stack
        self.brokers = stack.enter_context(harness.broker())
        self.folder = stack.enter_context(tempfile.TemporaryDirectory())
        self.api = stack.enter_context(harness.simulator(latency))
        self.port = harness.free_port()
        self.env = harness.environment(
            self.brokers, self.folder, FLEXPRICE_BACKEND="flexprice", FLEXPRICE_API_HOST=self.api,
            FLEXPRICE_API_KEY=harness.KEY, FLEXPRICE_KAFKA_GROUP_INSTANCE_ID="worker-1",
            FLEXPRICE_ADMIN_LISTEN=f"127.0.0.1:{self.port}", **more,
        )
        harness.create_topics(self.env, PARTITIONS)

    def start(self):
        self.log = harness.Log(self.folder)
        self.stack.callback(self.log.file.close)
        return self.stack.enter_context(
            harness.process([harness.PROGRAM, "run"], env=self.env, stderr=self.log.file)
        )

    def status(self):
        return json.loads(get(self.port, "/status")[1])

    def finish(self, names, replayed=0):
        """Lets a new worker do the rest; then every command has one result, and every customer was made once.

        `replayed` of the names come twice.
        """
        worker = self.start()
        wait_until(
            lambda: committed(self.brokers, PARTITIONS) == ends(self.brokers, PARTITIONS)
            or f"{committed(self.brokers, PARTITIONS)} committed of {ends(self.brokers, PARTITIONS)}", 60, "the rest"
        )
        worker.send_signal(signal.SIGTERM)
        harness.wait_for_exit(worker, 0)
        results = [json.loads(record.value()) for record in read_all(self.brokers, "customer_results", len(names))]
        ids = [result["external_id"] for result in results]
        expect(sorted(ids) == sorted(names), f"{len(ids)} results for {len(set(ids))} of {len(names)} commands")
        expect({result["status"] for result in results} == {"created"}, "a result is not created")
        made = harness.stats(self.api)["customers_created"]
        expect(made == len(names) - replayed, f"{made} customers were made, expected {len(names) - replayed}")
        return results


def drained():
    """TERM under load with slow API calls: 0 within the budget, nothing lost or doubled"""
    with contextlib.ExitStack() as stack:
        # A request takes 1.5 s, sixteen run at once: TERM always finds some under way.
        s = Stack(stack, latency=1_500, FLEXPRICE_API_MAX_CONCURRENCY="16", FLEXPRICE_SHUTDOWN_DRAIN_TIMEOUT="10s")
        names = [f"acct_{n}" for n in range(100)]
        harness.produce_commands(s.brokers, names)
        worker = s.start()
        wait_until(lambda: harness.stats(s.api)["customers_created"] >= 16 or "none made", 40, "a first customer")
        wait_until(lambda: s.status()["requests"] == 16 or s.status()["requests"], 5, "sixteen requests under way")
        start = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        harness.wait_for_exit(worker, 0, seconds=10)
        took = time.monotonic() - start
        # What was under way was let finish: nobody's request is sent a second time.
        before = harness.stats(s.api)["customers_created"]
        expect(before < len(names), "the load was over before the signal came")
        results = s.finish(names)
        doubled = harness.stats(s.api)["duplicates"]
        expect(doubled == 0, f"{doubled} requests met a customer that was there already")
        expect({result["attempts"] for result in results} == {1}, "a request was sent again")
        print(f"        stopped in {took:.1f} s with {before} of {len(names)} customers made")


def aborted():
    """a second TERM or INT: 2 at once, and nothing lost; a TERM that comes twice within a second is one"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack, latency=4_000, FLEXPRICE_API_MAX_CONCURRENCY="16")
        names = [f"acct_{n}" for n in range(30)]
        harness.produce_commands(s.brokers, names)
        worker = s.start()
        wait_until(lambda: s.status().get("requests") == 16 or "not yet", 40, "sixteen requests under way")
        for _ in range(3):
            worker.send_signal(signal.SIGTERM)
            time.sleep(0.05)
        wait_until(lambda: bool(s.log.find("Draining")) or "no line", 5, "the drain")
        expect(worker.poll() is None, f"the same TERM again ended it with {worker.poll()}")
        start = time.monotonic()
        worker.send_signal(signal.SIGINT)
        harness.wait_for_exit(worker, 2, seconds=3)
        took = time.monotonic() - start
        said = [line for line in s.log.lines() if line["message"].startswith("Aborted by a second signal")]
        expect(said and int(said[0]["in_flight"]) >= 16, f"the log does not say what was abandoned: {said}")
        outcomes = [result["outcome"] for result in s.finish(names)]
        print(f"        ended in {took:.2f} s; afterwards {outcomes.count('created')} created, {outcomes.count('existing')} existing")


def under_timeout():
    """timeout(1), which sends TERM to the process and again to its group: a drain, and for a command 130"""
    with contextlib.ExitStack() as stack:
        # A request takes 4 s: it is under way when the time is over.
        s = Stack(stack, latency=4_000, FLEXPRICE_API_MAX_CONCURRENCY="16")
        names = [f"acct_{n}" for n in range(40)]
        harness.produce_commands(s.brokers, names)
        rows = os.path.join(s.folder, "rows.jsonl")
        with open(rows, "w") as file:
            file.write('{"external_id": "acct_0", "name": "Customer acct_0"}\n')
        log = harness.Log(s.folder)
        stack.callback(log.file.close)
        worker = stack.enter_context(harness.process(
            ["timeout", "--preserve-status", "7", harness.PROGRAM, "run"], env=s.env, stderr=log.file, start_new_session=True))
        harness.wait_for_exit(worker, 0, seconds=30)
        said = [line["message"] for line in log.lines()]
        expect("Draining" in said and not any(one.startswith("Aborted") for one in said), f"{said}")
        sent = subprocess.run(["timeout", "--preserve-status", "3", harness.PROGRAM, "produce", "--wait", rows], env=s.env,
                              capture_output=True, text=True, timeout=30, start_new_session=True)
        expect(sent.returncode == 130 and "Cancelled" in sent.stdout, f"{sent.returncode}: {sent.stdout}{sent.stderr}")
        # What it had sent before is one command more, of a customer that is made by then.
        s.finish(names + ["acct_0"], replayed=1)


def out_of_time():
    """a drain that runs out of its budget: 2, and nothing lost"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack, latency=6_000, FLEXPRICE_SHUTDOWN_DRAIN_TIMEOUT="1s")
        names = [f"acct_{n}" for n in range(5)]
        harness.produce_commands(s.brokers, names)
        worker = s.start()
        wait_until(lambda: s.status().get("requests") == 5 or "not yet", 40, "five requests under way")
        worker.send_signal(signal.SIGTERM)
        harness.wait_for_exit(worker, 2, seconds=6)
        said = [line for line in s.log.lines() if line.get("cut_off")]
        expect(said and said[0]["cut_off"] == "5", f"the log does not say what was cut off: {s.log.lines()[-3:]}")
        s.finish(names)


def early():
    """TERM in the first moments: 0, whatever the start was doing"""
    with tempfile.TemporaryDirectory() as folder:
        # Nobody answers there, so that the start waits for the broker.
        env = harness.environment(f"127.0.0.1:{harness.free_port()}", folder)
        for wait in [0.15, 0.3, 0.6, 1.2]:
            worker = subprocess.Popen([harness.PROGRAM, "run"], env=env, stderr=subprocess.DEVNULL)
            time.sleep(wait)
            expect(worker.poll() is None, f"it ended by itself with {worker.returncode}")
            worker.send_signal(signal.SIGTERM)
            harness.wait_for_exit(worker, 0, seconds=3)


def hung_up_early():
    """HUP from the first moment of the program's own: it goes on"""
    with tempfile.TemporaryDirectory() as folder:
        env = harness.environment(f"127.0.0.1:{harness.free_port()}", folder)

        def is_ignored(worker):
            with open(f"/proc/{worker.pid}/status") as file:
                masks = [int(line.split()[1], 16) for line in file if line.startswith(("SigIgn", "SigCgt"))]
            return any(mask & 1 << signal.SIGHUP - 1 for mask in masks)

        waits = []
        for _ in range(10):
            start = time.monotonic()
            worker = subprocess.Popen([harness.PROGRAM, "run"], env=env, stderr=subprocess.DEVNULL)
            # Before that the dynamic loader is at work, which no program can have a word in.
            while not is_ignored(worker):
                expect(worker.poll() is None and time.monotonic() < start + 10, "a HUP is never ignored")
            waits.append(time.monotonic() - start)
            # Through main(), the reading of settings and the search for a broker.
            end = time.monotonic() + 0.5
            while time.monotonic() < end:
                worker.send_signal(signal.SIGHUP)
                time.sleep(0.001)
            expect(worker.poll() is None, f"a HUP ended it with {worker.returncode}")
            worker.send_signal(signal.SIGTERM)
            harness.wait_for_exit(worker, 0, seconds=3)
        print(f"        ignored after {min(waits) * 1_000:.0f} to {max(waits) * 1_000:.0f} ms, loader included")


def unread():
    """a standard error that nobody reads: commands are served, lines are dropped and counted, TERM ends it"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack, latency=0, FLEXPRICE_LOG_LEVEL="debug")
        reader, writer = os.pipe()
        stack.callback(os.close, reader)
        worker = stack.enter_context(harness.process([harness.PROGRAM, "run"], env=s.env, stderr=writer))
        os.close(writer)
        wait_until(lambda: harness.is_ready(s.port), 40, "ready")
        count = 5_000
        harness.produce_commands(s.brokers, [f"acct_{n}" for n in range(count)])
        wait_until(lambda: s.status()["results"]["created"] == count or s.status()["results"], 60, "all results")
        lines = [line for line in get(s.port, "/metrics")[1].splitlines() if line.startswith("customer_worker_log_lines_dropped")]
        dropped = float(lines[0].rsplit(" ", 1)[1])
        expect(dropped > 0, f"no line was dropped: {lines}")
        start = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        harness.wait_for_exit(worker, 0, seconds=20)
        print(f"        {dropped:.0f} lines dropped, stopped in {time.monotonic() - start:.1f} s")


def few_descriptors():
    """fewer descriptors than api.max_concurrency asks for: it is lowered, and said"""
    lowered(600, limits=(64, 300), to=172)


def as_many_descriptors_as_usual():
    """the same with 1,100 requests at once and the 1,024 descriptors that most systems give"""
    lowered(1_100, limits=(1_024, 1_024), to=896)


def lowered(wanted, limits, to):
    with contextlib.ExitStack() as stack:
        s = Stack(stack, latency=300, FLEXPRICE_API_MAX_CONCURRENCY=str(wanted))
        names = [f"acct_{n}" for n in range(wanted)]
        harness.produce_commands(s.brokers, names)
        log = harness.Log(s.folder)
        stack.callback(log.file.close)
        worker = stack.enter_context(harness.process(
            [harness.PROGRAM, "run"], env=s.env, stderr=log.file,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limits)))
        wait_until(lambda: s.status()["results"]["created"] == wanted or s.status()["results"], 60, "all results")
        said = log.find("Too few file descriptors for api.max_concurrency; it is lowered")
        expect(said and said[0]["new_value"] == str(to), f"{said}")
        worker.send_signal(signal.SIGTERM)
        harness.wait_for_exit(worker, 0)


def suspended():
    """TSTP stops the intake and keeps the partitions, CONT resumes, TTIN tells what is in flight"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack, latency=0)
        worker = s.start()
        wait_until(lambda: harness.is_ready(s.port), 40, "ready")
        worker.send_signal(signal.SIGTSTP)
        wait_until(lambda: get(s.port, "/readyz")[0] == 503 or "ready", 5, "not ready while suspended")
        expect('"intake_paused"' in get(s.port, "/readyz")[1], get(s.port, "/readyz")[1])
        harness.produce_commands(s.brokers, ["acct_1", "acct_2"])
        # The lag is learnt although nothing is fetched.
        wait_until(lambda: s.status()["lag"] == 2 or s.status()["lag"], 15, "the lag of a suspended worker")
        status = s.status()
        expect(len(status["partitions"]) == PARTITIONS, f"{len(status['partitions'])} partitions are left")
        expect(status["in_flight"] == 0 and sum(harness.stats(s.api)["requests_by_route"].values()) == 0, "records were taken in")
        worker.send_signal(signal.SIGTTIN)
        wait_until(lambda: bool(s.log.find("In flight")) or "no line", 5, "TTIN")
        worker.send_signal(signal.SIGCONT)
        wait_until(lambda: s.status()["results"]["created"] == 2 or s.status()["results"], 15, "two results")
        expect(get(s.port, "/readyz")[0] == 200, "not ready after CONT")
        worker.send_signal(signal.SIGTERM)
        harness.wait_for_exit(worker, 0)


if __name__ == "__main__":
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    sys.exit(harness.report([drained, aborted, under_timeout, out_of_time, early, hung_up_early, unread, few_descriptors, as_many_descriptors_as_usual,
                             suspended]))
