#!/usr/bin/env python3
"""Checks the documents: that what they name exists, and that they use the glossary's words.

    Tests/Scripts/documents.py               checks this project; exits 1 with one line for each violation
    Tests/Scripts/documents.py --self-test   checks that each rule can fail, on a tree made up for it
    Tests/Scripts/documents.py --words FILE...   checks the words of other files too

The documents are README.md, the pages of every DocC catalogue, the manual page, and in config and systemd the comments of all files and the
descriptions in schemas, AsyncAPI document, alerts and dashboard. The rules:

1. A path in backticks exists: from the root, from Sources or from the document's folder. A bare name of a source file exists somewhere. An
   installed path is one that systemd/package/build.sh installs.
2. A relative link leads to a file, and its anchor to a heading; a picture may be in the folder Resources of its page.
3. README.md has at most 9,000 bytes.
4. No word of the columns «not» of the glossary page is used outside code. The glossary's own tables are exempt. The same holds for comments
   in Swift files under Sources; the names of parameters there are code.
5. Each road on the architecture page is a table of at most ten files. Its table of modules has every target under Sources once, and each
   depends only on those above it.
6. The runbook has a section for each alert, and each alert links to it; it has one for each word of /readyz.
7. The metrics page has every metric of the program, and no other.
"""

import argparse
import pathlib
import re
import sys
import tempfile

import layers

CATALOGUE = "Sources/customer-worker/Documentation.docc"
GLOSSARY = f"{CATALOGUE}/Glossary.md"
ARCHITECTURE = f"{CATALOGUE}/Architecture.md"
RUNBOOK = f"{CATALOGUE}/Runbook.md"
METRICS = f"{CATALOGUE}/Metrics.md"
ALERTS = "config/prometheus/alerts.yml"
READINESS = "Sources/Operations/Watching/Readiness.swift"
DECLARED = "Sources/Operations/Metrics/Metric.swift"
PACKAGE = "systemd/package/build.sh"
README_BYTES = 9_000
ROAD_FILES = 10


def documents(root):
    """The paths of the documents, from the root."""
    paths = ["README.md", "systemd/package/customer-worker.1.in", "systemd/package/control.in"]
    for pattern in ("Sources/*/*.docc/*.md", "config/**/*.*", "systemd/*.service", "systemd/*/*.example"):
        paths += sorted(str(path.relative_to(root)) for path in root.glob(pattern))
    return [path for path in paths if (root / path).is_file()]


# Prose


FENCE = re.compile(r"^```.*?^```[^\n]*$", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"`[^`]*`")
LINK = re.compile(r"(!?\[[^\]]*\])\(([^)\s]+)\)")
SYMBOL = re.compile(r"<doc:[^>]*>|<https?:[^>]*>")


def blank(pattern, text):
    """The text with what matches replaced by as many line ends as it has, so that lines keep their numbers."""
    return pattern.sub(lambda found: "\n" * found.group(0).count("\n") or " ", text)


def prose(path, text):
    """The text that people read, without code: line numbers stay."""
    suffix = pathlib.PurePath(path).suffix
    if suffix == ".md":
        text = blank(SPAN, blank(FENCE, text))
        return SYMBOL.sub(" ", LINK.sub(lambda found: found.group(1), text))
    if suffix in READABLE:
        text = blank(SPAN, only(READABLE[suffix], text))
        return PARAMETER.sub(lambda found: " " * len(found.group(0)), text) if suffix == ".swift" else text
    return text


#: The name of a parameter at the start of its line in a doc comment.
PARAMETER = re.compile(r"^ *- (?:Parameter )?\w+:", re.MULTILINE)


#: In files that are not all prose, by the end of their names: what people read, as the first group.
READABLE = {
    ".swift": re.compile(r"(?:^|\s)//+(.*)", re.MULTILINE),
    ".sql": re.compile(r"--(.*)"),
    ".json": re.compile(r'"(?:description|title|\$comment)": *"((?:[^"\\]|\\.)*)"'),
    # Macro lines of mdoc hold names and headings; text lines, and the page's own line, hold the sentences.
    ".in": re.compile(r"^((?:\.Nd|[^.\n]).*)", re.MULTILINE),
    **dict.fromkeys((".py", ".sh", ".service", ".example"), re.compile(r"#(.*)")),
    # Comments, and descriptions with the lines of a block that is indented below one.
    **dict.fromkeys(
        (".yaml", ".yml"),
        re.compile(
            r"((?<=#).*|(?<=description: )[^|\n].*|(?<=summary: ).*|(?<=title: ).*|(?<=description: \|)(?:\n {6,}.*)+)"
        ),
    ),
}


