#!/usr/bin/env python3
"""Checks that the modules and folders of Sources point one way, that only products are public, and the lengths of lines and files.

    Tests/Scripts/layers.py               checks this project; exits 1 with one line for each violation
    Tests/Scripts/layers.py --self-test   checks that each rule can fail, on trees made up for it
    Tests/Scripts/layers.py --show        prints which folder uses which, and by which names

The rules:

1. The dependencies that Package.swift declares between its own targets have no circle.
2. A target imports those of its own package's targets that it declares, and declares those that it imports.
3. Folders of one module under Sources use each other in one direction. A folder is the first folder below the module's
   own, with everything in it. A file in the module's own folder, together with its `Type+Concern.swift`, is a folder of
   its own: it may be the lowest (an error type that all use) or the highest (the type that assembles them), but takes
   part in no circle with a real folder. Such files may use each other freely, as the files of one folder do.
4. A line of Package.swift, Sources or Tests has at most 120 columns (code points, as swift format counts them).
5. Only modules of a library product in Package.swift declare or import anything as `public`; the others say `package`.
6. A Swift file under Sources has at least 25 lines, unless `SHORT_FILES` names it with a reason; shorter ones belong into
   the file of the type that uses them. A name there whose file is gone, or no longer short, is a violation too.
7. No file of the module Kafka or that imports it holds a string literal in the form of librdkafka's names of errors, such as
   "_TIMED_OUT": errors are told apart by `KafkaError.Code`, which the compiler checks. `ERROR_NAMES` has those of our own.
8. No file under Sources starts an unstructured task, whose end and errors nothing waits for; a child of a task group, an
   `async let` or a `run()` of the owner's does. `UNSTRUCTURED` may name a file, with the reason.

Who uses whom is read by names, without a compiler: a file uses the folder that declares a type, function or variable
at top level which the file mentions outside comments and string literals, and the folder whose extension declares a
member that it selects from a value, if no other declaration under Sources has that member's name. Names that are private to a file,
and names that the mentioning file declares itself, do not count. Two kinds of use are not seen: members reached without
their type's name (they follow from some type that is named), and extension members whose name another declaration under
Sources or the standard library has too.
"""

import argparse
import pathlib
import re
import sys
import tempfile
from collections import defaultdict

COLUMNS = 120
FEWEST_LINES = 25
#: Files under Sources that are shorter, each with the reason.
SHORT_FILES = {
    "Sources/Blocking/BlockingExecutor.swift": "the only file of its module",
    "Sources/CommandWorker/Partitions/LogReport.swift": "used by three folders, and the partitions' files are long",
    "Sources/CommandWorker/Requests/OutageClock.swift": "a machine of its own, with its own tests",
    "Sources/CommandWorker/SplitMix64.swift": "a published algorithm that four folders use",
    "Sources/CommandWorker/WorkerError.swift": "why the module's main type throws, beside it",
}
#: Names of errors that are none of librdkafka's, and are made but not compared.
ERROR_NAMES = {"_LEDGER", "_NO_REPORT"}
#: Files under Sources that start an unstructured task, each with the reason.
UNSTRUCTURED = {}


# Swift as text


OPENING = re.compile(r'//|/\*|(#*)("""|")|[()]')


def code(text):
    """The text with comments and string literals blanked; what string literals interpolate is kept."""
    kept = []
    _code(text, 0, False, kept)
    return "".join(kept)


def _code(text, start, is_interpolation, kept):
    """Scans from `start`; an interpolation ends at its closing parenthesis. Returns where it ended."""
    depth = 0
    while True:
        found = OPENING.search(text, start)
        if not found:
            kept.append(text[start:])
            return len(text)
        kept.append(text[start : found.start()])
        token = found.group(0)
        start = found.end()
        if token == "//":
            start = text.find("\n", start)
            if start < 0:
                return len(text)
        elif token == "/*":
            start = _past_comment(text, start)
        elif token == "(":
            depth += 1
            kept.append(token)
        elif token == ")":
            if depth == 0 and is_interpolation:
                return start
            depth -= 1
            kept.append(token)
        else:
            start = _past_string(text, start, found.group(1), found.group(2), kept)


def _past_comment(text, start):
    depth = 1
    while depth:
        found = re.compile(r"/\*|\*/").search(text, start)
        if not found:
            return len(text)
        depth += 1 if found.group(0) == "/*" else -1
        start = found.end()
    return start


