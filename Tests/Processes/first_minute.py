#!/usr/bin/env python3
"""What somebody does in the first minute, without root and without a configuration: `try`, and what it says to type next; a broker inside
`run`; a file of settings to begin with.

usage: first_minute.py PROGRAM
"""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request

import harness
from harness import expect, free_port, get, wait_until

NOBODY = 65_534


@contextlib.contextmanager
def home():
    """A folder that nobody may write into, with the program in it."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        place = os.path.join(folder, "home")
        os.mkdir(place)
        if os.geteuid() == 0:
            os.chown(place, NOBODY, NOBODY)
        shutil.copy(harness.PROGRAM, os.path.join(folder, "customer-worker"))
        yield place


def as_nobody(place, **more):
    """How a process is started, without the right to anything but that folder."""
    program = os.path.join(os.path.dirname(place), "customer-worker")
    env = {name: value for name, value in os.environ.items() if not name.startswith("FLEXPRICE_")}
    env |= {"HOME": place, "TMPDIR": place, "PATH": f"{os.path.dirname(program)}:{env['PATH']}", **more}
    # Without a shell between them a signal reaches the program itself.
    # Whoever is not root cannot become somebody else, and need not.
    nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    return {"cwd": place, "env": env, **nobody}


@contextlib.contextmanager
def trial(place, **more):
    """A running `try`; its port of the broker, and its output up to the last line of the introduction."""
    ports = [free_port() for _ in range(4)]
    options = [word for name, port in zip(("kafka", "api", "admin", "console"), ports) for word in (f"--{name}-port", str(port))]
    errors = os.path.join(os.path.dirname(place), "errors")
    with open(errors, "w") as file, harness.process(["customer-worker", "try", *options], **as_nobody(place, **more),
                                                    stdout=subprocess.PIPE, stderr=file, text=True) as program:
        lines = []
        for line in program.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith("Ctrl-C"):
                break
        with open(errors) as file:
            expect(lines and lines[-1].startswith("Ctrl-C"), f"`try` said {lines} and {file.read()}")
        yield program, ports, lines, errors


def tried_out():
    """`try` without root answers a command, everything that it says to type next works, and it leaves nothing behind"""
    with home() as place, trial(place, FLEXPRICE_KAFKA_BROKERS="elsewhere:9092") as (program, ports, lines, errors):
        expect(re.search(r"^result +created +cust_", "\n".join(lines), re.MULTILINE), f"{lines}")
        # It is written behind the last line of the introduction.
        wait_until(lambda: "FLEXPRICE_KAFKA_BROKERS" in open(errors).read(), 10, "a word about the variable")
        expect("warning" not in open(errors).read(), f"`try` said {open(errors).read()}")
        console = re.search(r"^console +(http://\S+/) +log in with (\S+)$", "\n".join(lines), re.MULTILINE)
        expect(console and f":{ports[3]}/" in console[1], f"{lines}")
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        opener.open(f"{console[1]}login", f"token={console[2]}".encode(), timeout=10).read()
        # It asks the worker every two seconds.
        wait_until(lambda: b"The worker is ready" in opener.open(console[1], timeout=10).read(), 15, "the console's first page")

        first = lines.index("Try next, in another terminal:")
        folder = lines[first + 1].split()[1]
        commands = [line.strip() for line in lines[first + 2:lines.index("", first)]]
        # What each of them must print; the last one ends the fault.
        expected = [
            ("customer-worker status", r": ready"), ("customer-worker produce", r"created +2"),
            ("customer-worker results", r"acct_3"), ("customer-worker dlq", r"idempotency_conflict"),
            ("customer-worker explain", r"acct_1"), ("curl", ""), ("echo", ""), ("customer-worker why", r"^Commands wait: the API"),
            ("curl", ""),
        ]
        expect(len(commands) == len(expected), f"{commands}")
        for command, (words, pattern) in zip(commands, expected):
            expect(command.startswith(words), f"{command!r} in the place of {words!r}")
            if words == "curl":
                command = f"curl -s --fail {command.removeprefix('curl')}"

            def done_well(command=command, pattern=pattern):
                nonlocal done
                done = subprocess.run(["bash", "-c", f"cd {folder} && {command}"], **as_nobody(place), capture_output=True, text=True, timeout=60)
                return True if re.search(pattern, done.stdout) else done.stdout + done.stderr
            done = None
            # A fault shows once a request has met it.
            wait_until(done_well, 15, command)
            # The conflict is what the file is for; a worker that is not ready is what the fault is for.
            expect(done.returncode in ((0, 1) if "produce" in command or "why" in command else (0,)),
                   f"{command}: {done.returncode}: {done.stdout}{done.stderr}")

        taken = subprocess.run(["customer-worker", "try", "--kafka-port", str(ports[0])], **as_nobody(place),
                               capture_output=True, text=True, timeout=60)
        expect(taken.returncode == 69 and f"127.0.0.1:{ports[0]}" in taken.stderr and "--kafka-port" in taken.stderr,
               f"{taken.returncode}: {taken.stderr}")
        program.send_signal(signal.SIGINT)
        harness.wait_for_exit(program, 0)
        expect(os.listdir(place) == [], f"left behind: {os.listdir(place)}")


def interrupted():
    """Ctrl-C, or the end of its terminal, ends `try` at once and leaves nothing; ports that are one are refused"""
    with home() as place:
        for is_early in (True, False):
            ports = [free_port() for _ in range(4)]
            options = [word for name, port in zip(("kafka", "api", "admin", "console"), ports) for word in (f"--{name}-port", str(port))]
            with harness.process(["customer-worker", "try", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                 **as_nobody(place)) as program:
                # The worker listens before it is a member of its group, and has no result yet.
                wait_until(lambda: bool(os.listdir(place)) if is_early else get(ports[2], "/livez")[0] == 200, 20, "begun")
                program.send_signal(signal.SIGINT if is_early else signal.SIGHUP)
                harness.wait_for_exit(program, 0, seconds=10)
            expect(os.listdir(place) == [], f"left behind: {os.listdir(place)}")
        same = subprocess.run(["customer-worker", "try", "--api-port", "32192", "--admin-port", "32192"], **as_nobody(place),
                              capture_output=True, text=True, timeout=60)
        expect(same.returncode == 64 and "four different ports" in same.stderr, f"{same.returncode}: {same.stderr}")


def broker_inside():
    """`run --embedded-broker` without root keeps its store in memory, as its broker"""
    with home() as place:
        port = free_port()
        command = ["customer-worker", "run", "--embedded-broker"]
        with harness.process(command, **as_nobody(place, FLEXPRICE_ADMIN_LISTEN=f"127.0.0.1:{port}")) as program:
            wait_until(lambda: harness.is_ready(port), 40, "ready")
            program.terminate()
            harness.wait_for_exit(program, 0)
        expect(os.listdir(place) == [], f"left behind: {os.listdir(place)}")


def beginnings():
    """`config init` writes a file that `config show` takes, and leaves one that exists as it is"""
    with home() as place:
        def program(*words):
            return subprocess.run(["customer-worker", *words], **as_nobody(place), capture_output=True, text=True, timeout=60)

        for situation in ("local", "flexprice", "machines"):
            name = f"{situation}.yaml"
            done = program("config", "init", situation, "--output", name)
            expect(done.returncode == 0 and f"check --config {name}" in done.stdout, f"{done.returncode}: {done.stdout}{done.stderr}")
            shown = program("config", "show", "--config", name)
            expect(shown.returncode == 0 and f"{name}:" in shown.stdout, f"{shown.returncode}: {shown.stdout}{shown.stderr}")
            with open(os.path.join(place, name)) as file:
                expect(program("config", "init", situation, "--output", "-").stdout == file.read(), f"{situation} on standard output")
        again = program("config", "init", "local", "--output", "local.yaml")
        expect(again.returncode == 77 and "local.yaml exists" in again.stderr, f"{again.returncode}: {again.stderr}")
        nowhere = program("config", "init", "--output", "missing/file.yaml")
        expect(nowhere.returncode == 77 and "No such file" in nowhere.stderr, f"{nowhere.returncode}: {nowhere.stderr}")
        wrong = program("config", "init", "cloud")
        expect(wrong.returncode == 64 and "machines" in wrong.stderr, f"{wrong.returncode}: {wrong.stderr}")


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    return harness.report([tried_out, interrupted, broker_inside, beginnings], limit=180)


if __name__ == "__main__":
    sys.exit(main())