def only(pattern, text):
    """The text with everything blanked that is in no first group, line ends kept."""
    kept = [" " if character != "\n" else character for character in text]
    for found in pattern.finditer(text):
        kept[found.start(1) : found.end(1)] = found.group(1)
    return "".join(kept)


# The glossary


def rows(text, heading):
    """The cells of the table below a heading, without its first two lines."""
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.split("\n") if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def unwanted(glossary):
    """The words not to be used, each with what to use."""
    words = {}
    for term, _, instead_of in rows(glossary, "Terms"):
        words |= {word.strip(): term for word in instead_of.split(",") if word.strip()}
    for instead_of, plain in rows(glossary, "Plain words"):
        words |= {word.strip(): plain for word in instead_of.split(",") if word.strip()}
    return words


def wrong_words(path, text, words):
    if path == GLOSSARY:
        text = "\n".join("" if line.startswith("|") else line for line in text.split("\n"))
    if not words:
        return []
    # Sentences run over line ends, so the words of a phrase may stand on two lines.
    alternatives = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w-])({alternatives})(?![\w-])", re.IGNORECASE)
    readable = prose(path, text)
    problems = []
    for found in pattern.finditer(readable):
        number = readable.count("\n", 0, found.start()) + 1
        word = " ".join(found.group(1).split())
        problems.append(f"{path}:{number}: «{word}»; the glossary has: {words[word.lower()]}")
    return problems


# Paths and links


NAMED = re.compile(r"[\w.@+-]+(?:/[\w.@+-]+)*/?")
SOURCE = re.compile(r"\.(?:swift|py|sh|md|svg|sql|json|ya?ml)$")


def wrong_paths(root, path, text, names, installed):
    problems = []
    here = (root / path).parent
    readable = blank(FENCE, text) if path.endswith(".md") else text
    for found in SPAN.finditer(readable):
        named = found.group(0).strip("`")
        number = readable.count("\n", 0, found.start()) + 1
        if named.startswith(("/usr/share/", "/etc/customer-worker/", "examples/")):
            if named.strip("/") not in installed:
                problems.append(f"{path}:{number}: `{named}` is not installed by {PACKAGE}")
            continue
        is_path = "/" in named and named.split("/")[0] in names["roots"]
        if not NAMED.fullmatch(named) or not (is_path or SOURCE.search(named)):
            continue
        is_there = any((place / named).exists() for place in (root, root / "Sources", here))
        if not is_there and ("/" in named or named not in names["files"]):
            problems.append(f"{path}:{number}: `{named}` is not there")
    return problems


def slug(heading):
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def wrong_links(root, path, text):
    problems = []
    readable = blank(SPAN, blank(FENCE, text))
    for found in LINK.finditer(readable):
        target, _, anchor = found.group(2).partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        number = readable.count("\n", 0, found.start()) + 1
        place = (root / path).parent / target if target else root / path
        # DocC finds a picture by its name alone, wherever in the catalogue it is.
        is_picture = found.group(1).startswith("!") and (place.parent / "Resources" / target).exists()
        if not place.exists() and not is_picture:
            problems.append(f"{path}:{number}: the link to {target} leads nowhere")
        elif anchor and anchor not in {slug(h) for h in re.findall(r"^#+ (.*)$", place.read_text(), re.MULTILINE)}:
            problems.append(f"{path}:{number}: {target or path} has no heading #{anchor}")
    return problems


# The architecture page


def wrong_architecture(root, text):
    problems = []
    for heading in re.findall(r"^## (The road of .*)$", text, re.MULTILINE):
        count = len(rows(text, heading))
        if not 1 <= count <= ROAD_FILES:
            problems.append(f"{ARCHITECTURE}: «{heading}» has {count} files; expected 1 to {ROAD_FILES}")
    above = []
    targets = {t.name: t for t in layers.targets((root / "Package.swift").read_text()) if t.path.startswith("Sources/")}
    for cells in rows(text, "Modules"):
        for name in re.findall(r"`([^`]+)`", cells[0]):
            if name not in targets or name in above:
                problems.append(f"{ARCHITECTURE}: the table of modules has {name}, which is no target or there twice")
                continue
            for used in sorted(set(targets[name].dependencies) - set(above)):
                problems.append(f"{ARCHITECTURE}: {name} uses {used}, which is not above it")
            above.append(name)
    for name in sorted(set(targets) - set(above)):
        problems.append(f"{ARCHITECTURE}: the table of modules lacks {name}")
    return problems