def _past_string(text, start, hashes, quotes, kept):
    kept.append('""')
    inside = re.compile(
        r"\\" + hashes + r"(?P<interpolation>\()|\\" + hashes + r"[^(]|(?P<end>" + quotes + hashes + ")"
    )
    while True:
        found = inside.search(text, start)
        if not found:
            return len(text)
        start = found.end()
        if found.group("end"):
            return start
        if found.group("interpolation"):
            kept.append(" ")
            start = _code(text, start, True, kept)
            kept.append(" ")


NAME = r"[A-Za-z_][A-Za-z0-9_]*"
WORDS = re.compile(NAME)
IMPORT = re.compile(
    r"^[ \t]*(?:@\w+(?:\([^)]*\))?[ \t]+)*(?:(?:public|package|internal|fileprivate|private)[ \t]+)?"
    r"import[ \t]+(?:(?:struct|class|enum|protocol|func|var|let|typealias)[ \t]+)?(" + NAME + ")",
    re.MULTILINE,
)
DECLARATION = re.compile(
    r"[{}]|(?P<modifiers>(?:\b(?:public|package|internal|private|fileprivate|open|final|static|nonisolated|indirect"
    r"|mutating|borrowing|consuming|override|lazy|weak)(?:\([a-z]+\))?[ \t]+)*)"
    r"\b(?P<kind>struct|class|enum|actor|protocol|typealias|func|let|var|case|associatedtype|extension)\s+"
    r"`?(?P<name>\[?" + NAME + r"(?:\." + NAME + r")*)"
)
TYPES = {"struct", "class", "enum", "actor", "protocol", "typealias", "associatedtype"}


ERROR_NAME = re.compile(r'"(_[A-Z]+(?:_[A-Z]+)*|[A-Z]+(?:_[A-Z]+)+)"')
UNSTRUCTURED_TASK = re.compile(r"\bTask\s*(?:\.\s*(?:detached|immediate)\s*)?(?:<[^>]*>)?\s*[({]")


class SwiftFile:
    """What one file declares and mentions."""

    def __init__(self, text):
        source = code(text)
        self.error_names = set(ERROR_NAME.findall(text)) - ERROR_NAMES
        self.starts_task = UNSTRUCTURED_TASK.search(source) is not None
        self.is_public = re.search(r"\bpublic\b", source) is not None
        self.imports = set(IMPORT.findall(source))
        #: Top-level names that other files can see.
        self.names = set()
        #: Members of extensions at top level that other files can see.
        self.members = set()
        #: Types of any depth and names of the top level: what a mention in this file may mean instead.
        self.own = set()
        #: Every name that is declared here, with local ones, to tell which are unique.
        self.all = set()
        depth = 0
        is_extension = False
        for found in DECLARATION.finditer(source):
            token = found.group(0)
            if token == "{":
                depth += 1
                continue
            if token == "}":
                depth -= 1
                continue
            name, kind = found.group("name"), found.group("kind")
            modifiers = set(found.group("modifiers").split())
            is_private = bool(modifiers & {"private", "fileprivate"})
            if kind == "extension":
                if depth == 0:
                    is_extension = True
                continue
            if depth == 0:
                is_extension = False
                if not is_private:
                    self.names.add(name)
            elif depth == 1 and is_extension and not is_private and kind != "case":
                self.members.add(name)
            if depth == 0 or kind in TYPES:
                self.own.add(name)
            self.all.add(name)
        self.mentions = set()
        self.selections = set()
        for found in WORDS.finditer(source):
            before = source[found.start() - 1] if found.start() else " "
            if before != ".":
                self.mentions.add(found.group(0))
            elif found.start() > 1 and (source[found.start() - 2].isalnum() or source[found.start() - 2] in "_)]?!\"}"):
                self.selections.add(found.group(0))


# The package


class Target:
    def __init__(self, name, kind, path, dependencies):
        self.name, self.kind, self.path, self.dependencies = name, kind, path, dependencies

    @property
    def module(self):
        """The name by which it is imported."""
        return self.name.replace("-", "_")

    @property
    def is_layered(self):
        """Whether the rule for folders holds for it."""
        return self.kind != "systemLibrary" and self.path.startswith("Sources/")


def targets(manifest):
    """The targets of a Package.swift, with the targets of the same package that each depends on."""
    text = re.sub(r"^\s*//.*$", "", manifest, flags=re.MULTILINE)
    found = []
    for start in re.finditer(r"\.(target|executableTarget|testTarget|systemLibrary)\(", text):
        body = _balanced(text, start.end())
        name = re.search(r'name:\s*"([^"]+)"', body)
        if not name:
            continue
        path = re.search(r'\bpath:\s*"([^"]+)"', body)
        root = "Tests" if start.group(1) == "testTarget" else "Sources"
        dependencies = re.search(r"dependencies:\s*\[", body)
        names = []
        if dependencies:
            listed = _balanced(body, dependencies.end(), "[", "]")
            listed = re.sub(r"\.product\([^)]*\)", "", listed)
            names = re.findall(r'"([^"]+)"', listed)
        found.append(
            Target(name.group(1), start.group(1), path.group(1) if path else f"{root}/{name.group(1)}", names)
        )
    return found


