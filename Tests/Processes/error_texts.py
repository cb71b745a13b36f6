#!/usr/bin/env python3
"""Provokes every error of files, devices, sockets and rights that a command can meet, and reads what is said about it.

usage: error_texts.py PROGRAM

No answer may have the insides of a library or of Swift in it: NSCocoaErrorDomain, DecodingError, a number of errno, a dump of a type.
"""
import concurrent.futures
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

import harness
from harness import expect

RAW = re.compile(
    r"NS\w*Domain|NSCocoa|NSPOSIX|UserInfo=|DecodingError|EncodingError|The operation could|couldn.t be completed|\berrno\b|"
    r"\berror -?\d+\b|Code=\d+|Swift\.|Optional\(|Foundation\.|NIO\w*\.|GRDB\.|SQLite error \d+|codingPath|debugDescription|"
    r"0x[0-9a-f]{6,}|descriptor:ptr|SocketAddressError|Fatal error|\w+\(\w+: [^)]*\w+\(\w+: |internal error"
)
NOBODY = 65534
BAD_UTF8 = b"\xff\xfe\xfa external_id"


class Place:
    """A folder with a file of each wrong kind; a user without rights may enter it and nothing more."""

    def __init__(self, stack):
        self.folder = stack.enter_context(tempfile.TemporaryDirectory())
        os.chmod(self.folder, 0o755)
        self.wrong = {
            "missing": self.path("missing"), "below a file": self.write("plain", b"x") + "/below", "folder": self.path("folder"),
            "socket": self.path("socket"), "binary": self.write("binary", BAD_UTF8), "empty": self.write("empty", b""),
            "text": self.write("text", b"neither { nor [\n\tx: [\n"), "numbers": self.write("numbers", b"[1, 2, {\"a\": 1}]"),
            "object": self.write("object", b"{\"kafka\": 1, \"external_id\": {}}"), "zeros": "/dev/zero", "nothing": "/dev/null",
            "loop": self.path("loop"), "long": self.path("n" * 300), "closed": self.write("closed", b"{}", 0o000),
            "memory": "/proc/self/mem",
        }
        os.mkdir(self.wrong["folder"])
        os.symlink("loop", self.wrong["loop"])
        self.socket = stack.enter_context(socket.socket(socket.AF_UNIX))
        self.socket.bind(self.wrong["socket"])
        self.port = harness.free_port()
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("FLEXPRICE_")},
            # Files are looked at before the brokers; where they are not, nothing must be waited for.
            "FLEXPRICE_KAFKA_BROKERS": f"127.0.0.1:{self.port}", "FLEXPRICE_STORE_URL": f"sqlite:{self.path('none.sqlite')}",
            "FLEXPRICE_ADMIN_LISTEN": f"127.0.0.1:{self.port}",
        }

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data, mode=0o644):
        path = self.path(name)
        with open(path, "wb") as file:
            file.write(data)
        os.chmod(path, mode)
        return path

    def run(self, *arguments, as_nobody=False, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=60, **more):
        command = [harness.PROGRAM, *arguments]
        if as_nobody and os.geteuid() == 0:
            command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *command]
        said = subprocess.run(
            command, env={**self.env, **more}, stdout=stdout, stderr=subprocess.PIPE, stdin=stdin, timeout=timeout, cwd=self.folder,
        )
        return said.returncode, (said.stdout or b"").decode(errors="replace") + said.stderr.decode(errors="replace")

    def refused(self, what, *arguments, **more):
        """The command fails, says something of one kind, and nothing of the insides."""
        code, text = self.run(*arguments, **more)
        found = RAW.search(text)
        expect(not found, f"{what}: {found and found[0]!r} in {text[-2_000:]!r}")
        expect(code != 0 and code != 70 and code > 0, f"{what}: ended with {code}: {text[-2_000:]!r}")
        expect(text.strip(), f"{what}: nothing is said")
        return code, text


    def refused_at_once(self, cases):
        """The same for commands side by side, since they wait for brokers: what it is, the arguments, and what else."""
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda case: self.refused(case[0], *case[1], **case[2]), cases))


@contextlib.contextmanager
def place():
    with contextlib.ExitStack() as stack:
        yield Place(stack)


def files_that_are_read():
    """files that are missing, closed, folders, sockets, of another encoding or form: a sentence for each option that reads one"""
    count = 0
    with place() as p:
        for kind, path in p.wrong.items():
            if kind == "zeros":
                continue
            commands = [
                (["config", "show", "--config", path], {}), (["produce", path, "--dry-run"], {}),
                (["produce", path, "--dry-run", "--format", "csv"], {}), (["produce", path, "--dry-run", "--format", "json"], {}),
                (["simulate-flexprice", "--api-key", "k", "--script", path], {}), (["ledger", "stats"], {"FLEXPRICE_STORE_URL": f"sqlite:{path}"}),
                (["ledger", "verify"], {"FLEXPRICE_STORE_URL": f"sqlite:{path}"}),
                (["run"], {"FLEXPRICE_BACKEND": "flexprice", "FLEXPRICE_API_HOST": "http://127.0.0.1:1", "FLEXPRICE_API_KEY_FILE": path}),
            ]
            for arguments, more in commands:
                # Such files are right for some: an empty file of settings or of rows, a file that is to become the ledger.
                if kind in ("empty", "nothing") and arguments[0] in ("config", "ledger", "produce"):
                    continue
                if kind == "numbers" and arguments[0] == "simulate-flexprice":
                    pass
                p.refused(f"{kind} for {' '.join(arguments)}", *arguments, as_nobody=True, **more)
                count += 1
    print(f"        {count} commands")


