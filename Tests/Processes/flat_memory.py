#!/usr/bin/env python3
"""Shows that the worker's memory does not grow: neither with the commands it has served, nor with a backlog, nor with an outage.

usage: flat_memory.py PROGRAM [--count N] [--backlog N] [--outage SECONDS]

The broker is librdkafka's mock cluster in this process, which keeps 5 MB a partition, so commands are fed while results are read.
 1  Backend local, N commands, never more than 10,000 without their result: resident memory after all of them is within 10 % of
    that after a tenth of them.
 2  The intake is stopped (TSTP), a backlog is laid down, and the intake goes on (CONT): the highest resident memory while it is
    served is within 10 % of the highest before.
 3  Backend flexprice with nobody listening at api.host, and the same backlog waiting: resident memory at the end of the outage
    is within 10 % of that at its beginning.
"""
import argparse
import contextlib
import json
import os
import signal
import sys
import tempfile
import time

import harness
from confluent_kafka import Consumer, Producer, TopicPartition
from harness import expect

WINDOW = 10_000
TOPICS = ["customer_commands", "customer_results", "customer_commands_dlq"]


def resident(pid, field="VmRSS"):
    """Megabytes."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(field + ":"))


class Cluster:
    """The mock cluster, its producer, and a reader that counts results."""

    def __init__(self):
        self.producer = Producer({"test.mock.num.brokers": 1, "linger.ms": 5, "log_level": 0})
        port = next(iter(self.producer.list_topics(timeout=10).brokers.values())).port
        self.address = f"127.0.0.1:{port}"
        # Asking for a topic makes it, with four partitions.
        for topic in TOPICS:
            self.producer.list_topics(topic, timeout=10)
        self.reader = Consumer({"bootstrap.servers": self.address, "group.id": "reader", "auto.offset.reset": "earliest"})
        self.reader.assign([TopicPartition("customer_results", p, 0) for p in range(4)])
        self.sent, self.seen = 0, 0

    def send(self, count):
        for number in range(self.sent, self.sent + count):
            value = json.dumps({"external_id": f"acct_{number}", "name": f"Customer {number}"})
            self.producer.produce("customer_commands", value, key=f"acct_{number}")
            if number % 1_000 == 0:
                self.producer.poll(0)
        expect(self.producer.flush(60) == 0, "the commands could not be sent")
        self.sent += count

    def read(self, until, idle=60, each=lambda: None):
        """Reads results until so many were seen."""
        deadline = time.monotonic() + idle
        while self.seen < until:
            batch = [m for m in self.reader.consume(5_000, timeout=0.2) if m.error() is None]
            self.seen += len(batch)
            if batch:
                deadline = time.monotonic() + idle
            each()
            expect(time.monotonic() < deadline, f"{self.seen} of {until} results, and none for {idle} s")


    def written(self):
        """Results that stand in the topic, read or not."""
        partitions = [TopicPartition("customer_results", p) for p in range(4)]
        return sum(self.reader.get_watermark_offsets(p, timeout=10)[1] for p in partitions)

    def wait_until_written(self, count, idle=60, each=lambda: None):
        """For more results than this broker keeps: a reader that is slower than the worker would miss some."""
        last, deadline = self.written(), time.monotonic() + idle
        while last < count:
            time.sleep(0.1)
            each()
            now = self.written()
            if now > last:
                last, deadline = now, time.monotonic() + idle
            expect(time.monotonic() < deadline, f"{last} of {count} results, and none for {idle} s")


def within(figure, base, share=1.10):
    return figure <= base * share


def serve(cluster, worker, count):
    """Feeds commands; returns the resident memory after each tenth."""
    figures = []
    while cluster.seen < count:
        if cluster.sent < count and cluster.sent - cluster.seen <= WINDOW - 2_000:
            cluster.send(min(2_000, count - cluster.sent))
        else:
            cluster.read(cluster.seen + 1)
        while len(figures) < cluster.seen * 10 // count:
            figures.append(resident(worker.pid))
    return figures


def flat_by_commands(cluster, env, options):
    with harness.process([harness.PROGRAM, "run"], env=env) as worker:
        started = time.monotonic()
        figures = serve(cluster, worker, options.count)
        took = time.monotonic() - started
        print(f"{options.count} commands in {took:.0f} s; resident MB after each tenth: " + " ".join(f"{f:.1f}" for f in figures))
        expect(within(figures[-1], figures[0]), f"{figures[0]:.1f} MB after a tenth, {figures[-1]:.1f} MB after all")

        before, written = resident(worker.pid, "VmHWM"), cluster.written()
        worker.send_signal(signal.SIGTSTP)
        cluster.send(options.backlog)
        highest = [resident(worker.pid)]
        worker.send_signal(signal.SIGCONT)
        cluster.wait_until_written(written + options.backlog, each=lambda: highest.append(resident(worker.pid)))
        print(f"highest {before:.1f} MB before, {max(highest):.1f} MB while {options.backlog} waited")
        expect(within(max(highest), before), f"a backlog took the worker from {before:.1f} to {max(highest):.1f} MB")
        worker.send_signal(signal.SIGTERM)
        harness.wait_for_exit(worker, 0)


def flat_by_outage(cluster, env, options):
    nobody = f"http://127.0.0.1:{harness.free_port()}"
    env = {**env, "FLEXPRICE_BACKEND": "flexprice", "FLEXPRICE_API_HOST": nobody, "FLEXPRICE_API_KEY": harness.KEY}
    with harness.process([harness.PROGRAM, "run"], env=env) as worker:
        cluster.send(options.backlog)
        time.sleep(10)  # The outage itself is what is waited for; nothing else happens in it.
        first = resident(worker.pid)
        time.sleep(options.outage)
        last = resident(worker.pid)
        print(f"outage: {first:.1f} MB after 10 s, {last:.1f} MB {options.outage} s later, {options.backlog} waiting")
        expect(within(last, first), f"an outage took the worker from {first:.1f} to {last:.1f} MB")
        worker.send_signal(signal.SIGTERM)
        harness.wait_for_exit(worker, 0, seconds=60)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--backlog", type=int, default=100_000)
    parser.add_argument("--outage", type=int, default=60)
    options = parser.parse_args()
    harness.PROGRAM = os.path.abspath(options.program)
    failed = 0
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        cluster = Cluster()
        env = harness.environment(cluster.address, folder, FLEXPRICE_LOG_LEVEL="error")
        for part in (flat_by_commands, flat_by_outage):
            try:
                part(cluster, env, options)
            except AssertionError as error:
                failed += 1
                print(f"FAILED  {error}", flush=True)
    print(f"{2 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