def products(manifest):
    """The targets of the library products of a Package.swift."""
    return {
        name
        for library in re.finditer(r"\.library\(", manifest)
        for listed in re.findall(r"targets:\s*\[([^\]]*)\]", _balanced(manifest, library.end()))
        for name in re.findall(r'"([^"]+)"', listed)
    }


def _balanced(text, start, opening="(", closing=")"):
    depth = 1
    for index in range(start, len(text)):
        depth += (text[index] == opening) - (text[index] == closing)
        if depth == 0:
            return text[start:index]
    return text[start:]


def circles(graph):
    """The strongly connected parts of a graph that have more than one member (Tarjan's algorithm)."""
    index, low, stack, parts = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for next_node in sorted(graph.get(node, ())):
            if next_node not in index:
                visit(next_node)
                low[node] = min(low[node], low[next_node])
            elif next_node in stack:
                low[node] = min(low[node], index[next_node])
        if low[node] == index[node]:
            part = []
            while True:
                part.append(stack.pop())
                if part[-1] == node:
                    break
            if len(part) > 1 or node in graph.get(node, ()):
                parts.append(sorted(part))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return parts


# The rules


def sources(folder):
    """The Swift files of a target, by their paths below its folder."""
    return {path.relative_to(folder): SwiftFile(path.read_text()) for path in sorted(folder.rglob("*.swift"))}


def folder_of(relative):
    """The folder below its module that a file belongs to; a file in the module's own folder is one itself."""
    if len(relative.parts) > 1:
        return relative.parts[0]
    return "./" + relative.stem.split("+")[0]


def declarations(modules):
    """How many files declare each name, in all modules: {name: number}."""
    counts = defaultdict(int)
    for files in modules:
        for file in files.values():
            for name in file.all:
                counts[name] += 1
    return counts


def uses(files, counts):
    """Which folder uses which, and by which names: {(from, to): {(file, name)}}."""
    owners, unique = defaultdict(set), {}
    for relative, file in files.items():
        for name in file.names:
            owners[name].add(folder_of(relative))
    for relative, file in files.items():
        for name in file.members:
            if counts[name] == 1:
                unique[name] = folder_of(relative)
    found = defaultdict(set)
    for relative, file in files.items():
        home = folder_of(relative)
        for name in file.mentions - file.own:
            for owner in owners.get(name, ()):
                if home not in owners[name]:
                    found[home, owner].add((str(relative), name))
        for name in file.selections:
            owner = unique.get(name)
            if owner and owner != home and name not in STANDARD:
                found[home, owner].add((str(relative), "." + name))
    return found


#: Members that the standard library has too: a mention of one tells nothing.
STANDARD = {
    "append", "bytes", "code", "compare", "contains", "count", "data", "decode", "description", "encode", "end",
    "first", "hash", "index", "isEmpty", "last", "list", "map", "max", "min", "name", "next", "path", "prefix", "read",
    "remove", "removeFirst", "reverse", "seconds", "size", "sorted", "split", "start", "starts", "string", "suffix", "text", "value", "write",
}  # fmt: skip


def check(root, short=SHORT_FILES, unstructured=UNSTRUCTURED):
    """Every violation in a project, as sentences."""
    problems = []
    manifest = (root / "Package.swift").read_text()
    declared, public = targets(manifest), products(manifest)
    by_module = {target.module: target for target in declared}
    graph = {target.name: set(target.dependencies) for target in declared}
    for part in circles(graph):
        problems.append(f"Package.swift: these targets depend on each other: {', '.join(part)}")
    read = {target.name: sources(root / target.path) for target in declared if target.kind != "systemLibrary"}
    counts = declarations(read[target.name] for target in declared if target.is_layered)
    for target in declared:
        if not read.get(target.name):
            continue
        files = read[target.name]
        imported = set()
        for relative, file in files.items():
            for module in sorted(file.imports & by_module.keys()):
                name = by_module[module].name
                imported.add(name)
                if name not in target.dependencies:
                    problems.append(
                        f"{target.path}/{relative}: imports {name}, which {target.name} does not declare in"
                        " Package.swift"
                    )
        for name in sorted(set(target.dependencies) - imported):
            problems.append(f"Package.swift: {target.name} declares {name}, and no file of it imports that")
        if target.is_layered:
            if target.name not in public:
                problems += [
                    f"{target.path}/{relative}: says public, and {target.name} is in no library product: write package"
                    for relative, file in files.items()
                    if file.is_public
                ]
            problems += folder_circles(target.path, files, counts)
            problems += error_names(target, files)
            problems += [
                f"{target.path}/{relative}: starts an unstructured task; use a task group, async let or a run() method"
                for relative, file in files.items()
                if file.starts_task and f"{target.path}/{relative}" not in unstructured
            ]
    problems += long_lines(root)
    problems += short_files(root, short)
    return problems


