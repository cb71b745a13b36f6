#!/usr/bin/env python3
"""Measures the whole worker from outside: commands per second, CPU and memory, as a reader of committed results sees it.

usage: throughput.py PROGRAM [--count N] [--repeat R] [--latency MS] [--concurrency C] [--guarantee exactly_once|at_least_once]
                     [--backend local|flexprice] [--store sqlite|postgres]

Build first: swift build -c release --product customer-worker; Tests/Scripts/setup.sh tests installs the broker and the client:
  .build/test-tools/bin/python Tests/Benchmarks/throughput.py .build/release/customer-worker

Each run loads N commands into a fresh noida-db broker, starts the worker on an empty ledger, and times the results. The rate is
taken from the 5 % point to the last result. noida-db is not Apache Kafka: compare only figures of one session, and
not with other brokers. It keeps its topics in memory and answers a fetch with all it has, so N stays at or below 40,000; and it answers one of
a topic without news at once, so that the worker's Kafka client asks again and again: where the API sets the pace, that is a
good part of the CPU told here. api_concurrency.py measures that without it.
"""
import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from confluent_kafka import Producer

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Processes"))
import harness  # noqa: E402
from postgres import postgres  # noqa: E402


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_megabytes(pid):
    with open(f"/proc/{pid}/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmHWM")) / 1024


def load(brokers, count):
    producer = Producer({"bootstrap.servers": brokers, "linger.ms": 5, "queue.buffering.max.messages": count})
    for index in range(count):
        body = (
            f'{{"external_id":"bench_{index:08}","name":"Customer {index}","email":"c{index}@example.com",'
            '"address_line1":"1 Main St","address_city":"Pune","address_state":"MH","address_postal_code":"411001",'
            '"address_country":"IN","metadata":{"plan":"pro","source":"bench"}}'
        )
        producer.produce("customer_commands", body, key=f"bench_{index:08}")
    if producer.flush(120) != 0:
        raise SystemExit("the commands could not be loaded")


def one_run(backend, options):
    with contextlib.ExitStack() as stack:
        brokers = stack.enter_context(harness.broker())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        more = {"FLEXPRICE_BACKEND": backend, "FLEXPRICE_DELIVERY_GUARANTEE": options.guarantee}
        if options.store == "postgres":
            more["FLEXPRICE_STORE_URL"] = stack.enter_context(postgres()).url
        if backend == "flexprice":
            api = stack.enter_context(harness.simulator(options.latency))
            more.update(
                FLEXPRICE_API_HOST=api, FLEXPRICE_API_KEY=harness.KEY,
                FLEXPRICE_API_MAX_CONCURRENCY=str(options.concurrency),
            )
        env = harness.environment(brokers, folder, **more)
        harness.create_topics(env, 6)
        count = options.count if backend == "local" else min(options.count, 20_000)
        load(brokers, count)
        results = harness.Results(brokers)
        began = time.monotonic()
        worker = stack.enter_context(harness.process(
            [harness.PROGRAM, "run"], env=env, stderr=subprocess.DEVNULL))
        seen, positions = 0, set()
        first = five = None
        while seen < count:
            if time.monotonic() > began + 180:
                raise SystemExit(f"{seen} of {count} results after 180 s")
            for message in results.consumer.consume(5_000, timeout=0.05):
                if message.error():
                    continue
                if first is None:
                    first = time.monotonic()
                if five is None and seen >= count // 20:
                    five, five_seen, five_cpu = time.monotonic(), seen, cpu_seconds(worker.pid)
                command = json.loads(message.value())["command"]
                positions.add((command["partition"], command["offset"]))
                seen += 1
        last = time.monotonic()
        cpu, peak = cpu_seconds(worker.pid), peak_megabytes(worker.pid)
        results.close()
        if len(positions) != count:
            raise SystemExit(f"{count - len(positions)} commands without a result of their own")
        return {
            "rate": (seen - five_seen) / (last - five), "wall": count / (last - began), "peak": peak,
            "cpu": (cpu - five_cpu) / (seen - five_seen) * 1_000,
        }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--count", type=int, default=40_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--latency", type=int, default=20)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--guarantee", default="exactly_once")
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--backend", choices=["local", "flexprice"])
    options = parser.parse_args()
    harness.PROGRAM = os.path.abspath(options.program)
    print(f"{'backend':<10} {'commands/s':>22} {'from start/s':>14} {'cpu s/1,000':>12} {'peak MB':>9}")
    for backend in [options.backend] if options.backend else ["local", "flexprice"]:
        runs = [one_run(backend, options) for _ in range(options.repeat)]
        rates = sorted(r["rate"] for r in runs)
        median = {k: statistics.median(r[k] for r in runs) for k in runs[0]}
        spread = f"{median['rate']:,.0f} ({rates[0]:,.0f}-{rates[-1]:,.0f})"
        note = "" if backend == "local" else (
            f"   {median['rate'] / (options.concurrency / (options.latency / 1_000)):.2f} of concurrency/latency"
            if options.latency else "")
        print(f"{backend:<10} {spread:>22} {median['wall']:>14,.0f} {median['cpu']:>12.3f} {median['peak']:>9.0f}{note}",
              flush=True)


if __name__ == "__main__":
    main()
