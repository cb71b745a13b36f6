#!/usr/bin/env python3
"""Measures the console with many dead letters: how long until they are read, what a page takes, and its memory.

usage: console_scale.py PROGRAM [--letters N] [--repeat R]

Build in release and install the test tools first:
  swift build -c release --product customer-worker
  .build/test-tools/bin/python Tests/Benchmarks/console_scale.py .build/release/customer-worker

The letters have three codes and some hundred forms of reasons. A page is asked for R times in a row; the median and the slowest are told, and
the time is that of the whole answer. Then all of them are planned, dismissed and exported.
"""
import argparse
import contextlib
import json
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Processes"))
import console_letters  # noqa: E402
import harness  # noqa: E402
from confluent_kafka import Producer  # noqa: E402

CODES = ("rejected", "invalid_command", "retries_exhausted")
PAGES = (
    "/letters", "/letters?by=field", "/letters?by=age", "/letters/list", "/letters/list?external_id=identifier_5&page=3",
    "/letters/list?field=address_country", "/letters/1/500", "/jobs",
)


def load(brokers, count):
    producer = Producer({"bootstrap.servers": brokers, "linger.ms": 50, "queue.buffering.max.messages": 1_000_000})
    now = time.time()
    for n in range(count):
        at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(now - n))
        value = {"external_id": f"acct_long_identifier_{n}", "name": "Acme", "email": "a@example.com"}
        if n % 3 == 1:
            value["address_country"] = "India"
        headers = {
            "__dlq.errors.topic": "customer_commands", "__dlq.errors.partition": n % 3, "__dlq.errors.offset": n,
            "__dlq.errors.group": "customer_worker", "__dlq.errors.delivery.count": 1,
            "__dlq.errors.message": f"no plan {n} for customer of kind {chr(97 + n % 23) * 4} in region {n % 17}",
            "dlq-error-code": CODES[n % 3], "dlq-error-retryable": "false", "dlq-first-failed-at": at, "dlq-last-failed-at": at,
            "dlq-redrive-count": 0, "dlq-command-id": f"0193d0a8-0000-7000-8000-{n:012d}",
        }
        producer.produce(
            "customer_commands_dlq", key=value["external_id"], value=json.dumps(value), timestamp=int((now - n) * 1_000), partition=n % 3,
            headers=[(name, str(text)) for name, text in headers.items()])
        if n % 1_000 == 0:
            producer.poll(0)
    if producer.flush(120) != 0:
        raise SystemExit("the letters could not be loaded")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--letters", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    harness.PROGRAM = os.path.abspath(options.program)
    with contextlib.ExitStack() as stack:
        site = console_letters.Site(stack)

        def resident():
            with open(f"/proc/{site.console.pid}/status") as file:
                return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) // 1024

        def timed(what, body):
            began = time.monotonic()
            result = body()
            print(f"{what}: {time.monotonic() - began:.1f} s, {resident()} MB", flush=True)
            return result

        load(site.brokers, options.letters)
        print(f"before: {resident()} MB", flush=True)
        user = console_letters.Client(site.port, console_letters.OPERATOR)
        timed("read", lambda: user.wait("/letters", f"{options.letters:,} letters wait", seconds=240))
        for path in PAGES:
            times = []
            for _ in range(options.repeat):
                began = time.monotonic()
                text = user.get(path)
                times.append((time.monotonic() - began) * 1_000)
            print(f"{path}: median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms, {len(text) // 1024} KiB", flush=True)
        job = user.post("/letters/dismiss", {"scope": "all", "reason": "measured"})
        timed("planned", lambda: user.wait(job, "Nothing was done yet", seconds=120))
        user.post(f"{job}/confirm", {"confirmed": str(options.letters)})
        timed("dismissed", lambda: user.wait(job, "It is done", seconds=120))
        text = timed("exported", lambda: user.get("/letters/export?state=all"))
        if text.count("\n") != options.letters:
            raise SystemExit(f"{text.count(chr(10))} lines for {options.letters} letters")


if __name__ == "__main__":
    main()