def files_of_redrive_and_api():
    """the same for the files that are read when a broker is there"""
    with place() as p, harness.broker() as brokers:
        p.env["FLEXPRICE_KAFKA_BROKERS"] = brokers
        harness.create_topics(p.env, 1)
        for kind in ["missing", "folder", "socket", "binary", "closed", "loop", "below a file"]:
            path = p.wrong[kind]
            for arguments in [["dlq", "list", "--external-ids", path], ["dlq", "redrive", "--patch", path, "--dry-run"]]:
                code, text = p.refused(f"{kind} for {' '.join(arguments)}", *arguments, as_nobody=True)
                expect(code == 65 and path in text, f"{kind} for {arguments}: {code} {text}")
            p.refused(f"{kind} as ca_file", "check", as_nobody=True, FLEXPRICE_API_CA_FILE=path, FLEXPRICE_BACKEND="flexprice",
                      FLEXPRICE_API_HOST="https://127.0.0.1:1", FLEXPRICE_API_KEY="k")
        for arguments in [["results"], ["dlq", "list"]]:
            code, text = p.run(*arguments)
            expect(not RAW.search(text), text)


def files_that_are_written():
    """places where nothing can be written: in the way, without a folder, without the right, on a full device"""
    with place() as p:
        rows = p.write("rows.jsonl", b'{"external_id":"a"}\n{"external_id":1}\n')
        ledger = p.path("ledger.sqlite")
        for kind, path in [*p.wrong.items(), ("no folder", p.path("no/folder.csv")), ("no right", "/root/x.csv"), ("full", "/dev/full"),
                           ("read-only", "/proc/x.csv")]:
            if kind in ("missing", "zeros", "nothing", "memory"):
                continue
            p.refused(f"{kind} for config init", "config", "init", "--output", path, as_nobody=True)
            code, text = p.refused(f"{kind} for --failures", "produce", rows, "--failures", path, as_nobody=True)
            expect(code == 77 and path[:60] in text, f"{kind} for --failures: {code} {text}")
        for path in [p.path("no/out.csv"), "/root/out.csv", rows.replace("rows", "rows"), "/proc/out.jsonl"]:
            name = path if path.endswith((".csv", ".jsonl")) else path + ".csv"
            code, text = p.refused(f"--out {name}", "produce", rows, "--wait", "--out", name, as_nobody=True)
            expect(code == 77, f"--out {name}: {code} {text}")
        # A ledger, to be copied to where nothing can be written.
        code, text = p.run("ledger", "stats", FLEXPRICE_STORE_URL=f"sqlite:{p.write('ledger.sqlite', b'')}")
        expect(code == 0 and os.path.getsize(ledger) > 0, f"{code} {text}")
        os.chmod(ledger, 0o666)
        for kind in ["folder", "below a file", "socket", "binary", "loop", "long"]:
            p.refused(f"backup to {kind}", "ledger", "backup", p.wrong[kind], FLEXPRICE_STORE_URL=f"sqlite:{ledger}")
        p.refused_at_once([
            (f"check with {url}", ["check"], {"as_nobody": True, "FLEXPRICE_STORE_URL": url})
            for url in ["sqlite:/root/x.sqlite", "sqlite:/proc/x.sqlite", f"sqlite:{p.path('plain')}/x.sqlite"]
        ])


def full_disks():
    """a disk that is full, for each file that is written and for the ledger (only as root, who can mount one)"""
    if os.geteuid() != 0:
        print("        passed over: not root")
        return
    with place() as p:
        rows = p.write("rows.jsonl", b'{"external_id":1,"name":"%s"}\n' % (b"x" * 300) * 800)
        ledger = p.path("ledger.sqlite")
        code, text = p.run("ledger", "stats", FLEXPRICE_STORE_URL=f"sqlite:{p.write('ledger.sqlite', b'')}")
        expect(code == 0, text)
        disk = p.path("disk")
        os.mkdir(disk)
        script = ["#!/bin/sh", f"mount -t tmpfs -o size=16k tmpfs {disk}", f"head -c 100k /dev/zero >{disk}/fill 2>/dev/null",
                  f'exec {harness.PROGRAM} "$@"', ""]
        program, small = harness.PROGRAM, p.write("on-a-full-disk", "\n".join(script).encode(), 0o755)
        try:
            harness.PROGRAM = "unshare"
            for arguments, words in [
                (["produce", rows, "--failures", f"{disk}/f.jsonl"], "no space is left"),
                (["produce", rows, "--skip-invalid", "--wait", "--out", f"{disk}/o.csv", "--failures", p.path("f.jsonl")], "no space is left"),
                (["ledger", "backup", f"{disk}/copy.sqlite"], "no space"),
                (["config", "init", "--output", f"{disk}/c.yaml"], "no space is left"),
            ]:
                code, text = p.refused(" ".join(arguments), "-m", small, *arguments, FLEXPRICE_STORE_URL=f"sqlite:{ledger}")
                expect(words in text and disk in text, f"{arguments}: {code} {text[-500:]}")
            code, text = p.refused("a ledger", "-m", small, "ledger", "stats", FLEXPRICE_STORE_URL=f"sqlite:{disk}/none/x.sqlite")
        finally:
            harness.PROGRAM = program


