"""One run of one worker: throughput, latency or a kill."""
import contextlib
import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

import harness

from .machine import Meter, peak_megabytes
from .stub import KEY, stub
from .workload import Pace, Results, Topics, load, own_topics

PATIENCE = 45


@dataclass
class Run:
    """What one run is given; `more` are further settings of ours."""

    worker: object
    program: str
    backend: str = "local"
    count: int = 40_000
    ids: int | None = None
    concurrency: int = 64
    latency_ms: int = 20
    partitions: int = 6
    brokers: str = ""
    topics: Topics | None = None
    given_brokers: str | None = None
    folder: str = ""
    api: str = ""
    key: str = KEY
    instance: str | None = None
    more: dict = field(default_factory=dict)
    # Makes a context around what is measured, given the worker's pid.
    watch: object = contextlib.nullcontext

    @contextlib.contextmanager
    def surroundings(self):
        """A broker, topics, a folder and, if it is asked, an API."""
        with contextlib.ExitStack() as stack:
            self.helpers = []
            if self.given_brokers:
                self.brokers = self.given_brokers
            else:
                broker = stack.enter_context(harness.restartable_broker())
                self.brokers, self.helpers = broker.address, [broker.process.pid]
            self.folder = stack.enter_context(tempfile.TemporaryDirectory())
            self.topics = stack.enter_context(own_topics(self.brokers, self.partitions))
            self.stub = None
            if self.backend == "flexprice":
                self.stub = stack.enter_context(stub(self.latency_ms))
                self.api = self.stub.url
                self.helpers.append(self.stub.process.pid)
            yield

    @contextlib.contextmanager
    def started(self):
        log = os.path.join(self.folder, "log")
        with open(log, "ab") as file:
            with harness.process(
                self.worker.command(self.program), env=self.worker.environment(self), cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=file, stderr=file,
            ) as process:
                yield process

    def tail(self):
        with open(os.path.join(self.folder, "log"), errors="replace") as file:
            return "".join(file.readlines()[-5:])

    def gather(self, results, until, process=None, repeats=False):
        """Reads results until there are so many: of different ids, or all that came where ids are meant to repeat."""
        last, counted = time.monotonic(), 0
        while counted < until:
            results.take()
            now = len(results.seen) + (results.repeated if repeats else 0)
            if now > counted:
                last, counted = time.monotonic(), now
            if time.monotonic() - last > PATIENCE or process is not None and process.poll() is not None:
                raise RuntimeError(f"{self.worker.label}: {counted} of {until} results; its log ends:\n{self.tail()}")
        return counted

    def throughput(self):
        with self.surroundings():
            load(self.brokers, self.topics, self.count, self.ids)
            results = Results(self.brokers, self.topics)
            figures = self.timed(results, 0)
            results.close()
            return figures

    def replay(self):
        """The figures of a stream, and of the same stream once more: the worker answers it from what it remembers."""
        with self.surroundings():
            results, figures = Results(self.brokers, self.topics), []
            for turn in range(2):
                load(self.brokers, self.topics, self.count)
                figures.append(self.timed(results, turn * self.count, repeats=True))
            results.close()
            return figures

    def timed(self, results, before, repeats=None):
        """Starts the worker, and takes the figures of its next `count` results."""
        repeats = self.ids is not None if repeats is None else repeats
        with self.started() as process:
            began = time.monotonic()
            five = self.gather(results, before + self.count // 20, process, repeats)
            meter = Meter(process.pid, self.helpers)
            with self.watch(process.pid):
                self.gather(results, before + self.count, process, repeats)
                elapsed, cpu, others = meter.since()
            wall, peak = time.monotonic() - began, peak_megabytes(process.pid)
        made, ideal = before + self.count - five, self.concurrency / (self.latency_ms / 1_000)
        return {
            "rate": made / elapsed, "wall_rate": self.count / wall, "cpu": cpu / made * 1_000, "peak": peak, "others": others,
            "of_ideal": made / elapsed / ideal if self.stub else None, "refused": results.refused,
        }

    def latency(self, rate, count):
        with self.surroundings():
            results = Results(self.brokers, self.topics)
            with self.started() as process:
                load(self.brokers, self.topics, 1)
                self.gather(results, 1, process)
                pace, arrived = Pace(self.brokers, self.topics, rate, count), {}
                meter = Meter(process.pid, self.helpers)
                pace.start()
                last = time.monotonic()
                while len(arrived) < count:
                    # One at a time: whoever waits for more holds back the first.
                    for key in results.take(1, 0.01):
                        last = arrived[key] = time.monotonic()
                    if time.monotonic() - last > PATIENCE:
                        raise RuntimeError(f"{self.worker.label}: {len(arrived)} of {count} results")
                _, cpu, others = meter.since()
                peak = peak_megabytes(process.pid)
            pace.join()
            results.close()
            waits = sorted((arrived[key] - pace.due[key]) * 1_000 for key in arrived)
            cuts = statistics.quantiles(waits, n=100)
            return {"p50": cuts[49], "p90": cuts[89], "p99": cuts[98], "cpu": cpu / count * 1_000, "peak": peak, "others": others}

    def kill(self, share):
        """Kills it once with signal 9 when so much is done, starts it again, and counts what stands twice."""
        with self.surroundings():
            load(self.brokers, self.topics, self.count)
            results = Results(self.brokers, self.topics)
            with self.started() as process:
                self.gather(results, int(self.count * share), process)
                process.kill()
                process.wait()
            # What was visible before it came back is not its doing.
            while results.take(wait=0.5):
                pass
            before = len(results.seen)
            with self.started() as process:
                began = time.monotonic()
                if before < self.count:
                    self.gather(results, before + 1, process)
                first = time.monotonic() - began
                self.gather(results, self.count, process)
                # Anything that comes twice comes soon.
                quiet = time.monotonic() + 3
                while time.monotonic() < quiet:
                    results.take(wait=0.2)
            results.close()
            return {"first": first, "repeated": results.repeated, "conflicts": self.stub.stats()["conflicts"] if self.stub else None}
