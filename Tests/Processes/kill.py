#!/usr/bin/env python3
"""Kills the worker with SIGKILL at random moments, and checks that no command is lost, doubled or out of order.

usage: kill.py PROGRAM [--kills K] [--count N] [--latency MS] [--seed S]

One run: N commands (a tenth duplicates, a twentieth invalid) over six partitions of a noida-db broker, the simulated API with a
latency, exactly once. The worker is killed K times, then left alone until nothing waits. A reader of committed results
checks what oracles.py lists.
The worker is a static member (group.instance.id), since this broker never drops a dead one.
"""
import argparse
import contextlib
import os
import random
import signal
import sys
import tempfile
import time

import harness
from harness import committed, ends
from oracles import PARTITIONS, problems, produce, wait_until_done


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