def standard_output():
    """a full device behind standard output is told of, whatever is printed: 1; a reader that has enough is not"""
    with place() as p:
        with open("/dev/full", "wb") as full:
            for arguments in [["config", "show"], ["config", "show", "--json"], ["config", "init", "--output", "-"], ["check"], ["check", "--explain-answers"],
                              ["simulate-flexprice", "--api-key", "k", "--listen", "127.0.0.1:0"]]:
                code, text = p.refused(" ".join(arguments), *arguments, stdout=full)
                expect("no space is left" in text, f"{arguments}: {text}")
                expect(code == 1 or arguments == ["check"], f"{arguments}: {code}")
        reader, writer = os.pipe()
        os.close(reader)
        for arguments in [["config", "show"], ["check", "--explain-answers"]]:
            code, text = p.run(*arguments, stdout=writer)
            expect(code in (1, -signal.SIGPIPE) and not text, f"{arguments}: {code} {text}")
        os.close(writer)


def addresses():
    """addresses that cannot be listened on or reached"""
    with place() as p, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for listen, word in [(f"127.0.0.1:{taken.getsockname()[1]}", "another program"), ("192.0.2.1:80", "no interface"),
                             ("no-such-host.invalid:80", "unknown"), ("127.0.0.1:80", None)]:
            if word is None and os.geteuid() != 0:
                continue
            arguments = ["simulate-flexprice", "--api-key", "k", "--listen", listen]
            if word is None:
                # The container may let any user take a low port.
                continue
            code, text = p.refused(f"--listen {listen}", *arguments, as_nobody=True)
            expect(word in text and "--listen" in text, f"{listen}: {code} {text}")
        for url in ["postgres://127.0.0.1:1/x", "postgres://no-such-host.invalid/x", "postgres:///x?host=/nonexistent"]:
            p.refused(url, "ledger", "stats", FLEXPRICE_STORE_URL=url)
            p.refused(url, "ledger", "migrate", "--from", f"sqlite:{p.path('none.sqlite')}", "--to", url)
        p.refused_at_once([(" ".join(arguments), arguments, {}) for arguments in [
            ["status"], ["why"], ["reload"], ["status", "--address", "no-such-host.invalid:80"], ["results"], ["topics", "create"],
            ["dlq", "list"], ["explain", "a"],
        ]])
        # Something else answers where a worker is asked.
        with harness.process([harness.PROGRAM, "simulate-flexprice", "--api-key", "k", "--listen", "127.0.0.1:0"],
                             stdout=subprocess.PIPE, text=True, env=p.env) as other:
            address = re.search(r"127\.0\.0\.1:\d+", other.stdout.readline())[0]
            for arguments in [["status"], ["why", "a"], ["reload"]]:
                p.refused(" ".join(arguments), *arguments, "--address", address)


def settings():
    """settings of every wrong kind, in a file and in variables"""
    with place() as p:
        texts = ["kafka: [", "\t", "a: &a [*a]", "- 1", "kafka:\n  properties: [1]", "kafka:\n  properties:\n    a: {b: 1}",
                 "api: {timeout: [1]}", "? [a]: b", "%YAML 9.9\n---\n", "a: \"\\xZZ\"", "kafka: !!binary x", "x: \0"]
        for text in texts:
            p.refused(repr(text), "config", "show", "--config", p.write("c.yaml", text.encode()))
        for value in ["[", "{", "[]", "{\"a\": {}}", "{\"a\": null}", "1", "{\"a\": 1e999}", "\udcff"]:
            p.refused(f"properties {value!r}", "config", "show", FLEXPRICE_KAFKA_PROPERTIES=value)
        for name, value in [("api.ca_file", p.wrong["folder"]), ("ssl.ca.location", p.wrong["missing"])]:
            properties = json.dumps({name: value, "security.protocol": "ssl"})
            p.refused(name, "check", FLEXPRICE_KAFKA_PROPERTIES=properties)


if __name__ == "__main__":
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        sys.exit("setpriv is missing (Debian: util-linux)")
    checks = [files_that_are_read, files_of_redrive_and_api, files_that_are_written, full_disks, standard_output, addresses, settings]
    sys.exit(harness.report(harness.chosen(checks, sys.argv[2:]), limit=300))