# Alerts, readiness reasons, metrics


def differences(path, what, needed, told):
    """Sentences about what a page lacks, and what it has too much."""
    missing = [f"{path}: no {what} {name}" for name in sorted(needed - told)]
    return missing + [f"{path}: the {what} {name} is of nothing that exists" for name in sorted(told - needed)]


def wrong_operation(texts, alerts, readiness, metrics):
    """What the runbook and the metrics page lack, by the rules and by the code."""
    runbook = texts.get(RUNBOOK, "")
    names = set(re.findall(r"- alert: (\w+)", alerts))
    problems = differences(RUNBOOK, "section", names, set(re.findall(r"^## (\w+)$", runbook, re.M)) - {"Overview"})
    linked = set(re.findall(r"runbook: \S+/runbook.md#(\w+)", alerts))
    problems += differences(ALERTS, "link to section", {name.lower() for name in names}, linked)
    body = readiness.partition("enum ReadinessWord")[2].partition("\n    var ")[0]
    words = {word or case for case, word in re.findall(r'^    case (\w+)(?: = "(\w+)")?$', body, re.M)}
    problems += differences(RUNBOOK, "section", words, set(re.findall(r"^### (\w+)$", runbook, re.M)))
    declared = set(re.findall(r'"((?:customer_worker|process)_\w+)"', metrics))
    rows = "\n".join(line.split("|")[1] for line in texts.get(METRICS, "").split("\n") if line.startswith("| `"))
    return problems + differences(METRICS, "metric", declared, set(re.findall(r"`(\w+)(?:\{[\w,]*\})?`", rows)))


# All of it


def check(root, more=()):
    """Every violation in a project, as sentences."""
    problems = []
    paths = documents(root)
    texts = {path: (root / path).read_text() for path in paths}
    words = unwanted(texts.get(GLOSSARY, ""))
    if not words:
        problems.append(f"{GLOSSARY}: no word not to be used was found")
    folders = ("Sources", "Tests", "config", "systemd")
    names = {
        "roots": {*folders, *(path.name for path in (root / "Sources").iterdir() if path.is_dir())},
        "files": {path.name for folder in folders for path in (root / folder).rglob("*") if path.is_file()},
    }
    script = root / PACKAGE
    installed = installed_paths(root, script.read_text() if script.is_file() else "")
    for path, text in texts.items():
        problems += wrong_words(path, text, words)
        problems += wrong_paths(root, path, text, names, installed)
        if path.endswith(".md"):
            problems += wrong_links(root, path, text)
    for path in more:
        problems += wrong_words(path, (root / path).read_text(), words)
    for file in sorted((root / "Sources").rglob("*.swift")):
        problems += wrong_words(str(file.relative_to(root)), file.read_text(), words)
    read = [(root / path).read_text() if (root / path).is_file() else "" for path in (ALERTS, READINESS, DECLARED)]
    problems += wrong_operation(texts, *read)
    if ARCHITECTURE in texts:
        problems += wrong_architecture(root, texts[ARCHITECTURE])
    size = len((root / "README.md").read_bytes())
    if size > README_BYTES:
        problems.append(f"README.md: {size} bytes; expected at most {README_BYTES}")
    return problems


def installed_paths(root, script):
    """What the package installs: files, and the folders above them; examples by their short names too."""
    files = set(re.findall(r"(?<![\w/])((?:usr|etc|lib)/[\w./@+-]+\w)", script))
    if "usr/share/customer-worker/schemas" in script:
        files |= {f"usr/share/customer-worker/schemas/{schema.name}" for schema in (root / "config/schemas").glob("*.json")}
    found = set(files)
    for file in files:
        found |= {str(parent) for parent in pathlib.PurePath(file).parents}
        if "/examples/" in file:
            found.add("examples/" + file.rpartition("/")[2])
    return found


# The self-test


