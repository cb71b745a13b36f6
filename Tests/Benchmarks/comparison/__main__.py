"""The command line: measures, then writes what was measured as JSON Lines, tables and plots."""
import argparse
import datetime
import json
import os
import platform

from . import plots, table
from .suite import PARTS, measure_all

import harness


def main():
    parser = argparse.ArgumentParser(prog="compare.sh", description="Measures customer-worker beside other workers of the same job.")
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="the strongest peers only, and one run of each")
    parser.add_argument("--repeat", type=int, help="runs of each, 3 unless --quick")
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--count", type=int, help="commands of a run; at most 40,000 on noida-db")
    parser.add_argument("--seconds", type=int, default=10, help="how long commands come at a steady rate")
    parser.add_argument("--brokers", help="an Apache Kafka to use instead of a noida-db for each run, which has topics of its own there")
    parser.add_argument("--output", default=".build/comparison", help="a folder for runs.jsonl, comparison.md and the plots")
    parser.add_argument("--from", dest="source", help="measure nothing: tables and plots of an earlier runs.jsonl")
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    options.repeat = options.repeat or (1 if options.quick else 3)
    harness.PROGRAM = options.program
    os.makedirs(options.output, exist_ok=True)
    rows = []
    if options.source:
        with open(options.source) as file:
            rows = [json.loads(line) for line in file]
    else:
        with open(os.path.join(options.output, "runs.jsonl"), "w") as file:

            def record(row):
                rows.append(row)
                file.write(json.dumps(row) + "\n")
                file.flush()

            measure_all(options, record)
    text = table.markdown(rows, lambda part: PARTS[part][0])
    with open(os.path.join(options.output, "comparison.md"), "w") as file:
        file.write(f"{datetime.date.today()}, {os.cpu_count()} cores, Linux {platform.release()}\n\n{text}")
    plots.bars(os.path.join(options.output, "rates.svg"), rows, ["local", "api-64", "api-256"], "rate", "commands a second")
    plots.bars(os.path.join(options.output, "latencies.svg"), rows, ["local-latency", "api-latency"], "p50", "milliseconds, median")
    print(text)
    failed = [row for row in rows if row["ours"] and "failed" in row]
    if failed:
        raise SystemExit(f"{len(failed)} runs of customer-worker failed")


if __name__ == "__main__":
    main()
