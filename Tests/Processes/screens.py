#!/usr/bin/env python3
"""Compares what a person sees in a terminal of 80x24 and of 200x50 with the kept screens in Tests/Processes/Screens.

usage: screens.py PROGRAM [--update] [NAME...]

--update writes the kept screens anew: look at what `git diff` says of them. A NAME is one of the table's below, or `watch`.
Whatever the kept screen says, no line may be wider than the terminal, and none may have scrolled out at its top.

A new screen is a row of SCREENS. What varies (times, ids, ports) is masked by `~`, as long as what it hides; lines are compared
with runs of blanks, and of `~`, as one. A row runs with a broker, a simulated API, and a worker that has served BEFORE.
"""
import argparse
import concurrent.futures
import contextlib
import dataclasses
import difflib
import faulthandler
import json
import os
import re
import shutil
import signal
import sys
import time

import harness
from harness import expect, wait_until
from terminals import ENDED, Terminals

KEPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Screens")
SMALL, LARGE = (80, 24), (200, 50)
#: `18 ms`, `2.5 s`, `3h 12m`, `12.5/s`: for rows that show what was measured.
MEASURED = r"\b\d[\d.,]*(?:/s| ?(?:ms|s|m|h)\b)(?: \d+[smh]\b)*"
#: In every row.
VARIES = [
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", r"(?<=127\.0\.0\.1:)\d+", r"(?<=/tmp/s)\d{8}", r"(?<=cust_)[0-9A-Z]{26}",
    r"\b\d\d:\d\d:\d\dZ", r"[▁▂▃▄▅▆▇█]+(?: +[▁▂▃▄▅▆▇█]+)*", r"(?<=customer-worker )\d+\.\d+\.\d+\S*(?=:)",
]


@dataclasses.dataclass(frozen=True)
class Screen:
    """A command, and how it is looked at."""

    #: The kept screen is NAME.80x24.txt.
    name: str
    #: Without the program; split at blanks.
    command: str
    #: Regular expressions of what varies in it.
    masks: tuple = ()
    sizes: tuple = (SMALL, LARGE)
    #: It is longer than a screen, and may scroll.
    scrolls: bool = False
    #: It changes what others see: it runs after those that do not, in the order of the table.
    alone: bool = False
    #: Settings of its own.
    env: dict = dataclasses.field(default_factory=dict, hash=False)
    #: Files that it finds in its working folder, by name.
    files: dict = dataclasses.field(default_factory=dict, hash=False)


SCREENS = [
    Screen("status", "status", (MEASURED,)),
    Screen("why", "why"),
    # Two of them at once would fence each other.
    Screen("check", "check", scrolls=True, alone=True),
    Screen("check-broken", "check", scrolls=True, alone=True, env={"FLEXPRICE_API_KEY": "sk_wrong", "FLEXPRICE_KAFKA_TOPIC_RESULTS": "nowhere"}),
    Screen("config-show", "config show", scrolls=True),
    Screen("demo", "demo", scrolls=True),
    Screen("dlq-list", "dlq list", (MEASURED, r"\b\d/\d$"), scrolls=True),
    Screen("dlq-redrive", "dlq redrive --dry-run", (r"(?<=customer_commands_dlq/)\d/\d",)),
    Screen("explain", "explain bad_1", (r"(?<=letter )\d/\d", r"(?<=dlq/)\d/\d", r"(?<=show )\d/\d", r"(?<=result )\d/\d+")),
    Screen("results", "results --last 2"),
    Screen("produce", "produce rows.csv --dry-run", files={
        "rows.csv": "external_id,name,address_country\nacct_31,Acme,IN\nacct_32,Globex,India\nacct_31,Another,IN\n",
    }),
    Screen("pause", "pause --external-id acct_99 --reason maintenance --for 1h", (r"\S+@\S+",), alone=True),
    Screen("resume", "resume --all", alone=True),
]
#: What the worker has served when the rows run: external ids, and what each command has besides.
BEFORE = [[(f"acct_{n}", {}) for n in range(20)]] + [
    # One after the other, since the last failures are told in the order of their results.
    [("acct_1", {"email": "another@example.com"})], [("bad_1", {"address_country": "Germany"})], [("bad_2", {"email": "nowhere"})],
]


