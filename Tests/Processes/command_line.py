#!/usr/bin/env python3
"""Shows that the command line explains itself: examples that parse, completions, misspelt words, the manual page.

usage: command_line.py PROGRAM
"""
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import harness
from harness import ROOT, expect

# Nothing of the machine's own settings.
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("FLEXPRICE_")}
# Options whose value is a closed set that is no enumeration of the parser's.
CODES = {"results --code", "dlq list --code", "dlq export --code", "dlq redrive --code"}


def run(*arguments, **more):
    return harness.run(list(arguments), {**ENVIRONMENT, **more})


def dump():
    said = run("--experimental-dump-help")
    expect(said.returncode == 0, said.stderr)
    return json.loads(said.stdout)["command"]


def leaves(command, path=()):
    children = [child for child in command.get("subcommands") or [] if child["commandName"] != "help"]
    for child in children:
        yield from leaves(child, (*path, child["commandName"]))
    if path and not children and command.get("shouldDisplay", True):
        yield " ".join(path), command


def examples(command):
    """The lines to copy."""
    _, found, text = (command.get("discussion") or "").partition("Examples:\n")
    return [line.strip() for line in text.splitlines() if line.startswith("    ")] if found else []


def two_examples():
    """every command has two examples, which the program's own parser takes to the end"""
    count = 0
    for name, command in leaves(dump()):
        lines = examples(command)
        expect(len(lines) >= 2, f"{name}: {len(lines)} examples")
        shown = harness.run([*name.split(), "--help"], {**ENVIRONMENT, "COLUMNS": "80"}).stdout.splitlines()
        for line in lines:
            expect(f"    {line}" in shown, f"{name}: {line!r} is broken up, or not in its help")
            words = shlex.split(line)
            expect(words[0] == "customer-worker" and words[1:len(name.split()) + 1] == name.split(), f"{line!r} in {name}")
            # An option that is none, behind the others, is told of only when everything before it was parsed and validated.
            said = run(*words[1:], "--no-such-option-at-all")
            expect(said.returncode == 64 and "Unknown option '--no-such-option-at-all'" in said.stderr, f"{line}: {said.stderr}")
            # A word too many is told of alone, so none of the example's own was one.
            extra = run(*words[1:], "surplus-1", "surplus-2", "surplus-3")
            expect(extra.returncode == 64 and re.search(r"[Uu]nexpected arguments?: '?(surplus-\d'?(, )?'?)+$|"
                   r"Unexpected argument 'surplus-3'|The value 'surplus-1' is invalid", extra.stderr, re.MULTILINE), f"{line}: {extra.stderr}")
            count += 1
    print(f"        {count} examples")


def completions():
    """options with a file complete files, those with a closed set its words, topics their default names"""
    for name, command in leaves(dump()):
        for argument in command.get("arguments") or []:
            value, kind = argument.get("valueName"), argument.get("completionKind") or {}
            if argument["kind"] == "flag" or value in ("help", "version"):
                continue
            option = next((n["name"] for n in argument.get("names") or []), value)
            place = f"{name} --{option}"
            if value == "file":
                expect("file" in kind, f"{place}: completes {kind}")
            if value == "topic" and option != "audit-topic":
                expect(kind.get("list", {}).get("values"), f"{place}: completes {kind}")
            if place in CODES:
                expect("idempotency_conflict" in kind["list"]["values"], f"{place}: completes {kind}")
            if option in ("status", "state", "format"):
                expect(len(argument.get("allValueStrings") or argument.get("allValues") or []) >= 2, f"{place}: {argument}")
    for shell, words in [("bash", ["idempotency_conflict", "customer_results", "waiting"]), ("zsh", ["idempotency_conflict"]),
                         ("fish", ["idempotency_conflict"])]:
        script = run("--generate-completion-script", shell).stdout
        for word in words:
            expect(word in script, f"nothing of {word} for {shell}")
        if shutil.which(shell):
            checked = subprocess.run([shell, "-n"], input=script, text=True, capture_output=True, timeout=60)
            expect(checked.returncode == 0, f"{shell}: {checked.stderr[:500]}")


