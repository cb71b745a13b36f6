#!/usr/bin/env python3
"""Shows that a command which hangs holds back nobody else, and that what finished beyond it is not run again after kill -9.

usage: hung_command.py PROGRAM [--count N]

One partition, exactly once. The first command's request hangs for 30 s; N others stand behind it. They must have their results
within 2 s of what a run without the hanging one takes, while the committed offset waits. Then the worker is killed with
SIGKILL and started again: none of the N may reach the API or be published a second time, and the first one ends.
"""
import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import harness
from confluent_kafka import Producer
from harness import committed, ends, expect, read_all


def produce(brokers, count):
    producer = Producer({"bootstrap.servers": brokers, "linger.ms": 5})
    for name in ["hung"] + [f"acct_{index}" for index in range(count)]:
        producer.produce("customer_commands", json.dumps({"external_id": name, "name": name}), key=name)
    expect(producer.flush(60) == 0, "the commands could not be sent")


def start(stack, env):
    return stack.enter_context(harness.process([harness.PROGRAM, "run"], env=env, stderr=subprocess.DEVNULL))


def seconds_until(results, count):
    """Seconds from the first to the `count`-th result, and the external_ids that had one."""
    seen, first = [], None
    deadline = time.monotonic() + 60
    while len(seen) < count:
        expect(time.monotonic() < deadline, f"{len(seen)} of {count} results after 60 s")
        for message in results.consumer.consume(5_000, timeout=0.2):
            if message.error() is None:
                first = first or time.monotonic()
                seen.append(message.key().decode())
    return time.monotonic() - first, seen


def one_run(count, hangs):
    with contextlib.ExitStack() as stack:
        brokers = stack.enter_context(harness.broker())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        api = stack.enter_context(harness.simulator())
        env = harness.environment(
            brokers, folder, FLEXPRICE_BACKEND="flexprice", FLEXPRICE_API_HOST=api, FLEXPRICE_API_KEY=harness.KEY,
            FLEXPRICE_KAFKA_GROUP_INSTANCE_ID="worker-1", FLEXPRICE_API_TIMEOUT="60s",
        )
        harness.create_topics(env, 1)
        if hangs:
            fault = {"fault": "delay_before_commit", "milliseconds": 30_000, "requests": 1, "external_ids": ["hung"]}
            harness.inject(api, [fault])
        produce(brokers, count)
        results = harness.Results(brokers)
        worker = start(stack, env)
        took, seen = seconds_until(results, count if hangs else count + 1)
        results.close()
        if not hangs:
            return took
        expect("hung" not in seen and len(set(seen)) == count, "the others do not have one result each")
        expect(committed(brokers, 1) == {0: 0}, f"{committed(brokers, 1)} committed, expected to wait at 0")
        before = harness.stats(api)["requests_by_route"]["create"]

        worker.send_signal(signal.SIGKILL)
        worker.wait()
        worker = start(stack, env)
        deadline = time.monotonic() + 40
        while committed(brokers, 1) != ends(brokers, 1):
            expect(time.monotonic() < deadline, f"{committed(brokers, 1)} committed 40 s after the restart")
            time.sleep(0.2)
        again = harness.stats(api)["requests_by_route"]["create"] - before
        names = [record.key().decode() for record in read_all(brokers, "customer_results", count + 1)]
        expect(again == 1, f"{again} requests after the restart, expected the hanging one's alone")
        expect(len(names) == count + 1 and len(set(names)) == count + 1, f"{len(names)} results for {len(set(names))} ids")
        worker.send_signal(signal.SIGTERM)
        harness.wait_for_exit(worker, 0)
        return took


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--count", type=int, default=5_000)
    options = parser.parse_args()
    harness.PROGRAM = os.path.abspath(options.program)
    try:
        alone = one_run(options.count, hangs=False)
        beside = one_run(options.count, hangs=True)
        print(f"{options.count} results in {alone:.1f} s alone, in {beside:.1f} s beside a hanging command")
        expect(beside - alone < 2, "they came more than 2 s later than without the hanging command")
    except AssertionError as error:
        print(f"FAILED  {error}\n0 passed, 1 failed")
        return 1
    print("1 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