class Stack:
    """A broker, a simulated API and a worker, in a folder whose name has the same length each time."""

    def __init__(self, stack):
        self.stack = stack
        self.folder = f"/tmp/s{os.getpid():08d}"
        os.mkdir(self.folder)
        stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.broker = stack.enter_context(harness.broker())
        self.apis = stack.enter_context(contextlib.ExitStack())
        self.api = self.apis.enter_context(harness.simulator())
        self.port = harness.free_port()
        self.env = harness.environment(
            self.broker, self.folder, FLEXPRICE_BACKEND="flexprice", FLEXPRICE_API_HOST=self.api,
            FLEXPRICE_ADMIN_LISTEN=f"127.0.0.1:{self.port}", FLEXPRICE_API_KEY=harness.KEY,
            # Derived from the host's name otherwise.
            FLEXPRICE_DELIVERY_TRANSACTIONAL_ID="customer_worker-here",
            FLEXPRICE_BREAKER_PROBE_INTERVAL="3s", FLEXPRICE_BREAKER_PROBE_MAX_INTERVAL="3s",
        )
        harness.create_topics(self.env, 3)
        self.start()

    def start(self):
        with open(os.path.join(self.folder, "worker.log"), "ab") as log:
            self.worker = self.stack.enter_context(harness.process([harness.PROGRAM, "run"], env=self.env, stderr=log))
        wait_until(lambda: harness.is_ready(self.port), 40, "ready")

    def stop_api(self):
        self.apis.close()

    def start_api(self):
        self.apis.enter_context(harness.simulator(port=int(self.api.rsplit(":", 1)[1])))

    def stop(self):
        self.worker.terminate()
        harness.wait_for_exit(self.worker, 0)

    def results(self):
        return sum(json.loads(harness.get(self.port, "/status")[1])["results"].values())

    def serve(self, commands):
        before = self.results()
        for name, more in commands:
            harness.produce_commands(self.broker, [name], **more)
        wait_until(lambda: self.results() == before + len(commands) or self.results(), 30, f"{len(commands)} results")


def masked(lines, masks):
    for mask in [*VARIES, *masks]:
        lines = [re.sub(mask, lambda found: "~" * len(found[0]), line) for line in lines]
    return lines


def plain(line):
    return re.sub(r" {2,}", "  ", re.sub(r"~+", "~", line)).rstrip()


def compare(name, size, picture, masks, update):
    """Holds a picture to the kept screen, or keeps it."""
    path = os.path.join(KEPT, f"{name}.{size[0]}x{size[1]}.txt")
    lines = masked(picture, masks)
    if update:
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        return
    expect(os.path.exists(path), f"{path} is not kept yet: run with --update")
    with open(path, encoding="utf-8") as file:
        kept = file.read().rstrip("\n").split("\n")
    old, new = [plain(line) for line in kept], [plain(line) for line in lines]
    difference = "\n".join(difflib.unified_diff(old, new, os.path.basename(path), "seen", lineterm=""))
    expect(old == new, f"another screen than the kept one (--update keeps it):\n{difference}")


def look(terminals, screen, size, update):
    """A row at one size."""
    for name, content in screen.files.items():
        with open(os.path.join(terminals.folder, name), "w", encoding="utf-8") as file:
            file.write(content)
    terminal = terminals.open([harness.PROGRAM, *screen.command.split()], size, f"customer-worker {screen.command}", **screen.env)
    terminal.wait_for(ENDED, seconds=60)
    picture = terminal.picture(with_history=screen.scrolls)
    try:
        compare(screen.name, size, picture, screen.masks, update)
        terminal.expect_fit(picture, screen.scrolls)
    finally:
        terminal.close()


def verdict(name, size, body):
    """Runs a check and says what came of it; whether it passed."""
    start, what = time.monotonic(), f"{name} at {size[0]}x{size[1]}"
    try:
        body()
        print(f"passed  {what} ({time.monotonic() - start:.1f} s)", flush=True)
        return True
    except (AssertionError, OSError) as error:
        print(f"FAILED  {what}: {error}", flush=True)
        return False


