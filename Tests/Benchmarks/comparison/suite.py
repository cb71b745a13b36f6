"""Which runs there are, in which order: in turns, so that whatever else the machine does spreads over all workers."""
import json
import sys
import time

from .runs import Run
from .transactions import bare_transactions
from .workers import WORKERS

# Part: what is measured, the backend, what the run is given.
PARTS = {
    "local": ("throughput", "local", {"count": 40_000}),
    "api-64": ("throughput", "flexprice", {"count": 20_000, "concurrency": 64}),
    "api-256": ("throughput", "flexprice", {"count": 40_000, "concurrency": 256}),
    "local-latency": ("latency", "local", {}),
    "api-latency": ("latency", "flexprice", {}),
    "transaction": ("transaction", None, {}),
    "local-kill": ("kill", "local", {"count": 40_000}),
    "api-kill": ("kill", "flexprice", {"count": 10_000}),
}
RATE = 500


def measure(part, worker, options):
    kind, backend, settings = PARTS[part]
    # noida-db never drops a dead member: only one that is known to it by name gets its partitions back.
    instance = "one" if kind == "kill" else None
    run = Run(worker, options.program, backend=backend, given_brokers=options.brokers, instance=instance, **settings)
    if options.count and kind != "latency":
        run.count = options.count if backend == "local" else min(run.count, options.count)
    if kind == "latency":
        return run.latency(RATE, RATE * options.seconds)
    return run.kill(0.3) if kind == "kill" else run.throughput()


def measure_all(options, record):
    """Runs everything that is asked for; a failure is a row too."""
    for turn in range(options.repeat):
        for part in options.parts:
            if part == "transaction":
                record({"part": part, "worker": "no worker at all", "ours": False, **bare_transactions(options.brokers)})
                continue
            for worker in WORKERS:
                if PARTS[part][1] not in worker.backends or (options.quick and not worker.quick):
                    continue
                began = time.monotonic()
                try:
                    figures = measure(part, worker, options)
                except (AssertionError, RuntimeError) as error:
                    figures = {"failed": str(error)}
                row = {"part": part, "worker": worker.label, "ours": worker.is_ours, "exactly_once": worker.exactly_once, **figures}
                record(row)
                told = {k: round(v, 3) if isinstance(v, float) else v for k, v in figures.items()}
                print(
                    f"{turn + 1}/{options.repeat} {part:14} {worker.label:46} {time.monotonic() - began:4.0f} s  {json.dumps(told)[:300]}",
                    file=sys.stderr, flush=True)
