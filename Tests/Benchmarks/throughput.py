#!/usr/bin/env python3
"""Measures the whole worker from outside: commands per second, CPU and memory, as a reader of committed results sees it.

usage: throughput.py PROGRAM [--count N] [--repeat R] [--latency MS] [--concurrency C] [--guarantee exactly_once|at_least_once]
                     [--backend local|flexprice] [--store sqlite|postgres] [--pages N]

Build first: swift build -c release --product customer-worker; Tests/Scripts/setup.sh tests installs the broker and the client:
  .build/test-tools/bin/python Tests/Benchmarks/throughput.py .build/release/customer-worker

Each run loads N commands into a fresh noida-db broker, starts the worker on an empty ledger, and times the results. The rate is
taken from the 5 % point to the last result. noida-db is not Apache Kafka: compare only figures of one session, and
not with other brokers. It keeps its topics in memory and answers a fetch with all it has, so N stays at or below 40,000; and it answers one of
a topic without news at once, so that the worker's Kafka client asks again and again: where the API sets the pace, that is a
good part of the CPU told here. api_concurrency.py measures that without it.

--pages N asks what the console costs the worker: each run is followed by one beside a console with N open overview pages, and the
ratio of the two is told.
"""
import argparse
import contextlib
import json
import os
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

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


@contextlib.contextmanager
def console(env, folder, pages):
    """A console of this worker with a number of open overview pages, whose streams are read as browsers do."""
    token, path, port = "t" * 32, os.path.join(folder, "tokens"), harness.free_port()
    with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        file.write(f"bench {token}\n")
    env = {**env, "FLEXPRICE_CONSOLE_LISTEN": f"127.0.0.1:{port}", "FLEXPRICE_CONSOLE_OPERATOR_TOKENS_FILE": path}
    log = harness.Log(folder, "console.log")
    with contextlib.ExitStack() as stack:
        stack.callback(log.file.close)
        stack.enter_context(harness.process([harness.PROGRAM, "console"], env=env, stderr=log.file))
        harness.wait_until(lambda: bool(log.find("Console listens")), 20, "the console listens")
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        opener.open(f"http://127.0.0.1:{port}/login", f"token={token}".encode()).read()
        cookie = next(c for handler in opener.handlers if hasattr(handler, "cookiejar") for c in handler.cookiejar)
        streams, ended, events = selectors.DefaultSelector(), threading.Event(), [0]
        for _ in range(pages):
            opener.open(f"http://127.0.0.1:{port}/").read()
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.sendall(f"GET /live/overview HTTP/1.1\r\nHost: x\r\nCookie: {cookie.name}={cookie.value}\r\n\r\n".encode())
            streams.register(client, selectors.EVENT_READ)

        def read():
            while not ended.is_set():
                for key, _ in streams.select(0.2):
                    events[0] += key.fileobj.recv(1 << 16).count(b"event: fragment")
        reader = threading.Thread(target=read)
        reader.start()
        try:
            yield events
        finally:
            ended.set()
            reader.join()


def one_run(backend, options, pages=0):
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
        if pages:
            more["FLEXPRICE_ADMIN_LISTEN"] = f"127.0.0.1:{harness.free_port()}"
        env = harness.environment(brokers, folder, **more)
        harness.create_topics(env, 6)
        count = options.count if backend == "local" else min(options.count, 20_000)
        load(brokers, count)
        results = harness.Results(brokers)
        events = stack.enter_context(console(env, folder, pages)) if pages else None
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
        if events is not None and events[0] < pages:
            raise SystemExit(f"{events[0]} events for {pages} pages: they were not alive")
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
    parser.add_argument("--pages", type=int, default=0)
    options = parser.parse_args()
    harness.PROGRAM = os.path.abspath(options.program)
    if options.pages:
        return beside_console(options)
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


def beside_console(options):
    """Pairs of runs, without and with open pages; the medians of their ratios."""
    backend, ratios = options.backend or "flexprice", {"rate": [], "cpu": []}
    for _ in range(options.repeat):
        alone = one_run(backend, options)
        beside = one_run(backend, options, options.pages)
        for name, values in ratios.items():
            values.append(beside[name] / alone[name])
        print(f"{backend}: {alone['rate']:,.0f}/s alone, {beside['rate']:,.0f}/s beside {options.pages} pages; "
              f"cpu s/1,000: {alone['cpu']:.3f}, {beside['cpu']:.3f}", flush=True)
    for name, values in ratios.items():
        values.sort()
        print(f"{name} with the pages / without: median {statistics.median(values):.3f} ({values[0]:.3f} to {values[-1]:.3f})")


if __name__ == "__main__":
    main()
