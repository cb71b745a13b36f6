#!/usr/bin/env python3
"""Measures how near the worker comes to what its limit on requests and the API's latency allow, beside a bare HTTP loop.

usage: api_concurrency.py PROGRAM BARE_LOOP [--count N] [--concurrency C] [--latencies MS,MS] [--repeat R]

Build both in release and install the test tools first:
  swift build -c release --product customer-worker && swift build -c release --product bare-http-loop
  .build/test-tools/bin/python Tests/Benchmarks/api_concurrency.py .build/release/customer-worker .build/release/bare-http-loop

Each run: a fresh broker with N commands of N ids, a fresh simulator, and the worker with C requests at once. The rate is that of the
requests' arrival at the simulator, from the 10 % to the 90 % point. Right after it the bare loop (async-http-client) makes as many
customers against a simulator of its own, as many at a time. The ideal is C / latency; on few cores the machine is the lower bound.

The broker is librdkafka's mock cluster in this process: noida-db answers every fetch with the whole backlog, and on two cores the
copying of it would be what is measured.
"""
import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Processes"))
import harness  # noqa: E402
from confluent_kafka import Producer  # noqa: E402
from throughput import cpu_seconds  # noqa: E402


@contextlib.contextmanager
def loaded_cluster(count):
    """A mock cluster that holds the commands; its address."""
    producer = Producer({"test.mock.num.brokers": 1, "linger.ms": 5, "log_level": 0, "queue.buffering.max.messages": count})
    port = next(iter(producer.list_topics(timeout=10).brokers.values())).port
    # Asking for a topic makes it, with four partitions.
    for topic in ("customer_commands", "customer_results", "customer_commands_dlq"):
        producer.list_topics(topic, timeout=10)
    for index in range(count):
        producer.produce(
            "customer_commands", f'{{"external_id":"bench_{index:08}","name":"Customer {index}"}}', key=f"bench_{index:08}")
    if producer.flush(120) != 0:
        raise SystemExit("the commands could not be loaded")
    yield f"127.0.0.1:{port}"


def worker_rate(options, latency):
    with contextlib.ExitStack() as stack:
        brokers = stack.enter_context(loaded_cluster(options.count))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        api = stack.enter_context(harness.simulator(latency))
        settings = {
            "FLEXPRICE_BACKEND": "flexprice", "FLEXPRICE_API_HOST": api, "FLEXPRICE_API_KEY": harness.KEY,
            "FLEXPRICE_API_MAX_CONCURRENCY": str(options.concurrency), **options.setting,
        }
        env = harness.environment(brokers, folder, **settings)
        worker = stack.enter_context(harness.process([harness.PROGRAM, "run"], env=env, stderr=subprocess.DEVNULL))
        points, deadline = {}, time.monotonic() + 180
        while len(points) < 2:
            made = harness.stats(api)["customers_created"]
            for share in (0.1, 0.9):
                if share not in points and made >= share * options.count:
                    points[share] = (time.monotonic(), made, cpu_seconds(worker.pid))
            if time.monotonic() > deadline:
                raise SystemExit(f"{made} of {options.count} customers after 180 s")
            time.sleep(0.05)
        (t1, n1, c1), (t2, n2, c2) = points[0.1], points[0.9]
        return (n2 - n1) / (t2 - t1), (c2 - c1) / (n2 - n1) * 1_000


def bare_rate(options, latency):
    with harness.simulator(latency) as api:
        done = subprocess.run(
            [options.bare, f"{api}/v1", harness.KEY, str(options.count), str(options.concurrency)],
            capture_output=True, text=True, timeout=180, check=True)
        return float(done.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("bare")
    parser.add_argument("--count", type=int, default=40_000)
    parser.add_argument("--concurrency", type=int, default=1_000)
    parser.add_argument("--latencies", default="10,100")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE", help="one more variable of the worker")
    options = parser.parse_args()
    options.setting = dict(text.split("=", 1) for text in options.setting)
    harness.PROGRAM = os.path.abspath(options.program)
    print(f"{'latency':>8} {'worker/s':>10} {'bare/s':>10} {'ideal/s':>10} {'of lower':>9} {'cpu s/1,000':>12}")
    for latency in (int(text) for text in options.latencies.split(",")):
        runs = [(*worker_rate(options, latency), bare_rate(options, latency)) for _ in range(options.repeat)]
        worker, cpu, bare = (statistics.median(values) for values in zip(*runs))
        ideal = options.concurrency / (latency / 1_000)
        print(f"{latency:>5} ms {worker:>10,.0f} {bare:>10,.0f} {ideal:>10,.0f} {worker / min(bare, ideal):>9.2f} {cpu:>12.3f}",
              flush=True)


if __name__ == "__main__":
    main()
