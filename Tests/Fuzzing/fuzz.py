#!/usr/bin/env python3
"""Fuzzes what reads bytes from outside, with libFuzzer and the address sanitizer, both of which come with the compiler.

usage: fuzz.py [--seconds N] [--jobs N] [--keep] [TARGET…]

Targets are the cases of Targets/FuzzTarget.swift; without any, all of them take their turn. Each runs the inputs that are kept in
Corpus/TARGET, and then new ones for N seconds (20 by default; 0 runs the kept ones alone). An input for which a property does not hold, or
the code traps, reads beyond its memory or takes over ten seconds, ends this with 1, is named, and lies in .build/fuzzing/crashes/TARGET:

    export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 FUZZ_TARGET=TARGET
    .build/fuzzing/fuzz .build/fuzzing/crashes/TARGET/crash-…                        runs it again
    .build/fuzzing/fuzz -minimize_crash=1 -runs=100000 FILE                          makes it smaller

How the inputs of a target are read is said where its properties are: at its type in Targets. Whoever mends what one of them showed writes
a test of the module for it, and puts the input into the corpus.

What is found by the way, inputs that reach new code, stays in .build/fuzzing/found/TARGET and is the start of the next run. --keep
replaces Corpus/TARGET by the smallest of all that reach all the code that any of them reaches: at most 250 files and 300 kB. It is the way
to keep the result of a long run (an hour for each target, once in a while and when a reader is changed):

    fuzz.py --seconds 3600 --keep

It compiles with swiftc alone, and not through Package.swift: every module would have to be there a second time, with the fuzzer's marks in
it. Modules are compiled in their order, of some only the files that are fuzzed. What is up to date is not compiled again. words.dict holds the words that mutations would not find.
"""
import argparse
import concurrent.futures
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FOLDER = os.path.join(ROOT, ".build", "fuzzing")
CORPUS = os.path.join(HERE, "Corpus")
PROGRAM = os.path.join(FOLDER, "fuzz")
# As many as a checkout, and a run of all of them, bear easily.
MOST_FILES, MOST_BYTES = 250, 300_000

# In the order of their imports: a module, and its files from the root.
MODULES = [
    ("Records", ["Sources/Records"]),
    ("JSON", ["Sources/JSON"]),
    ("CustomerContract", ["Sources/CustomerContract"]),
    ("Kafka", ["Sources/Kafka/PartitionOffset.swift"]),
    ("Topics", [
        "Sources/Topics/DeadLetters", "Sources/Topics/Export", "Sources/Topics/Offsets", "Sources/Topics/Results/ResultEvent.swift",
    ]),
    ("FlexpriceAPI", [
        "Sources/FlexpriceAPI/Answers", "Sources/FlexpriceAPI/Transport/AnswerHead.swift",
        "Sources/FlexpriceAPI/Transport/TransportSettings.swift", "Sources/FlexpriceAPI/APIKeySource.swift",
        "Sources/FlexpriceAPI/FlexpriceSettings.swift",
        "Sources/FlexpriceAPI/ProxyChoice.swift", "Sources/FlexpriceAPI/TrustedAuthorities.swift",
    ]),
    ("CommandWorker", ["Sources/CommandWorker/Partitions/OffsetTracker.swift"]),
    ("Redrive", [
        "Sources/Redrive/Letters/CommandEdits.swift", "Sources/Redrive/Memory/JobRecord.swift",
        "Sources/Redrive/Memory/LetterSet.swift",
    ]),
    ("Producing", [
        "Sources/Producing/Commands", "Sources/Producing/Output", "Sources/Producing/Input", "Sources/Producing/Rows",
    ]),
    ("Fuzzing", ["Tests/Fuzzing/Targets"]),
]
# Traps stay where they are with -O, and inputs run ten times as fast as without.
FLAGS = ["-swift-version", "6", "-O", "-wmo", "-parse-as-library", "-enable-testing", "-package-name", "customer_worker", "-g",
         "-sanitize=fuzzer,address", "-I", FOLDER, "-I", os.path.join(ROOT, "Sources", "CCurl"), "-I", os.path.join(ROOT, "Sources", "CCrypto")]
for feature in ("ExistentialAny", "MemberImportVisibility", "InternalImportsByDefault", "NonisolatedNonsendingByDefault"):
    FLAGS += ["-enable-upcoming-feature", feature]

# The fuzzer itself looks at a crash, and not Swift's runtime as well, which keeps some memory for ever.
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0", "SWIFT_BACKTRACE": "enable=no",
               "SWIFT_DETERMINISTIC_HASHING": "1"}


def sources(paths):
    found = []
    for path in paths:
        whole = os.path.join(ROOT, path)
        found += sorted(glob.glob(os.path.join(whole, "**", "*.swift"), recursive=True)) if os.path.isdir(whole) else [whole]
    return found