def short_files(root, allowed):
    """Files that are shorter than a file is to be, and names of the list that are of no use there."""
    found = {}
    for path in sorted((root / "Sources").rglob("*.swift")):
        lines = path.read_text().count("\n")
        if lines < FEWEST_LINES:
            found[str(path.relative_to(root))] = lines
    problems = [
        f"{path}: {lines} lines; move it into the file of the type that uses it, or give SHORT_FILES a reason"
        for path, lines in found.items()
        if path not in allowed
    ]
    return problems + [
        f"{path}: SHORT_FILES names it, and no file under Sources of that name is short"
        for path in sorted(allowed.keys() - found.keys())
    ]


def error_names(target, files):
    return [
        f"{target.path}/{relative}: has the name of an error ({', '.join(sorted(file.error_names))}); use KafkaError.Code"
        for relative, file in files.items()
        if file.error_names and (target.name == "Kafka" or "Kafka" in file.imports)
    ]


def folder_circles(path, files, counts):
    found = uses(files, counts)
    graph = defaultdict(set)
    for start, end in found:
        graph[start].add(end)
    problems = []
    for part in circles(graph):
        if all(folder.startswith("./") for folder in part):
            continue
        lines = [f"{path}: these use each other in a circle: {', '.join(part)}"]
        for start, end in sorted(found):
            if start in part and end in part:
                names = sorted(f"{name} in {file}" for file, name in found[start, end])
                shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
                lines.append(f"    {start} uses {end}: {shown}")
        problems.append("\n".join(lines))
    return problems


def long_lines(root):
    problems = []
    paths = [root / "Package.swift"]
    for folder in ("Sources", "Tests"):
        paths += sorted((root / folder).rglob("*.swift"))
    for path in paths:
        if not path.is_file():
            continue
        for number, line in enumerate(path.read_text().split("\n"), start=1):
            if len(line) > COLUMNS:
                problems.append(f"{path.relative_to(root)}:{number}: {len(line)} columns; expected at most {COLUMNS}")
    return problems


# The self-test