def misspelt():
    """a misspelt command is named with the one that is meant, nested ones too; a misspelt option and value as well: 64"""
    for words, answer in [
        (["statsu"], "there is no command statsu; did you mean status?"),
        (["dlq", "lst"], "there is no command dlq lst; did you mean dlq list?"),
        (["dlq", "redrvie", "--dry-run"], "did you mean dlq redrive?"),
        (["help", "dlq", "lst"], "did you mean dlq list?"),
        (["redrive"], "did you mean dlq redrive?"),
        (["topic", "create"], "did you mean topics?"),
        (["zebra"], "expected one of run, demo, "),
        (["dlq", "zebra"], "See `customer-worker dlq --help`"),
        (["dlq", "\x1b[2J"], "there is no command dlq ?[2J"),
        (["dlq", "list", "--jsno"], "Did you mean '--json'?"),
        (["results", "--status", "creatd"], "'created' and 'failed'"),
        (["results", "--code", "idempotncy_conflict"], "did you mean idempotency_conflict?"),
        (["results", "--code", "zebra"], "expected one of created, replayed"),
    ]:
        said = run(*words)
        expect(said.returncode == 64 and answer in said.stderr, f"{words}: {said.returncode} {said.stderr}")
        expect("\x1b" not in said.stderr and said.stdout == "", f"{words}: {said.stdout}{said.stderr!r}")
    for words in [[], ["dlq"], ["help"], ["help", "dlq", "list"], ["--version"], ["dlq", "--help"]]:
        said = run(*words)
        expect(said.returncode == 0, f"{words}: {said.returncode} {said.stderr}")


def times():
    """ages and dates are taken by every option with a time, and what else is said names what was expected: 64"""
    options = [("results", "--since"), ("results", "--until"), ("dlq list", "--since"), ("dlq list", "--until"),
               ("dlq export", "--since"), ("dlq redrive", "--until")]
    spans = [("produce x", "--timeout"), ("dlq redrive", "--canary-timeout"), ("topics create", "--retention")]
    taken = "Unknown option '--no-such-option'"
    for command, option in options:
        for text in ["7d", "1w", "30m", "2026-10-25", "2026-10-25T10:00", "2026-10-25 10:00:00", "2026-10-25T10:00:00+05:30"]:
            said = run(*command.split(), option, text, "--no-such-option")
            expect(taken in said.stderr, f"{command} {option} {text}: {said.stderr}")
        for text, answer in [("yesterday", "expected an age such as"), ("0d", "above zero"), ("2026-02-30", "expected an age such as"),
                             ("7", "expected an age such as")]:
            said = run(*command.split(), option, text)
            expect(said.returncode == 64 and answer in said.stderr and option in said.stderr, f"{option} {text}: {said.stderr}")
    for command, option in spans:
        expect(taken in run(*command.split(), option, "7d", "--no-such-option").stderr, f"{command} {option} 7d is not taken")
        for text in ["0s", "soon", "5"]:
            said = run(*command.split(), option, text)
            expect(said.returncode == 64 and f"{option} {text}: expected a duration" in said.stderr, f"{option} {text}: {said.stderr}")
    for command in ["results", "dlq list"]:
        said = run(*command.split(), "--since", "2099-01-01")
        expect(said.returncode == 64 and "is still to come" in said.stderr, said.stderr)
        said = run(*command.split(), "--since", "1h", "--until", "2h")
        expect(said.returncode == 64 and "not later than --since 1h" in said.stderr, said.stderr)


def exit_codes_and_variables():
    """--help has the table of exit codes; the manual page has it, and every setting's variable, from the program itself"""
    text = run("--help", COLUMNS="80").stdout
    table = text.partition("Exit codes:\n")[2].partition("\n\n")[0].splitlines()
    expect(all(re.match(r"  \d+ +[A-Z].*\.$", line) for line in table), f"a line is broken up: {table}")
    with open(os.path.join(ROOT, "Sources", "customer-worker", "Documentation.docc", "Running.md")) as file:
        told = re.findall(r"^\| (\d+) \| ", file.read().partition("### Exit codes")[2].partition("\n## ")[0], re.MULTILINE)
    expect(told == [line.split()[0] for line in table], f"Running.md has {told}")
    codes = re.findall(r"^ +(\d+) +(\S.*)$", text, re.MULTILINE)
    expect([int(code) for code, _ in codes] == [0, 1, 2, 3, 4, 64, 65, 69, 70, 77, 78, 130], f"{codes}")
    package = os.path.join(ROOT, "systemd", "package")
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for name, said in [("dump", run("--experimental-dump-help")),
                           ("settings", run("config", "show", "--config", "/dev/null", "--json"))]:
            expect(said.returncode == 0, said.stderr)
            paths[name] = os.path.join(folder, name)
            with open(paths[name], "w") as file:
                file.write(said.stdout)
        page = subprocess.run(
            [sys.executable, os.path.join(package, "manual.py"), os.path.join(package, "customer-worker.1.in"), paths["dump"],
             paths["settings"]],
            capture_output=True, text=True, timeout=60, env={**ENVIRONMENT, "SOURCE_DATE_EPOCH": "1764500000"},
        )
        expect(page.returncode == 0, page.stderr)
        settings = json.load(open(paths["settings"]))["settings"]
    expect("@" not in re.sub(r"\\&@|\S+@\S+", "", page.stdout), "a placeholder is left in the page")
    status = page.stdout.partition(".Sh EXIT STATUS")[2].partition(".Sh ")[0]
    expect(re.findall(r"^\.It (\d+)$", status, re.MULTILINE) == [code for code, _ in codes], f"{status}")
    variables = re.findall(r"^\.It Ev (FLEXPRICE_\w+)", page.stdout, re.MULTILINE)
    expected = ["FLEXPRICE_" + s["key"].upper().replace(".", "_") for s in settings]
    expect(sorted(variables) == sorted(set(expected)) and len(variables) > 30, f"{set(expected) ^ set(variables)}")
    for name, command in leaves(dump()):
        for line in examples(command):
            expect(line.replace("\\", "\\e") in page.stdout.replace("\\&", ""), f"{name}: {line} is not in the page")
    if shutil.which("mandoc"):
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning"], input=page.stdout, text=True, capture_output=True, timeout=60)
        expect(lint.returncode == 0 and not lint.stdout, f"{lint.stdout}{lint.stderr}")