def build():
    """Compiles what has changed, and whatever stands behind it in the order."""
    os.makedirs(FOLDER, exist_ok=True)
    compiler = subprocess.run(["swiftc", "--version"], capture_output=True, text=True, check=True).stdout
    state = hashlib.sha256(f"{compiler} {FLAGS}".encode())
    is_new = False
    for module, paths in MODULES:
        files = sources(paths)
        for file in files:
            with open(file, "rb") as content:
                state.update(file.encode() + b"\0" + content.read())
        stamp, now = os.path.join(FOLDER, f"{module}.stamp"), state.hexdigest()
        if os.path.exists(stamp):
            with open(stamp) as file:
                if file.read() == now:
                    continue
        is_new = True
        product = os.path.join(FOLDER, module)
        subprocess.run(["swiftc", *FLAGS, "-module-name", module, "-emit-module", "-emit-module-path", f"{product}.swiftmodule",
                        "-c", "-o", f"{product}.o", *files], check=True)
        with open(stamp, "w") as file:
            file.write(now)
    if is_new or not os.path.exists(PROGRAM):
        objects = [os.path.join(FOLDER, f"{module}.o") for module, _ in MODULES]
        subprocess.run(["swiftc", "-sanitize=fuzzer,address", "-use-ld=lld", "-o", PROGRAM, *objects, "-lcrypto"], check=True)


def targets():
    with open(os.path.join(HERE, "Targets", "FuzzTarget.swift")) as file:
        return re.findall(r"^    case (\w+)$", file.read(), re.MULTILINE)


def folder(kind, target):
    path = os.path.join(FOLDER, kind, target)
    os.makedirs(path, exist_ok=True)
    return path


def run(target, arguments, limit):
    """The fuzzer's exit status, and what it said."""
    crashes = folder("crashes", target) + os.sep
    command = [PROGRAM, f"-artifact_prefix={crashes}", "-timeout=10", "-rss_limit_mb=2048", *arguments]
    log = os.path.join(FOLDER, f"{target}.log")
    with open(log, "w") as file:
        done = subprocess.run(command, env={**ENVIRONMENT, "FUZZ_TARGET": target}, stdout=file, stderr=file, timeout=limit)
    with open(log, errors="replace") as file:
        return done.returncode, file.read()


def fuzz(target, seconds):
    """Whether every input passed; says one line."""
    kept, found = os.path.join(CORPUS, target), folder("found", target)
    files = sorted(glob.glob(os.path.join(kept, "*")))
    if not files:
        sys.exit(f"{kept} is empty: every target begins with inputs that are kept")
    status, said = run(target, files, 300)
    if status == 0 and seconds:
        status, said = run(target, [f"-max_total_time={seconds}", "-max_len=4096", f"-dict={os.path.join(HERE, 'words.dict')}",
                                    "-print_final_stats=1", "-use_value_profile=1", found, kept], seconds + 300)
    if status:
        # The property, what the sanitizer says, the frames of our own, and where the input lies.
        told = re.findall(r".*(?:Fatal error|ERROR: |Test unit written|/Sources/|/Fuzzing/Targets/).*", said)
        print("\n  ".join([f"{target}: FAILED, {os.path.join(FOLDER, target)}.log", *told[:20]]), flush=True)
        return False
    executed = re.search(r"number_of_executed_units: (\d+)", said)
    covered = re.findall(r"cov: (\d+) ft: (\d+)", said)
    new = f", then {int(executed[1]):,} new ones ({int(executed[1]) // max(seconds, 1):,} a second), coverage {covered[-1][0]}" if seconds else ""
    print(f"{target}: {len(files)} inputs kept{new}", flush=True)
    return True


def keep(target):
    """Replaces the corpus of a target by the smallest inputs that reach all that is reached."""
    kept, found, merged = os.path.join(CORPUS, target), folder("found", target), folder("merged", target)
    shutil.rmtree(merged)
    os.makedirs(merged)
    # By code that is reached, and not by how often: that would keep thousands.
    status, said = run(target, ["-set_cover_merge=1", "-use_counters=0", "-max_len=4096", merged, kept, found], 1_800)
    if status:
        sys.exit(f"{target} cannot be merged: {said[-2_000:]}")
    files = sorted(glob.glob(os.path.join(merged, "*")), key=os.path.getsize)
    shutil.rmtree(kept)
    os.makedirs(kept)
    size = 0
    for count, file in enumerate(files):
        size += os.path.getsize(file)
        if count == MOST_FILES or size > MOST_BYTES:
            print(f"{target}: {len(files) - count} inputs, the largest, have no room in the corpus")
            break
        shutil.copy(file, kept)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=20, help="for new inputs of each target; 20 by default")
    parser.add_argument("--jobs", type=int, default=1, help="how many targets run at once; 1 by default")
    parser.add_argument("--keep", action="store_true", help="replace the corpus by the smallest that reaches as much")
    options = parser.parse_args()
    if unknown := set(options.targets) - set(targets()):
        parser.error(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(targets())}")
    chosen = options.targets or targets()
    build()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        passed = list(pool.map(lambda target: fuzz(target, options.seconds), chosen))
        if options.keep:
            list(pool.map(keep, [target for target, is_sound in zip(chosen, passed) if is_sound]))
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
