#!/usr/bin/env python3
"""Runs three instances for a long time while one fault after the other comes and goes, one or two at a time.

usage: soak.py PROGRAM [--minutes N] [--seed S] [--rate R] [--only WORD,WORD,...] [--brokers HOST:PORT [--broker-pid PID]]

One group, one PostgreSQL, the simulated API, exactly once, static members. R commands a second come in, a fifth of them for an external_id
that came before, some of these with another payload, some invalid, some with a reply topic. Faults are drawn from a deck of all kinds, or
of those whose names have one of the words of --only; each ends. A run is as long as it is told, an hour by default; what is drawn depends
on the seed alone, what happens does not. With --brokers a cluster without these topics and group is used in place of noida-db; it is
frozen if its process id is given, and never restarted.

Required all the time and in the end:
 a  every command has one result, and no ce_id comes twice; commands whose log was deleted before their result may have none, and those
    that came in the first moments of a log made anew may have the same result again
 b  every customer is created once, and each outcome is the one that its command must have
 c  results of an external_id are in the order of its commands
 d  the committed offsets come to the ends, and every instance is ready
 f  every failure has one dead letter
 w  outside of everybody's faults (and of those of the instance that has its partition) no ordinary command waits longer than 15 s; to
    that come 5 s of slack, since the reader begins anew every 4 s
 s  an instance that is not ready says why; where a partition has not moved for 20 s, with 5 s of slack, somebody is not ready
 m  memory, descriptors and threads of an instance are at the end as they were after five minutes
The first instance is never ended, so that it has the whole time to leak.
"""
import argparse
import concurrent.futures
import contextlib
import os
import random
import signal
import statistics
import sys
import threading
import time
import traceback

import harness
from harness import expect
from postgres import postgres
from shared_store import stored_in
from soak_faults import ALONE, DLQ, GROUP, LAST, OTHERS, broker_frozen, clash, span
from soak_stack import GOOD, RESULTS, SMALL, Soak

MEGABYTES, DESCRIPTORS, THREADS = 48, 32, 8


def drawn(chance, kinds, pool, s):
    """Plays the deck until the time is over."""
    deck, longest = [], 60 if s.options.minutes >= 10 else 10
    until = time.monotonic() + s.options.minutes * 60
    while time.monotonic() < until:
        deck = deck or chance.sample(kinds, len(kinds))
        first = deck.pop(0)
        hand = [first]
        if chance.random() < 0.5:
            hand += [fault for fault in deck if not clash(first, fault)][:1]
        for second in hand[1:]:
            deck.remove(second)
        sources = [random.Random(chance.randrange(1 << 30)) for _ in hand]
        wait = span(chance, longest, 0, 10)
        running = [pool.submit(hand[0], s, sources[0], longest)]
        if hand[1:]:
            time.sleep(wait)
            running.append(pool.submit(hand[1], s, sources[1], longest))
        for fault, future in zip(hand, running):
            try:
                future.result(timeout=300)
            except Exception as error:
                where = "" if isinstance(error, AssertionError) else traceback.format_exc()
                s.book.problem(f"{fault.__name__}: {type(error).__name__}: {error} {where}")
                s.picture([])
        expect(len(s.book.problems) < 20, "more problems are only told in the files")
        time.sleep(span(chance, longest, 3, 15))


def leaks(s):
    """What the instances have at the end beyond what they had after five minutes, or two fifths of a short run."""
    warm = min(300, s.options.minutes * 24)
    for member in s.members:
        then = [sample[1:] for sample in member.samples if sample[0] >= warm][:6]
        if len(member.samples) < 12 or len(then) < 3:
            continue
        now = [sample[1:] for sample in member.samples[-3:]]
        before, after = ([statistics.median(figures) for figures in zip(*these)] for these in (then, now))
        print(f"        {member.name} after {member.samples[-1][0] / 60:.1f} minutes: {after[0]:.0f} MB, {after[1]:.0f} descriptors, {after[2]:.0f} "
              f"threads; before {before[0]:.0f} MB, {before[1]:.0f}, {before[2]:.0f}", flush=True)
        for figure, base, more, what in zip(after, before, (MEGABYTES, DESCRIPTORS, THREADS), ("MB", "descriptors", "threads")):
            if figure > base + more:
                s.book.problem(f"m: {member.name} has {figure:.0f} {what}, and had {base:.0f}")


def finish(s):
    """The oracles of the end."""
    s.all_committed()
    s.settle()
    counts = [len(member.samples) for member in s.members]
    harness.wait_until(lambda: all(len(m.samples) >= count + 3 for m, count in zip(s.members, counts)) or "not yet", 60, "samples of the quiet")
    s.ending.set()
    for topic in (RESULTS, GOOD, SMALL):
        for record in harness.read_all(s.brokers, topic, 0):
            s.book.result(record)
    counts = s.book.outcomes(stored_in(s.server), harness.stats(s.api)["customers_created"])
    letters = s.book.letters(harness.read_all(s.brokers, DLQ, 0), s.letters_since)
    print(f"        {len(s.book.commands)} commands, {dict(counts)}, {letters} dead letters, {s.book.repeated} results repeated", flush=True)
    leaks(s)
    for member in s.members:
        member.is_away = True
        member.process.send_signal(signal.SIGTERM)
        harness.wait_for_exit(member.process, 0, seconds=45)


def soak():
    """three instances in faults of every kind: each command one result, nobody waits for others, nothing stops in silence, nothing leaks"""
    chance = random.Random(OPTIONS.seed + 1)
    kinds = [f for f in [*ALONE, *GROUP, *OTHERS] if not OPTIONS.only or any(word in f.__name__ for word in OPTIONS.only.split(","))]
    if OPTIONS.brokers:
        kinds = [f for f in kinds if f is not broker_frozen or OPTIONS.broker_pid]
    with contextlib.ExitStack() as stack:
        broker = None if OPTIONS.brokers else stack.enter_context(harness.restartable_broker())
        s = Soak(stack, OPTIONS, OPTIONS.brokers or broker.address, broker, stack.enter_context(postgres()))
        pool = stack.enter_context(concurrent.futures.ThreadPoolExecutor(2))
        threads = [threading.Thread(target=work, daemon=True) for work in (s.stream, s.read, s.watch)]
        s.is_flowing.set()
        for thread in threads:
            thread.start()
        try:
            time.sleep(5)
            drawn(chance, kinds, pool, s)
            if broker is not None and not OPTIONS.only:
                LAST(s, chance, 10)
                time.sleep(10)
            s.is_flowing.clear()
            s.idle.wait(timeout=60)
            finish(s)
        except AssertionError as error:
            s.book.problem(str(error))
            s.picture([])
        s.ending.set()
        for thread in threads:
            thread.join(timeout=30)
        if s.book.waiting:
            s.book.problem(s.unseen())
        s.book.report()
        if s.book.problems:
            s.book.timeline()
        expect(not s.book.problems, f"seed {OPTIONS.seed}: {len(s.book.problems)} problems, the first: {s.book.problems[:1]}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--rate", type=float, default=25)
    parser.add_argument("--only")
    parser.add_argument("--brokers")
    parser.add_argument("--broker-pid", type=int)
    OPTIONS = parser.parse_args()
    harness.PROGRAM = os.path.abspath(OPTIONS.program)
    print(f"{OPTIONS.minutes:g} minutes, {OPTIONS.rate:g} commands a second, seed {OPTIONS.seed}", flush=True)
    sys.exit(harness.report([soak], limit=int(OPTIONS.minutes * 60) + 900))
