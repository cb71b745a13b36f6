#!/usr/bin/env python3
"""Counts what each step of a command's road costs in instructions and allocations, and holds it to the baseline beside this file.

usage: hot_path.py [--update] [--rate] [STEP…]

Instructions are valgrind's (callgrind), allocations those of its dhat; both repeat to within a few in a thousand, which no clock does,
so that a rise of 5 % in instructions, or of one allocation in twenty, is a change of the code and ends this with 1. A step's cost is the
difference of a long run and a short one, by which whatever a process does once falls out. --update writes the baseline: with the change
that a rise is the price of. --rate prints steps a second as well, of this machine and this moment. The sample is Samples.swift's.

It builds the program itself, with the optimizer and a look inside the modules, into a build folder of its own.
"""
import argparse
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BASELINE = os.path.join(HERE, "hot_path.json")
FOLDER = os.path.join(ROOT, ".build", "hot-path")
STEPS = ["decode", "tracker", "dispatcher", "ledger", "encode", "engine", "road"]
# Whole batches of every step (512 records of the engine, 100 entries of the ledger): a half one would cost as much as a whole one.
SHORT, LONG = 12_800, 25_600
LIMIT = 1.05


def build():
    # valgrind 3.19 gives up over this linker's debugging information.
    arguments = ["swift", "build", "-c", "release", "-Xswiftc", "-enable-testing", "-Xlinker", "--strip-debug", "--scratch-path", FOLDER]
    env = {**os.environ, "HOT_PATH": "1"}
    subprocess.run([*arguments, "--product", "hot-path"], cwd=ROOT, env=env, check=True, stdout=sys.stderr)
    said = subprocess.run([*arguments, "--show-bin-path"], cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    return os.path.join(said.stdout.strip(), "hot-path")


def counted(program, step, count, tool, pattern):
    # Swift seeds its hashes anew in every process; valgrind's threads take turns by its own clock otherwise.
    env = {**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1"}
    command = ["valgrind", *tool, program, step, str(count)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600)
    found = re.search(pattern, done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-2_000:]}")
    return int(found.group(1).replace(",", ""))


def cost(program, step, tool, pattern):
    short, long = (counted(program, step, count, tool, pattern) for count in (SHORT, LONG))
    return (long - short) / (LONG - SHORT)


def measured(program, step):
    callgrind = ["--tool=callgrind", "--callgrind-out-file=/dev/null"]
    dhat = ["--tool=dhat", "--dhat-out-file=/dev/null"]
    return {
        "instructions": round(cost(program, step, callgrind, r"Collected : (\d+)")),
        "allocations": round(cost(program, step, dhat, r"Total: +[\d,]+ bytes in ([\d,]+) blocks"), 2),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("steps", nargs="*", metavar="STEP", help=", ".join(STEPS))
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--rate", action="store_true")
    options = parser.parse_args()
    if unknown := set(options.steps) - set(STEPS):
        parser.error(f"no such step: {', '.join(unknown)}; there are {', '.join(STEPS)}")
    program = build()
    baseline = {}
    if os.path.exists(BASELINE):
        with open(BASELINE) as file:
            baseline = json.load(file)
    is_within = True
    print(f"{'step':<12}{'instructions':>14}{'baseline':>10}{'ratio':>8}{'allocations':>13}{'baseline':>10}" + ("   a second" if options.rate else ""))
    for step in options.steps or STEPS:
        now, before = measured(program, step), baseline.get(step)
        if options.update:
            baseline[step] = before = now
        if before is None:
            sys.exit(f"{step} has no baseline in {BASELINE}: hot_path.py --update {step}")
        ratio = now["instructions"] / before["instructions"]
        # Below one a command a twentieth of one is noise of threads.
        is_over = ratio > LIMIT or now["allocations"] > max(before["allocations"] * LIMIT, before["allocations"] + 0.05)
        is_within &= not is_over
        rate = ""
        if options.rate:
            said = subprocess.run([program, step, "200000", "rate"], capture_output=True, text=True, check=True)
            rate = f"{float(said.stdout):11,.0f}"
        print(f"{step:<12}{now['instructions']:>14,}{before['instructions']:>10,}{ratio:>8.3f}{now['allocations']:>13}"
              f"{before['allocations']:>10}{rate}{'  OVER' if is_over else ''}", flush=True)
    if options.rate and not options.steps:
        said = subprocess.run([program, "engine-at-work", "200000", "rate"], capture_output=True, text=True, check=True)
        print(f"the whole core, 10 ms of work for each command, 1,000 external_ids, one partition: {float(said.stdout):,.0f} a second")
    if options.update:
        with open(BASELINE, "w") as file:
            json.dump({step: baseline[step] for step in STEPS if step in baseline}, file, indent=2)
            file.write("\n")
    if not is_within:
        print(f"a step costs over {LIMIT:.2f} times its baseline; if that is the price of something, say of what and run --update")
    return 0 if is_within else 1


if __name__ == "__main__":
    sys.exit(main())