def watch(stack, terminals, update):
    """`status --watch` through what befalls a worker, in two terminals at once; whether each picture passed."""
    arguments = [harness.PROGRAM, "status", "--watch", "--interval", "0.3"]
    masks = (MEASURED, r"(?<=at most )\d+", r"(?<=of which )\w+")
    shown = "customer-worker status --watch"
    watching = [terminals.open(arguments, SMALL, shown), terminals.open(arguments, LARGE, shown, NO_COLOR="1")]
    passed = []

    def pictures(name, *texts, absent=None):
        def one(terminal):
            picture = terminal.wait_for(*texts, seconds=40, absent=absent)
            compare(f"watch-{name}", terminal.size, picture, masks, update)
            terminal.expect_fit(picture)
            expect(terminal.fact("alternate_on") == 1, "it is not drawn on the alternate screen")

        passed.extend(verdict(f"watch-{name}", terminal.size, lambda: one(terminal)) for terminal in watching)

    def colours():
        expect(watching[0].has_colours(), "no colour is to be seen")
        expect(not watching[1].has_colours(), "colours are to be seen with NO_COLOR")

    def resized(terminal):
        for size, texts in [((60, 15), ["3 more partitions"]), ((40, 8), ["ready", "…"]), ((20, 3), ["ready", "…"])]:
            terminal.resize(*size)
            terminal.expect_fit(terminal.wait_for(*texts, seconds=10, absent="TOPIC"))
        terminal.resize(8, 1)
        wait_until(lambda: terminal.picture() == ["ready"] or terminal.picture(), 10, "a line")
        terminal.resize(*SMALL)
        terminal.wait_for("TOPIC", "INCOMPLETE")

    def suspended(terminal):
        terminal.type("C-z")
        wait_until(lambda: terminal.fact("alternate_on") == 0 or "still drawn", 10, "the terminal as it was")
        expect(terminal.picture()[0].startswith("$ "), f"{terminal.picture()}")
        os.kill(terminal.command(), signal.SIGCONT)
        terminal.wait_for("TOPIC")
        expect(terminal.fact("alternate_on") == 1, "it is not drawn again")

    def ends(terminal, end):
        end()
        picture = terminal.wait_for(ENDED, seconds=10)
        expect(picture == [f"$ {shown}", "[exit 0]"] or picture == [f"$ {shown}", "^Z[exit 0]"], f"something is left: {picture}")
        expect(terminal.fact("alternate_on") == 0 and terminal.fact("cursor_flag") == 1, "the terminal is not as it was")

    pictures("ready", ": ready", "THE LAST")
    stack.stop_api()
    harness.produce_commands(stack.broker, ["acct_away"])
    pictures("api-away", "intake_paused", "next probe in", "lag        1", absent="flows")
    stack.start_api()
    wait_until(lambda: harness.is_ready(stack.port), 30, "ready again")
    stack.stop()
    pictures("worker-away", "no worker answers", "refused);", "last seen", absent=": ready")
    stack.start()
    pictures("worker-back", ": ready", absent="-/s")
    small, large = watching
    passed.append(verdict("watch, colours", SMALL, colours))
    passed.append(verdict("watch, resized", SMALL, lambda: resized(small)))
    passed.append(verdict("watch, suspended", LARGE, lambda: suspended(large)))
    passed.append(verdict("watch, interrupted", SMALL, lambda: ends(small, lambda: small.type("C-c"))))
    passed.append(verdict("watch, terminated", LARGE, lambda: ends(large, lambda: os.kill(large.command(), signal.SIGTERM))))
    return passed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--update", action="store_true")
    options = parser.parse_intermixed_args()
    harness.PROGRAM = os.path.abspath(options.program)
    if unknown := set(options.names) - {screen.name for screen in SCREENS} - {"watch"}:
        parser.error(f"no such screen: {', '.join(sorted(unknown))}")
    rows = [screen for screen in SCREENS if not options.names or screen.name in options.names]
    faulthandler.dump_traceback_later(300, exit=True)
    with contextlib.ExitStack() as closing:
        stack = Stack(closing)
        for commands in BEFORE:
            stack.serve(commands)
        terminals = closing.enter_context(Terminals(stack.env, stack.folder))

        def seen(row):
            screen, size = row
            return verdict(screen.name, size, lambda: look(terminals, screen, size, options.update))

        # Few at once: what waits for a broker's answer must not wait for the others.
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            passed = list(pool.map(seen, [(s, size) for s in rows if not s.alone for size in s.sizes]))
        passed += [seen((s, size)) for s in rows if s.alone for size in s.sizes]
        if not options.names or "watch" in options.names:
            passed += watch(stack, terminals, options.update)
    print(f"{passed.count(True)} passed, {passed.count(False)} failed")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