GOOD = {
    "Package.swift": 'let p = Package(name: "p", targets: [.target(name: "A"), .target(name: "B", dependencies: ["A"])])\n',
    "README.md": "# P\n\nSee [A](Sources/A/Docs.docc/A.md#words-of-it), `Tests/t.py`, `B/B.swift`, `t.py`, `/usr/share/x/x.md`.\n"
    "```sh\nmend `gone.py`\n```\nA `store` is code.\n\n## Here\n\n[here](#here) <https://store.example>\n",
    "Sources/A/Docs.docc/A.md": "# A\n\n## Words of it\n\n![a](a.svg) [b](https://store.example/store)\n",
    "Sources/A/Docs.docc/a.svg": "<svg/>",
    "Sources/A/A.swift": "/// A ledger, or a `store`.\n///\n/// - Parameters:\n///   - store: a ledger.\nlet store = 1  // not big\n",
    "Sources/B/B.swift": "let b = 1  // a ledger\n",
    "Other/B.swift": "let b = 1  // a store\n",
    "Tests/t.py": "",
    "config/customer-worker.yaml": "# A ledger.\nstore: 1\n",
    "systemd/package/customer-worker.1.in": ".It store\nA ledger.\n",
    ALERTS: "  - alert: Down\n    runbook: /r/runbook.md#down\n",
    READINESS: 'enum ReadinessWord {\n    case starting\n    case loopStuck = "loop_stuck"\n\n    var a: Int {\n    case gone\n',
    DECLARED: 'let a = Metric(\n"process_a"\n)\nlet b = Metric("customer_worker_b", 1)\n',
    RUNBOOK: "# R\n\n## Overview\n\n## Down\n\n### starting\n\n### loop_stuck\n",
    METRICS: "# M\n\n| metric | is |\n|---|---|\n| `process_a` | `x_y` |\n| `customer_worker_b{reason,code}` | b |\n",
    "systemd/package/build.sh": "put 644 x usr/share/x/x.md\n",
    GLOSSARY: "# G\n\n## Terms\n\n| word | is | not |\n|---|---|---|\n| ledger | The memory. | store, big shop |\n| lane | A queue. | |\n\n"
    "## Plain words\n\n| not | but |\n|---|---|\n| mend | fix |\n",
    ARCHITECTURE: "# A\n\n## The road of it\n\n| # | file |\n|---|---|\n| 1 | `B/B.swift` |\n\n"
    "## Modules\n\n| module | has |\n|---|---|\n| `A` | a |\n| `B` | b |\n",
}
#: Changes to the good tree, each with a part of the sentence that it must cause, or None.
BAD = [
    ({"README.md": "A store.\n"}, "README.md:1: «store»; the glossary has: ledger"),
    ({"README.md": "\nA big\nshop.\n"}, "README.md:2: «big shop»"),
    ({"README.md": "Stored, a shop, a big-shop.\n"}, None),
    ({"README.md": "Mend it.\n"}, "«Mend»; the glossary has: fix"),
    ({"README.md": "[a store](https://a.example)\n"}, "«store»"),
    ({GLOSSARY: GOOD[GLOSSARY] + "\nA store.\n"}, "«store»"),
    ({GLOSSARY: "# G\n"}, "no word not to be used"),
    ({"Sources/A/Docs.docc/A.md": "A store.\n"}, "A.md:1: «store»"),
    ({"config/customer-worker.yaml": "a: 1  # a store\n"}, "customer-worker.yaml:1: «store»"),
    ({"systemd/package/customer-worker.1.in": "A store.\n"}, "customer-worker.1.in:1: «store»"),
    ({"config/a.yaml": "a:\n  description: |\n      Some\n      store.\n  b: store\n"}, "a.yaml:4: «store»"),
    ({"config/a.yaml": "store:\n  email: store\n  description: |\n      Some.\n  b: store\n"}, None),
    ({"config/a.yml": 'summary: "A store"\n'}, "a.yml:1: «store»"),
    ({"config/s/a.json": '{"store": "store",\n"description": "The \\"store"}\n'}, "a.json:2: «store»"),
    ({"config/s/a.json": '{"store": "store"}\n'}, None),
    ({"config/a.sql": "CREATE store;  -- a store\n"}, "a.sql:1: «store»"),
    ({"systemd/a.service": "# a store\n"}, "a.service:1: «store»"),
    ({"Sources/A/A.swift": "/// A store.\nlet a = 1\n"}, "A.swift:1: «store»"),
    ({"Sources/A/In/A.swift": "let a = 1  // a big\n    // shop\n"}, "A.swift:1: «big shop»"),
    ({"Sources/B/In/A.swift": "// a store\n"}, "B/In/A.swift:1: «store»"),
    ({"Sources/A/A.swift": "/// - Parameter store: a store.\nlet a = 1\n"}, "A.swift:1: «store»"),
    ({"Sources/A/A.swift": "/// - Parameter store: a ledger.\nlet a = \"a store\"\n"}, None),
    ({"README.md": "`Tests/gone.py`\n"}, "`Tests/gone.py` is not there"),
    ({"README.md": "`B/Gone/`\n"}, "`B/Gone/` is not there"),
    ({"README.md": "`gone.py`\n"}, "`gone.py` is not there"),
    ({"README.md": "`/usr/share/x/y.md`\n"}, "is not installed"),
    ({"config/customer-worker.yaml": "# As `Tests/gone.py` says.\n"}, "`Tests/gone.py` is not there"),
    ({"README.md": "[a](Sources/gone.md)\n"}, "the link to Sources/gone.md leads nowhere"),
    ({"README.md": "![a](gone.svg)\n"}, "the link to gone.svg leads nowhere"),
    ({"README.md": "[a\nb](gone.md)\n"}, "leads nowhere"),
    ({"README.md": "![a](a.png)\n", "Resources/a.png": ""}, None),
    ({"README.md": "[a](a.png)\n", "Resources/a.png": ""}, "leads nowhere"),
    ({"README.md": "[a](#gone)\n"}, "README.md has no heading #gone"),
    ({"README.md": "[a](Sources/A/Docs.docc/A.md#gone)\n"}, "has no heading #gone"),
    ({"README.md": "x" * 9_001}, "9001 bytes"),
    ({"README.md": "x" * 9_000}, None),
    ({ARCHITECTURE: GOOD[ARCHITECTURE].replace("| 1 | `B/B.swift` |\n", "| 1 | `B/B.swift` |\n" * 11)}, "has 11 files"),
    ({ARCHITECTURE: GOOD[ARCHITECTURE].replace("| `A` | a |\n| `B` | b |", "| `B` | b |\n| `A` | a |")}, "B uses A"),
    ({ARCHITECTURE: GOOD[ARCHITECTURE].replace("| `B` | b |\n", "")}, "lacks B"),
    ({ARCHITECTURE: GOOD[ARCHITECTURE] + "| `C` | c |\n"}, "has C, which is no target"),
    ({ALERTS: GOOD[ALERTS] + "  - alert: Slow\n    runbook: /r/runbook.md#slow\n"}, "Runbook.md: no section Slow"),
    ({ALERTS: "  - alert: Down\n"}, "no link to section down"),
    ({ALERTS: GOOD[ALERTS].replace("#down", "#up")}, "the link to section up is of nothing"),
    ({RUNBOOK: GOOD[RUNBOOK] + "## Up\n"}, "the section Up is of nothing"),
    ({RUNBOOK: GOOD[RUNBOOK].replace("### starting\n", "")}, "no section starting"),
    ({RUNBOOK: GOOD[RUNBOOK] + "### gone\n"}, "the section gone is of nothing"),
    ({DECLARED: GOOD[DECLARED] + 'let c = Metric("process_c", 1)\n'}, "no metric process_c"),
    ({METRICS: GOOD[METRICS] + "| `process_c` | c |\n"}, "the metric process_c is of nothing"),
]  # fmt: skip


def self_test():
    for changes, expected in [({}, None)] + BAD:
        with tempfile.TemporaryDirectory() as name:
            root = pathlib.Path(name)
            for path, text in (GOOD | changes).items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            problems = check(root)
            more = check(root, ["Other/B.swift"])
        assert any("Other/B.swift:1: «store»" in problem for problem in more) or GLOSSARY in changes, (changes, more)
        if expected is None:
            assert not problems, (changes, problems)
        else:
            assert any(expected in problem for problem in problems), (changes, expected, problems)
    print(f"self-test: {len(BAD) + 1} trees judged as expected")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--self-test", action="store_true", help="check the rules on trees made up for it")
    parser.add_argument("--words", nargs="+", default=[], metavar="FILE", help="check the words of these files too")
    options = parser.parse_args()
    root = pathlib.Path(__file__).resolve().parents[2]
    if options.self_test:
        self_test()
        return
    problems = check(root, options.words)
    for problem in problems:
        print(problem)
    if problems:
        sys.exit(f"documents: {len(problems)} violations")


if __name__ == "__main__":
    main()
