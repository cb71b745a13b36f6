#!/usr/bin/env python3
"""Says on what the worker's CPU goes while it works off commands that wait, by what its stacks have in them.

usage: profile.py PROGRAM [--part local|api-64|api-256] [--rate HERTZ]

  Tests/Scripts/setup.sh benchmarks; swift build -c release --product customer-worker; apt-get install linux-perf
  .build/benchmark-tools/bin/python Tests/Benchmarks/profile.py .build/release/customer-worker

As root, or with kernel.perf_event_paranoid at 1. Watching slows the worker: the shares count, not its rate.
"""
import argparse
import collections
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "Processes")]
import harness  # noqa: E402
from comparison.runs import Run  # noqa: E402
from comparison.suite import PARTS  # noqa: E402
from comparison.workers import WORKERS  # noqa: E402

OURS = next(worker for worker in WORKERS if worker.is_ours and worker.exactly_once)
# The first that a stack has in it, read from above; frames are demangled, each with its library.
GROUPS = (
    ("librdkafka's threads: fetch, produce", r"^rdk:"),
    ("HTTP client (libcurl)", r"TransportLoop|libcurl"),
    ("decode, validate, fingerprint", r"CommandReader"),
    ("make local customers", r"LocalCustomers"),
    ("ledger (SQLite)", r"libsqlite3|GRDB|SQLiteLedger|StoreWriter"),
    ("encode results", r"RecordEncoder|ResultEncoder"),
    ("enqueue and commit", r"Publisher|librdkafka"),
    ("core: lanes, offsets, batches", r"CommandWorker|WorkerCore"),
    ("waking threads and tasks", r"libdispatch|swift_job|swift_task|libswift_Concurrency"),
    ("other", r""),
)
MARKS = (("in the kernel", r"entry_SYSCALL|\[kernel"), ("retain and release", r"swift_(bridgeObject)?(Retain|Release|retain|release)"),
         ("malloc and free", r"\b(malloc|free|cfree|calloc|realloc|_int_malloc|_int_free)\b"))


@contextlib.contextmanager
def recorded(pid, path, rate):
    command = ["perf", "record", "-q", "--call-graph", "dwarf,16384", "-F", str(rate), "-o", path, "-p", str(pid)]
    with harness.process(command, stderr=subprocess.DEVNULL) as perf:
        yield
        perf.send_signal(signal.SIGINT)
        perf.wait(60)


def stacks(path):
    """Each sample's thread and frames, innermost first."""
    script = subprocess.run(
        ["perf", "script", "-i", path, "-F", "comm,ip,sym,dso"], capture_output=True, text=True, check=True, timeout=600)
    plain = subprocess.run(["swift", "demangle", "--simplified"], input=script.stdout, capture_output=True, text=True, check=True)
    for sample in re.split(r"\n\s*\n", plain.stdout.strip()):
        thread, *frames = sample.splitlines()
        yield thread.strip(), frames


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--part", choices=[part for part, of in PARTS.items() if of[0] == "throughput"], default="local")
    parser.add_argument("--rate", type=int, default=4_000)
    options = parser.parse_args()
    harness.PROGRAM = program = os.path.abspath(options.program)
    _, backend, settings = PARTS[options.part]
    groups, marks, total = collections.Counter(), collections.Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "perf.data")
        run = Run(OURS, program, backend=backend, watch=lambda pid: recorded(pid, path, options.rate), **settings)
        figures = run.throughput()
        for thread, frames in stacks(path):
            text, total = "\n".join([thread, *frames]), total + 1
            groups[next(name for name, pattern in GROUPS if re.search(pattern, text))] += 1
            # Where it stands, and for the kernel who called it.
            for name, pattern in MARKS:
                marks[name] += bool(re.search(pattern, text if "kernel" in name else frames[0] if frames else ""))
    print(f"{options.part}: {figures['rate']:,.0f} commands/s, {figures['cpu']:.3f} CPU s per 1,000, {total:,} samples")
    for name, count in [*groups.most_common(), *((f"of all that: {name}", count) for name, count in marks.most_common())]:
        print(f"{count / total:>7.1%}  {name}")


if __name__ == "__main__":
    main()
