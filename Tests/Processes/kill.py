#!/usr/bin/env python3
"""Kills the worker with SIGKILL at random moments, and checks that no command is lost, doubled or out of order.

usage: kill.py PROGRAM [--kills K] [--count N] [--latency MS] [--seed S]

One run: N commands (a tenth duplicates, a twentieth invalid) over six partitions of a noida-db broker, the simulated API with a
latency, exactly once. The worker is killed K times, then left alone until nothing waits. A reader of committed results checks:
 a  every command has exactly one result
 b  every external_id was created at most once at the API
 c  results of an external_id stand in the order of its commands
 d  the committed offsets stand at the ends of the partitions
 e  all of this without a restart after the last kill
 f  created + failed = commands, and dead letters = failed
The worker is a static member (group.instance.id), since this broker never drops a dead one.
"""
import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

import harness
from confluent_kafka import Producer
from harness import committed, ends, read_all

PARTITIONS = 6


def command(index):
    """The external_id, the value and the right outcome of command number `index`."""
    if index % 20 == 7:
        return f"acct_{index}", f'{{"external_id":"acct_{index}","address_country":"Germany"}}', {"invalid_command"}
    number = index - 1 if index % 10 == 3 else index
    outcomes = {"replayed"} if index % 10 == 3 else {"created", "existing"}
    return f"acct_{number}", f'{{"external_id":"acct_{number}","name":"Customer {number}"}}', outcomes


def produce(brokers, count, first=0):
    producer = Producer({"bootstrap.servers": brokers, "linger.ms": 5})
    for index in range(first, first + count):
        external_id, value, _ = command(index)
        producer.produce("customer_commands", value, key=external_id, headers={"ce_id": f"n{index}"})
    harness.expect(producer.flush(60) == 0, "the commands could not be sent")


def wait_until_done(brokers, seconds):
    """Whether the group's offsets reach the ends of the partitions in time."""
    deadline = time.monotonic() + seconds
    while committed(brokers, PARTITIONS) != ends(brokers, PARTITIONS):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def problems(brokers, count, stats):
    """Every oracle that does not hold of the first `count` commands."""
    found, seen, order, outcomes = [], {}, {}, {}
    for record in read_all(brokers, "customer_results", count):
        body = json.loads(record.value())
        at = (body["command"]["partition"], body["command"]["offset"])
        seen[at] = seen.get(at, 0) + 1
        order.setdefault(body["external_id"], []).append(at)
        outcomes[body["command"]["id"]] = body.get("outcome") or body["error"]["code"]
    doubled = [at for at, times in seen.items() if times > 1]
    if doubled or len(seen) != count:
        found.append(f"a: {len(seen)} commands have results, {len(doubled)} more than one: {doubled[:5]}")
    customers = len({command(i)[0] for i in range(count) if i % 20 != 7})
    if stats["customers_created"] != customers:
        found.append(f"b: the API created {stats['customers_created']} customers, expected {customers}")
    if any(at != sorted(at) for at in order.values()):
        found.append("c: results of an external_id are out of order")
    wrong = {i: outcomes.get(f"n{i}") for i in range(count) if outcomes.get(f"n{i}") not in command(i)[2]}
    if wrong:
        found.append(f"outcomes: {len(wrong)} are not as they should be: {dict(list(wrong.items())[:5])}")
    failures = sum("invalid_command" in command(i)[2] for i in range(count))
    letters = read_all(brokers, "customer_commands_dlq", failures)
    if len(letters) != failures:
        found.append(f"f: {len(letters)} dead letters for {failures} failures")
    print(f"{len(seen)} results, {stats['customers_created']} customers, {stats['duplicates']} creations met their own customer again")
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--latency", type=int, default=20)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    chance = random.Random(options.seed)
    harness.PROGRAM = os.path.abspath(options.program)
    print(f"{options.kills} kills, {options.count} commands, seed {options.seed}", flush=True)
    found = []
    with contextlib.ExitStack() as stack:
        brokers = stack.enter_context(harness.broker())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        api = stack.enter_context(harness.simulator(options.latency))
        env = harness.environment(
            brokers, folder, FLEXPRICE_BACKEND="flexprice", FLEXPRICE_API_HOST=api,
            FLEXPRICE_API_KEY=harness.KEY, FLEXPRICE_API_MAX_CONCURRENCY=str(options.concurrency),
            FLEXPRICE_KAFKA_GROUP_INSTANCE_ID="worker-1", FLEXPRICE_LOG_LEVEL="warning",
        )
        harness.create_topics(env, PARTITIONS)
        produce(brokers, options.count)
        log = stack.enter_context(open(os.path.join(folder, "worker.log"), "wb"))
        start = lambda: stack.enter_context(harness.process([harness.PROGRAM, "run"], env=env, stderr=log))
        for _ in range(options.kills):
            worker = start()
            time.sleep(chance.uniform(0.05, 1.6))
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        left = sum(ends(brokers, PARTITIONS).values()) - sum(max(offset, 0) for offset in committed(brokers, PARTITIONS).values())
        print(f"after the last kill {left} commands waited", flush=True)
        worker = start()
        if not wait_until_done(brokers, 120):
            found.append(f"d, e: {committed(brokers, PARTITIONS)} committed, ends {ends(brokers, PARTITIONS)}")
        found += problems(brokers, options.count, harness.stats(api))
        worker.send_signal(signal.SIGTERM)
        harness.wait_for_exit(worker, 0)
        if os.environ.get("KEEP_LOG"):
            sys.stdout.write(open(log.name).read())
    for problem in found:
        print(f"FAILED  {problem}")
    print(f"{0 if found else 1} passed, {1 if found else 0} failed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
