#!/usr/bin/env python3
"""Shows that an outage of the API is nobody's dead letter, and what follows it.

usage: outage.py PROGRAM [--seconds S] [--kinds K,K,...] [--rate R] [--timeout T] [--within S] [--parallel]

For each kind the API fails for S seconds while R commands a second come in: 401 (a valid key refused), 503 (a proxy's page),
refused (nobody listens), black_hole (connections are taken, nothing is answered). Required of each:
 a  no failed result and no dead letter; in the end one created result for every command
 b  readiness to take commands in is lost during the outage: at most a handful of requests a minute reach the API
 c  the lag is back to 0 within 10 s after the outage (--within)
With refused the simulator itself is stopped and started again, so what it counted before is gone.
"""
import argparse
import concurrent.futures
import contextlib
import json
import os
import sys
import tempfile
import threading
import time

import harness
from confluent_kafka import Producer
from harness import committed, ends, expect, read_all

PARTITIONS = 6
FAULTS = {
    "401": {"fault": "unauthorized"},
    "503": {"fault": "service_unavailable"},
    "black_hole": {"fault": "black_hole"},
}


class Load(threading.Thread):
    """Sends commands at a steady rate until it is stopped."""

    def __init__(self, brokers, rate):
        super().__init__(daemon=True)
        self.producer = Producer({"bootstrap.servers": brokers, "linger.ms": 5})
        self.rate, self.count, self.stopping = rate, 0, threading.Event()

    def run(self):
        start = time.monotonic()
        while not self.stopping.is_set():
            due = int((time.monotonic() - start) * self.rate)
            while self.count < due:
                name = f"acct_{self.count}"
                self.producer.produce("customer_commands", json.dumps({"external_id": name, "name": name}), key=name)
                self.count += 1
            self.producer.poll(0)
            time.sleep(0.02)

    def stop(self):
        self.stopping.set()
        self.join()
        expect(self.producer.flush(60) == 0, "the commands could not be sent")


def lag(brokers):
    done = committed(brokers, PARTITIONS)
    return sum(end - max(done[p], 0) for p, end in ends(brokers, PARTITIONS).items())


def wait_for_lag(brokers, at_most, seconds):
    """Seconds until the lag is that small."""
    start = time.monotonic()
    while lag(brokers) > at_most:
        if time.monotonic() - start > seconds:
            return None
        time.sleep(0.1)
    return time.monotonic() - start


def wait_until_noticed(log, seconds):
    """Waits until the worker says that the intake pauses."""
    deadline = time.monotonic() + seconds
    while True:
        with open(log) as lines:
            if "API failing for all commands" in lines.read():
                return
        expect(time.monotonic() < deadline, f"the worker did not notice the outage within {seconds} s")
        time.sleep(0.05)


def creates(api):
    return harness.stats(api)["requests_by_route"].get("create", 0)


def one_outage(kind, seconds, rate, folder, timeout, within):
    with contextlib.ExitStack() as stack:
        brokers = stack.enter_context(harness.broker())
        port = harness.free_port()
        simulator = stack.enter_context(contextlib.ExitStack())
        api = simulator.enter_context(harness.simulator(5, port))
        env = harness.environment(
            brokers, folder, FLEXPRICE_BACKEND="flexprice", FLEXPRICE_API_HOST=api, FLEXPRICE_API_KEY=harness.KEY,
            FLEXPRICE_API_TIMEOUT=timeout, FLEXPRICE_LOG_LEVEL="notice", FLEXPRICE_RETRY_MAX_ELAPSED_TIME="15m",
        )
        harness.create_topics(env, PARTITIONS)
        log = stack.enter_context(open(os.path.join(folder, "worker.log"), "w+"))
        worker = stack.enter_context(harness.process([harness.PROGRAM, "run"], env=env, stderr=log))
        load = Load(brokers, rate)
        load.start()
        time.sleep(1)
        expect(wait_for_lag(brokers, rate // 2, 40) is not None, "the worker does not keep up before the outage")
        time.sleep(1)

        probes = watched = None
        if kind == "refused":
            simulator.close()
        else:
            harness.inject(api, [FAULTS[kind]])
            # What is under way at the beginning, and what is sent until the worker notices, are no probes.
            begin = time.monotonic()
            wait_until_noticed(log.name, 40)
            time.sleep(1)
            before, since = creates(api), time.monotonic()
        if kind == "refused":
            time.sleep(seconds)
            simulator.enter_context(harness.simulator(5, port))
        else:
            time.sleep(max(begin + seconds - since, 7))
            probes = creates(api) - before
            watched = time.monotonic() - since
            harness.inject(api, [])
        ended = time.monotonic()
        load.stop()
        waiting = lag(brokers)
        recovered = wait_for_lag(brokers, 0, 60)
        recovered = None if recovered is None else time.monotonic() - ended

        results = [json.loads(r.value()) for r in read_all(brokers, "customer_results", load.count)]
        letters = read_all(brokers, "customer_commands_dlq", 0, quiet=0.5)
        worker.terminate()
        harness.wait_for_exit(worker, 0)
        failed = [r for r in results if r["status"] != "created"]
        print(
            f"{kind:<11} {seconds} s, {load.count} commands, {waiting} waited; lag 0 after "
            f"{'never' if recovered is None else f'{recovered:.1f} s'}; {len(failed)} failed, {len(letters)} dead letters; "
            + ("probes unseen" if probes is None else f"{probes} probes in {watched:.0f} s"), flush=True)
        log.seek(0)
        said = log.read()
        if os.environ.get("KEEP_LOG"):
            sys.stdout.write(said)
        expect(not failed and not letters, f"{len(failed)} failed results, {len(letters)} dead letters: {failed[:2]}")
        ids = [r["external_id"] for r in results]
        expect(len(ids) == load.count == len(set(ids)), f"{len(ids)} results of {len(set(ids))} ids for {load.count} commands")
        expect("API failing for all commands" in said, "the log does not say that the intake paused")
        expect("API recovered" in said, "the log does not say that the intake went on")
        expect(recovered is not None and recovered <= within, f"the lag was back to 0 after {recovered} s")
        # The longest wait between probes is 8 s by default, the first ones come sooner.
        expect(probes is None or probes <= watched / 8 + 2, f"{probes} requests within {watched} s of the outage")
        if kind != "refused":
            made = harness.stats(api)["customers_created"]
            expect(made == load.count, f"{made} customers for {load.count} commands")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--kinds", default="401,503,refused,black_hole")
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--timeout", default="30s", help="api.timeout; must be shorter than the outage by some seconds")
    parser.add_argument("--within", type=float, default=10, help="seconds until the lag must be back to 0")
    parser.add_argument("--parallel", action="store_true", help="all kinds at the same time, each with its own broker")
    options = parser.parse_args()
    if options.seconds < 20:
        parser.error("--seconds: at least 20, since a silence is noticed after 10")
    harness.PROGRAM = os.path.abspath(options.program)
    kinds = options.kinds.split(",")

    def outcome(kind):
        try:
            with tempfile.TemporaryDirectory() as folder:
                one_outage(kind, options.seconds, options.rate, folder, options.timeout, options.within)
            return True
        except AssertionError as error:
            print(f"FAILED  {kind}: {error}", flush=True)
            return False

    with concurrent.futures.ThreadPoolExecutor(len(kinds) if options.parallel else 1) as pool:
        outcomes = list(pool.map(outcome, kinds))
    passed, failed = outcomes.count(True), outcomes.count(False)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