MANIFEST = """
let package = Package(name: "p", products: [.library(name: "p", targets: ["Open"])], targets: [
    // .target(name: "Gone", dependencies: ["Low"]),
    .target(name: "Low"%s),
    .target(name: "High", dependencies: ["Low", .product(name: "Logging", package: "swift-log")], swiftSettings: s),
    .target(name: "Open"),
    .testTarget(name: "LowTests", dependencies: ["Low"]),
])
"""
GOOD = {
    "Package.swift": MANIFEST % "",
    "Sources/Low/Error.swift": "package struct LowError: Error {}\n",
    "Sources/Low/Low.swift": "import Glibc\nstruct Low { let a: A, b: B }\n",
    "Sources/Low/Low+More.swift": "extension Low { func more() throws { throw LowError() } }\n",
    "Sources/Low/A/A.swift": "struct A { func make() throws -> B { throw LowError() } }\nprivate enum Inner {}\n",
    "Sources/Low/B/B.swift": "/// Made by an A.\nstruct B { let text = \"an A \\(1)\"\n    enum Inner {} }\n",
    "Sources/High/High.swift": "package import Low\nfunc high() {}\n",
    "Sources/Open/Open.swift": "public struct Open {}\n",
    "Tests/LowTests/LowTests.swift": "@testable import Low\n",
}
#: The short files of the good tree: all but one of its sources.
SHORT = {path: "made up" for path in GOOD if path.startswith("Sources/")}
GOOD["Sources/Open/Long.swift"] = "// One line.\n" * FEWEST_LINES
#: Changes to the good tree, each with a part of the sentence that it must cause.
BAD = [
    ({"Sources/Open/Long.swift": "// One line.\n" * (FEWEST_LINES - 1)}, "Long.swift: 24 lines"),
    ({"Sources/Open/Open.swift": "// One line.\n" * FEWEST_LINES}, "Open.swift: SHORT_FILES names it"),
    ({"Sources/Low/Low.swift": "import High\nstruct Low {}\n"}, "imports High, which Low does not declare"),
    ({"Sources/High/High.swift": "func high() {}\n"}, "High declares Low, and no file of it imports that"),
    ({"Package.swift": MANIFEST % ', dependencies: ["High"]'}, "depend on each other: High, Low"),
    ({"Sources/Low/B/B.swift": "struct B { let back: A? }\n"}, "circle: A, B"),
    ({"Sources/Low/B/B.swift": "struct B { let s = \"\"\"\n  //\\(A.self)\n  \"\"\" }\n"}, "circle: A, B"),
    ({"Sources/Low/A/A.swift": "struct A { let c: C, b: B }\n", "Sources/Low/C/C.swift": "struct C {}\n",
      "Sources/Low/B/B.swift": "struct B {}\nextension C { func away(_ a: A) {} }\n"}, "circle: A, B"),
    ({"Sources/Low/A/A.swift": "struct A { func f() { 1.doubled() } }\n",
      "Sources/Low/B/B.swift": "struct B { let a: A }\nextension Int { func doubled() {} }\n"}, "circle: A, B"),
    ({"Sources/Low/B/B.swift": "struct B { var top: Low? }\n"}, "circle: ./Low, A, B"),
    ({"Sources/Low/B/B.swift": "struct B { func f() { more() } }\nfunc more() {}\n",
      "Sources/Low/A/A.swift": "struct A { let b: B }\nextension B { func g(_ a: A) {} }\n"}, None),
    ({"Sources/High/High.swift": "public import Low\nfunc high() {}\n"}, "High is in no library product"),
    ({"Sources/High/High.swift": "import Low\n/// Not public.\nfunc high() { print(\"public\") }\n"}, None),
    ({"Tests/LowTests/LowTests.swift": "@testable import Low\n// " + "x" * 118 + "\n"}, ":2: 121 columns"),
    ({"Tests/LowTests/LowTests.swift": "@testable import Low\n// " + "é" * 117 + "\n"}, None),
    ({"Sources/High/High.swift": "import Low\nimport Kafka\nlet a = name == \"_TIMED_OUT\"\n"}, "_TIMED_OUT"),
    ({"Sources/High/High.swift": "import Low\nimport Kafka\nlet a = [\"MSG_SIZE_TOO_LARGE\"]\n"}, "MSG_SIZE_TOO"),
    ({"Sources/High/High.swift": "import Low\nimport Kafka\nlet a = \"_LEDGER\", b = \"UNKNOWN\"\n"}, None),
    ({"Sources/High/High.swift": "import Low\nlet a = \"HTTPS_PROXY\"\n"}, None),
    ({"Sources/High/High.swift": "import Low\nfunc f() { Task { g() } }\n"}, "High.swift: starts an unstructured"),
    ({"Sources/High/High.swift": "import Low\nfunc f() { Task.detached { g() } }\n"}, "unstructured task"),
    ({"Sources/High/High.swift": "import Low\nlet t = Task(priority: .low) { g() }\n"}, "unstructured task"),
    ({"Sources/High/High.swift": "import Low\n// Task {}\nlet i = Task.isCancelled, n = \"Task {\"\n"}, None),
]  # fmt: skip


def self_test():
    for changes, expected in [({}, None)] + BAD:
        with tempfile.TemporaryDirectory() as name:
            root = pathlib.Path(name)
            for path, text in (GOOD | changes).items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            added = {path: "made up" for path in changes if path.startswith("Sources/") and path not in GOOD}
            problems = check(root, SHORT | added)
        if expected is None:
            assert not problems, (changes, problems)
        else:
            assert any(expected in problem for problem in problems), (changes, expected, problems)
    print(f"self-test: {len(BAD) + 1} trees judged as expected")


def show(root):
    read = {
        target.name: sources(root / target.path)
        for target in targets((root / "Package.swift").read_text())
        if target.is_layered
    }
    counts = declarations(read.values())
    for name, files in read.items():
        for (start, end), names in sorted(uses(files, counts).items()):
            print(f"{name}: {start} -> {end}: {', '.join(sorted({name for _, name in names}))}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--self-test", action="store_true", help="check the rules on trees made up for it")
    parser.add_argument("--show", action="store_true", help="print which folder uses which")
    options = parser.parse_args()
    root = pathlib.Path(__file__).resolve().parents[2]
    if options.self_test:
        self_test()
    elif options.show:
        show(root)
    else:
        problems = check(root)
        for problem in problems:
            print(problem)
        if problems:
            sys.exit(f"layers: {len(problems)} violations")


if __name__ == "__main__":
    main()
