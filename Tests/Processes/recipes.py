#!/usr/bin/env python3
"""Runs the listings of the documentation as they stand on its pages, in their order, against a worker.

usage: recipes.py PROGRAM SIGN_UP_EXAMPLE

Every shell and Python listing begins with a comment that names it; one that nothing is expected of here fails, so that none stands there
unrun. Listings in other languages must stand under a sentence that says that they are not run.
"""
import os
import re
import signal
import subprocess
import sys
import tempfile

import harness
from harness import ROOT, expect

PAGES = os.path.join(ROOT, "Sources", "customer-worker", "Documentation.docc")
ARTICLE = os.path.join(ROOT, "Sources", "CustomerCommands", "Documentation.docc", "SendingCommands.md")
EXAMPLES = os.path.join(ROOT, "Tests", "Examples", "SignUp")
ENVIRONMENT = None


def listings(path):
    """The fenced listings of a page: language, text, and what stands above them since the last heading."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for found in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        yield found[1], found[2], text[:found.start()].rpartition("\n## ")[2]


def run(name, text, folder, timeout=60):
    """Runs a listing to its end; what it prints."""
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    command = ["bash", "-eu", path] if name.endswith(".sh") else [sys.executable, path]
    done = subprocess.run(command, env=ENVIRONMENT, cwd=folder, capture_output=True, text=True, timeout=timeout)
    return done.returncode, done.stdout, done.stderr


def prints(*expected):
    """A check: the listing ends well, and each of its lines is like these, in their order."""
    def check(name, text, folder):
        code, out, err = run(name, text, folder)
        lines = out.splitlines()
        expect(code == 0 and len(lines) == len(expected), f"exit code {code}: {out}{err}")
        for line, pattern in zip(lines, expected):
            expect(re.search(pattern, line), f"{pattern!r} is not in {line!r}")
    return check


def says(code, *expected):
    """A check: the listing ends with this code, and says each of these somewhere."""
    def check(name, text, folder):
        ended, out, err = run(name, text, folder)
        expect(ended == code, f"exit code {ended}, expected {code}: {out}{err}")
        for pattern in expected:
            expect(re.search(pattern, out + err), f"{pattern!r} is not in {out + err!r}")
    return check


def prints_sooner_or_later(pattern):
    """A check: asked again and again, the listing prints such a line."""
    def check(name, text, folder):
        said = []

        def asked():
            said[:] = [run(name, text, folder)]
            return True if re.search(pattern, said[0][1]) else said
        harness.wait_until(asked, 60, f"no {pattern!r}")
    return check


def follows(*expected):
    """A check: the listing goes on, prints such lines in any order, and ends well with TERM."""
    def check(name, text, folder):
        path, out = os.path.join(folder, name), os.path.join(folder, f"{name}.out")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        with open(out, "wb") as file, harness.process([sys.executable, path], env=ENVIRONMENT, cwd=folder, stdout=file) as p:
            def said():
                with open(out, encoding="utf-8") as printed:
                    lines = printed.read().splitlines()
                return True if all(any(re.search(e, line) for line in lines) for e in expected) else lines
            harness.wait_until(said, 60, f"not all of {expected}")
            p.send_signal(signal.SIGTERM)
            harness.wait_for_exit(p, 0)
    return check


RECIPES = {
    "send.sh": prints(),
    "result.sh": prints_sooner_or_later(r'^acct_8412 .*ce_type=flexprice\.customer\.created\.v1.* \{"status":"created"'),
    "check.py": prints(r"^acct_8413 is valid$", r"^acct_8414 \['\$\.address_country'\]$"),
    "send.py": prints(r"^acct_841[34] is on partition \d$", r"^acct_841[34] is on partition \d$"),
    "results.py": follows(r"^acct_8412 created cust_", r"^acct_8413 created cust_",
                          r"^acct_8414 invalid_command False \['address_country'\]$"),
    "failures.sh": prints_sooner_or_later(r"^acct_8414 .*dlq-error-code=invalid_command"),
    "request.py": prints("^acct_8415 created created$", "^acct_8416 created created$"),
}
# The dead letters stand before the command that becomes one.
LATER = ["failures.sh"]

ONBOARDING = {
    "file.sh": prints(),
    "look.sh": says(65, r"customers\.csv:3: .*address_country", r"customers\.csv:5: .*email", r"4 rows, 2 of them bad"),
    "onboard.sh": says(0, r"customers\.csv:3: ", r"created +2\b"),
    "fix.sh": says(0, r"created +2\b"),
    "verify.sh": says(0, r'"replayed": ?2.*\n.*"replayed": ?2'),
    "failed.sh": says(3),
}


def the_page(name, expected, later):
    """Runs every shell and Python listing of a page as it stands."""
    found = {}
    for language, text, above in listings(os.path.join(PAGES, name)):
        if language not in ("sh", "python"):
            expect("Not run by the project's tests" in above, f"nothing says that a listing in {language} is not run")
            continue
        title = re.match(r"# (\S+)\n", text)
        expect(title, f"a listing in {language} has no name: {text[:60]!r}")
        found[title[1]] = text
    expect(set(found) == set(expected), f"on the page {sorted(found)}, expected {sorted(expected)}")
    with tempfile.TemporaryDirectory() as folder:
        for title in [n for n in found if n not in later] + later:
            expected[title](title, found[title], folder)
            print(f"        {title} does what its page says", flush=True)


def onboarding():
    """every listing about onboarding runs as it stands"""
    the_page("Onboarding.md", ONBOARDING, [])


def recipes():
    """every shell and Python recipe runs as it stands"""
    the_page("Recipes.md", RECIPES, LATER)


def the_example():
    """the Swift examples stand in their article as they are compiled, and the program runs"""
    compiled = set()
    for name in os.listdir(EXAMPLES):
        with open(os.path.join(EXAMPLES, name), encoding="utf-8") as file:
            compiled.add(file.read())
    shown = {text for language, text, _ in listings(ARTICLE) if language == "swift"}
    expect(shown == compiled, "the article's listings are not the examples that are compiled")
    command = [os.path.abspath(sys.argv[2]), ENVIRONMENT["BROKERS"], "replies.sign-up", "acct_swift_1", "acct_swift_2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    for name in ("acct_swift_1", "acct_swift_2"):
        expect(f"sent {name} to partition" in done.stdout and f"{name} is there (replayed)" in done.stdout, f"{done}")
    expect(done.returncode == 0 and len(done.stdout.splitlines()) == 4, f"{done}")


def main():
    global ENVIRONMENT
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    with harness.broker() as brokers, tempfile.TemporaryDirectory() as folder:
        env = harness.environment(brokers, folder, FLEXPRICE_KAFKA_REPLY_TOPICS_ALLOWED="replies.*")
        harness.create_topics(env, 3)
        harness.create_topic(brokers, "replies.sign-up")
        os.symlink(harness.PROGRAM, os.path.join(folder, "customer-worker"))
        ENVIRONMENT = {
            **env, "BROKERS": brokers, "SCHEMAS": os.path.join(ROOT, "config", "schemas"),
            "PATH": folder + os.pathsep + os.environ["PATH"],
        }
        with harness.process([harness.PROGRAM, "run"], env=env, stderr=open(os.path.join(folder, "log"), "wb")):
            return harness.report([onboarding, recipes, the_example])


if __name__ == "__main__":
    sys.exit(main())