def number_texts(value, place=""):
    """The places where a text has nothing but a number."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from number_texts(member, f"{place}.{name}")
    elif isinstance(value, list):
        for element in value:
            yield from number_texts(element, f"{place}[]")
    elif isinstance(value, str) and re.fullmatch(r"-?\d{1,3}(,\d{3})+|-?\d+(\.\d+)?", value):
        yield place


def numbers():
    """a number is a number in the JSON of every command"""
    with tempfile.TemporaryDirectory() as folder, harness.broker() as brokers:
        port = harness.free_port()
        env = {**ENVIRONMENT, **harness.environment(brokers, folder, FLEXPRICE_ADMIN_LISTEN=f"127.0.0.1:{port}",
                                                    FLEXPRICE_API_MAX_CONCURRENCY="16", FLEXPRICE_KAFKA_PROPERTIES="")}
        rows = os.path.join(folder, "rows.jsonl")
        with open(rows, "w") as file:
            file.write('{"external_id": "acct_1"}\n{"external_id": "acct_2", "address_country": "India"}\n')
        seen = {}

        def ask(*arguments, codes=(0,)):
            said = harness.run([*arguments, "--json"], env, timeout=120)
            expect(said.returncode in codes, f"{arguments}: {said.returncode} {said.stdout}{said.stderr}")
            for line in [said.stdout] if said.stdout.startswith(("[", "{\n")) else said.stdout.splitlines():
                # A situation is a sentence, that of a plain 201 too.
                found = [place for place in number_texts(json.loads(line)) if place != "[].situation"]
                expect(not found, f"{arguments}: a text has a number: {found} in {line[:2_000]}")
                seen[" ".join(arguments)] = json.loads(line)

        ask("topics", "create", "--partitions", "2", "--replication-factor", "1")
        expect(seen["topics create --partitions 2 --replication-factor 1"][0]["partitions"] == 2, f"{seen}")
        with harness.process([harness.PROGRAM, "run"], env=env, stderr=subprocess.DEVNULL):
            harness.wait_until(lambda: harness.is_ready(port), 60, "ready")
            ask("produce", rows, "--wait", "--no-validate", codes=(1,))
            for arguments in [["results"], ["dlq", "list"], ["explain", "acct_1"], ["explain", "acct_2"], ["status"], ["why"], ["why", "acct_1"],
                              ["ledger", "get", "acct_1"], ["ledger", "stats"], ["ledger", "verify"], ["config", "show"], ["check"],
                              ["check", "--explain-answers"], ["dlq", "redrive", "--dry-run"]]:
                ask(*arguments, codes=(0, 4))
        expect(seen["ledger stats"][0]["customers"] == 1 and seen["ledger stats"][0]["bytes"] > 0, f"{seen['ledger stats']}")
        settings = {s["key"]: s["value"] for s in seen["config show"]["settings"]}
        expect(settings["api.max_concurrency"] == 16 and settings["retry.multiplier"] == 2, f"{settings}")
        ask("demo")
        expect({row["attempts"] for row in seen["demo"]} >= {0, 1, 3}, f"{seen['demo']}")


if __name__ == "__main__":
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    checks = [two_examples, completions, misspelt, times, exit_codes_and_variables, numbers]
    sys.exit(harness.report(harness.chosen(checks, sys.argv[2:]), limit=180))
