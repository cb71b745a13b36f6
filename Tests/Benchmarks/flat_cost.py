#!/usr/bin/env python3
"""Measures whether a command costs the same whatever there is around it: partitions, ids, replays; and what waiting costs.

usage: flat_cost.py PROGRAM [--repeat R]

  Tests/Scripts/setup.sh benchmarks; swift build -c release --product customer-worker
  .build/benchmark-tools/bin/python Tests/Benchmarks/flat_cost.py .build/release/customer-worker

Backend local, exactly once, 40,000 commands a run on a noida-db of its own; medians. That broker answers a fetch without news at
once, and more such answers come the longer a run lasts: a slower row has more of them in its CPU. Idle CPU is taken
on librdkafka's mock cluster, which waits as Kafka does. How the ledger's size counts is ledger_scale.py's to say.
"""
import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "Processes")]
import harness  # noqa: E402
from api_concurrency import loaded_cluster  # noqa: E402
from comparison.machine import cpu_seconds, peak_megabytes  # noqa: E402
from comparison.runs import Run  # noqa: E402
from comparison.workers import WORKERS  # noqa: E402

OURS = next(worker for worker in WORKERS if worker.is_ours and worker.exactly_once)
IDLE_SECONDS = 20


def row(name, figures):
    median = {key: statistics.median(one[key] for one in figures) for key in ("rate", "cpu", "peak")}
    print(f"{name:<34} {median['rate']:>10,.0f} {median['cpu']:>12.4f} {median['peak']:>8.0f}", flush=True)
    return median


def idle(program):
    """The share of a core that a worker takes which has nothing to do."""
    with contextlib.ExitStack() as stack:
        brokers = stack.enter_context(loaded_cluster(10))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        env = harness.environment(brokers, folder)
        worker = stack.enter_context(harness.process([program, "run"], env=env, stderr=subprocess.DEVNULL))
        # Until it has worked its ten commands off, and whatever comes with a start is over.
        time.sleep(8)
        before = cpu_seconds(worker.pid)
        time.sleep(IDLE_SECONDS)
        harness.expect(worker.poll() is None, "the worker ended while it was idle")
        return (cpu_seconds(worker.pid) - before) / IDLE_SECONDS, peak_megabytes(worker.pid)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    harness.PROGRAM = program = os.path.abspath(options.program)
    print(f"{'':<34} {'commands/s':>10} {'cpu s/1,000':>12} {'peak MB':>8}")
    cases = {f"{n} partition{'s' * (n > 1)}": {"partitions": n} for n in (1, 6, 24, 96)}
    cases |= {f"{n:,} ids": {"ids": n} for n in (10, 1_000, 40_000)}
    runs = {name: [] for name in cases}
    news, replays = [], []
    for _ in range(options.repeat):
        for name, settings in cases.items():
            runs[name].append(Run(OURS, program, **settings).throughput())
        new, again = Run(OURS, program, count=20_000).replay()
        news.append(new)
        replays.append(again)
    medians = {name: row(name, figures) for name, figures in runs.items()}
    new, again = row("20,000 new ones", news), row("the same again", replays)
    for kind in ("partition", "ids"):
        costs = [median["cpu"] for name, median in medians.items() if kind in name]
        print(f"{kind:<34} dearest {max(costs) / min(costs):.2f} times the cheapest")
    print(f"{'replays':<34} {again['rate'] / new['rate']:.2f} times the rate of new ones")
    share, peak = idle(program)
    print(f"{'idle':<34} {share:.2%} of a core, {peak:.0f} MB")


if __name__ == "__main__":
    main()
