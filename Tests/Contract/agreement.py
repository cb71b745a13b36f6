#!/usr/bin/env python3
"""Holds the code and config/schemas to each other, in both directions, with thousands of messages of each kind.

usage: agreement.py CONTRACT_JUDGE [--count N] [--seed N]

Messages made from a schema, valid ones and ones that break one rule, are judged by two validators and by the code: all must
agree. Messages made by the code must be valid. What JSON Schema cannot say is listed in the schemas' comments and here; of each such
class the schema must accept what the code refuses, and nothing else may differ.
"""
import argparse
import base64
import collections
import itertools
import json
import os
import random
import subprocess
import sys
import zoneinfo

import jsonschema
import jsonschema_rs
from generator import Generator

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
JUDGE = None


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


def load(name):
    with open(os.path.join(ROOT, "config", "schemas", f"{name}.json"), encoding="utf-8") as file:
        return json.load(file)


class Schema:
    """A schema with two validators that share no code; the slower one is asked about every fourth message."""

    def __init__(self, name):
        self.document = load(name)
        jsonschema.Draft202012Validator.check_schema(self.document)
        self.quick = jsonschema_rs.Draft202012Validator(self.document)
        self.slow = jsonschema.Draft202012Validator(self.document)
        self.asked = 0

    def accepts(self, value):
        accepted = self.quick.is_valid(value)
        self.asked += 1
        if self.asked % 4 == 0:
            expect(self.slow.is_valid(value) == accepted, f"the validators differ about {value!r}")
        return accepted

    def problem(self, value):
        error = jsonschema.exceptions.best_match(self.slow.iter_errors(value))
        return f"{error.json_path}: {error.message[:300]}" if error else None


def lines_of(text):
    """Not `splitlines`, for which there are more ends of lines than one."""
    return text.removesuffix("\n").split("\n")


def judge(kind, lines):
    """The code's verdict of each line."""
    asked = subprocess.run([JUDGE, kind], input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=300)
    expect(asked.returncode == 0, f"{kind}: exit code {asked.returncode}: {asked.stderr}")
    verdicts = [json.loads(line) for line in lines_of(asked.stdout)]
    expect(len(verdicts) == len(lines), f"{len(verdicts)} verdicts of {len(lines)} {kind}")
    return verdicts


def made(kind, count, seed):
    done = subprocess.run([JUDGE, kind, str(count), str(seed)], capture_output=True, text=True, timeout=300)
    expect(done.returncode == 0, f"{kind}: exit code {done.returncode}: {done.stderr}")
    records = [json.loads(line) for line in lines_of(done.stdout)]
    expect(len(records) == count, f"{len(records)} of {count}")
    return records


def base64_text(data):
    return None if data is None else base64.b64encode(data).decode()


def from_base64(text):
    return None if text is None else base64.b64decode(text)


def generated(schema, count, rng, leave_out=()):
    """Valid, broken and wild values by turns, every rule of the schema in its turn."""
    generator = Generator(schema.document, rng)
    targets = itertools.cycle(target for target in generator.targets if target[1] not in leave_out)
    for index in range(count):
        turn = index % 10
        yield (generator.valid(), None) if turn < 4 else generator.broken(next(targets)) if turn < 8 else (generator.wild(), None)


def compare(name, schema, values, verdicts, differences):
    """Every verdict of the code is the schema's, but for the differences that are known."""
    counts, rules, known = collections.Counter(), collections.defaultdict(set), collections.Counter()
    for (value, target), verdict in zip(values, verdicts):
        accepted = schema.accepts(value)
        counts[accepted] += 1
        if target is not None and not accepted:
            rules[target].add(False)
        found = differences(value) if accepted else {}
        for kind in found.values():
            known[kind] += 1
        if found and (verdict["accepted"] or set(found) != set(verdict["fields"])):
            raise AssertionError(f"{name}: {found} in {json.dumps(value)[:2_000]}, but the code says {verdict}")
        if not found and verdict["accepted"] != accepted:
            raise AssertionError(f"{name}: {schema.problem(value) or 'the schema accepts'}, the code says {verdict}: "
                                 f"{json.dumps(value)[:2_000]} (made for {target})")
    targets = {target for _, target in values if target is not None}
    silent = [t for t in targets if t not in rules and t[1] != "x-maxBytes"]
    expect(not silent, f"{name}: no message broke {silent}")
    share = counts[True] / sum(counts.values())
    expect(0.3 < share < 0.7, f"{name}: {share:.0%} are valid, which tests one side only")
    print(f"passed  {sum(counts.values()):,} {name} from the schema: {counts[True]:,} accepted and {counts[False]:,} refused by schema "
          f"and code alike, {len(rules)} rules broken; known differences: {dict(known)}", flush=True)


# Commands.


def bounded_texts(node, value):
    """The fields with more bytes than x-maxBytes, though not more characters."""
    return [name for name, rule in node["properties"].items()
            if "x-maxBytes" in rule and isinstance(value.get(name), str)
            and len(value[name]) <= rule["x-maxBytes"] < len(value[name].encode())]


def tax_identifier(text):
    spaces = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200b)))
    return (text or "").strip(spaces).replace("\u0131", "I").replace("\u017f", "S").upper()


def command_differences(schema):
    def differences(value):
        found = {name: "more bytes than x-maxBytes" for name in bounded_texts(schema.document, value)}
        metadata = value.get("metadata") or {}
        gstin, pan = tax_identifier(metadata.get("gstin")), tax_identifier(metadata.get("pan"))
        if gstin and pan and gstin[2:12] != pan:
            found["metadata.pan"] = "a pan that is not the gstin's"
        return found
    return differences


def commands(count, rng):
    schema = Schema("command")
    values = [(v, t) for v, t in generated(schema, count, rng)]
    texts = [json.dumps(v, ensure_ascii=rng.random() < 0.5, indent=rng.choice([None, None, 1])) for v, _ in values]
    verdicts = judge("commands", [base64_text(t.encode()) for t in texts])
    compare("commands", schema, values, verdicts, command_differences(schema))


def closed_lists(_count, _rng):
    """Every country code and time zone that there could be, beyond those of the schema."""
    schema = Schema("command")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    values = [{"external_id": "a", "address_country": a + b} for a in letters for b in letters]
    zones = set(schema.document["$defs"]["timezone"]["enum"]) | zoneinfo.available_timezones() | {"Factory", "posixrules", "localtime", "UTC0", "Etc"}
    values += [{"external_id": "a", "tax_treatment": word} for word in ("", "taxable", "exempt", "Taxable", "none", "reverse_charge")]
    values += [{"external_id": "a", "timezone": zone} for zone in sorted(z for z in zones if z)]
    verdicts = judge("commands", [base64_text(json.dumps(v).encode()) for v in values])
    for value, verdict in zip(values, verdicts):
        expect(schema.accepts(value) == verdict["accepted"], f"{value}: {verdict}")
    accepted = sum(v["accepted"] for v in verdicts)
    print(f"passed  {len(values):,} country codes and time zones, {accepted} of them accepted by both", flush=True)


def nested(depth):
    return {"external_id": "a", "x": json.loads("[" * (depth - 1) + "]" * (depth - 1))}


def beyond_json_schema(_count, rng):
    """What a parsed value cannot show; the text is made by hand and the code names the reason."""
    schema = Schema("command")
    largest = schema.document["x-maxRecordBytes"]
    deepest = schema.document["x-maxDepth"]
    plain = b'{"external_id":"acct_%d"}'
    cases = collections.defaultdict(list)
    for n in range(100):
        a = plain % n
        name = rng.choice(["external_id", "name", "x", "metadata"])
        cases["a name that stands twice", "invalid_command"].append(
            b'{"external_id":"a","%s":%s,"%s":%s}' % ((name.encode(), b'{}' if name == "metadata" else b'"b"') * 2))
        cases["a name that stands twice, below", "invalid_command"].append(
            b'{"external_id":"a","metadata":{"k%d":"1","k%d":"1"}}' % (n, n))
        cases["too deep", "invalid_json"].append(json.dumps(nested(deepest + 1 + n)).encode())
        cases["too large", "payload_too_large"].append(a + b" " * (largest - len(a) + 1 + n))
        cases["half of a surrogate pair", "invalid_json"].append(
            b'{"external_id":"a\\u%s"}' % rng.choice([b"d800", b"dfff", b"DC00", b"dbffx"]))
        cases["a byte order mark", "invalid_json"].append(b"\xef\xbb\xbf" + a)
        cases["not UTF-8", "invalid_json"].append(b'{"external_id":"a%s"}' % rng.choice([b"\xff", b"\xc0\x80", b"\xed\xa0\x80"]))
        cases["an integer that is spelt otherwise", "invalid_command"].append(
            b'{"external_id":"a","tax_rate_overrides":[{"tax_rate_code":"t","priority":%s}]}'
            % rng.choice([b"1.0", b"1e0", b"10E-1", b"%d.0" % n]))
    for (what, code), texts in cases.items():
        for text, verdict in zip(texts, judge("commands", [base64_text(t) for t in texts])):
            expect(not verdict["accepted"] and verdict["code"] == code, f"{what}: {verdict} of {text[:200]}")
            with_parser = text.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")
            expect(schema.slow.is_valid(json.loads(with_parser)), f"{what}: the schema sees it after all: {text[:200]}")
    # At the bound itself the code takes them.
    kept = [plain % 1 + b" " * (largest - len(plain % 1)), json.dumps(nested(deepest)).encode()]
    expect(all(v["accepted"] for v in judge("commands", [base64_text(t) for t in kept])), "a bound is one too small")
    print(f"passed  {sum(map(len, cases.values()))} commands of the {len(cases)} classes that JSON Schema cannot see", flush=True)


# Results.


def same(schema_part, read, value):
    """Whether what the code read is what stands in the value, as far as the schema knows it."""
    if isinstance(value, dict) and isinstance(schema_part, dict) and "properties" in schema_part:
        # An empty array says as much as none.
        names = [n for n in schema_part["properties"] if value.get(n, []) != []]
        return set(read) == set(names) and all(read[n] == value[n] or isinstance(value[n], dict) for n in names)
    return read == value


def results_from_schema(count, rng):
    schema = Schema("result")
    values = [(v, t) for v, t in generated(schema, count, rng)]
    verdicts = judge("results", [base64_text(json.dumps(v).encode()) for v, _ in values])
    compare("results", schema, values, verdicts, lambda value: {})
    for (value, _), verdict in zip(values, verdicts):
        if verdict["accepted"]:
            expect(same(schema.document, verdict["result"], value), f"read {verdict['result']} of {value}")
            for part in ("error", "command"):
                inner = {"properties": schema.document["$defs"][part]["properties"]}
                expect(part not in value or same(inner, verdict["result"][part], value[part]), f"{part} of {value}")
    spelt = json.dumps(next(v for (v, _), d in zip(values, verdicts) if d["accepted"]) | {"attempts": 1.0}).encode()
    verdict, = judge("results", [base64_text(spelt)])
    expect(not verdict["accepted"] and schema.accepts(json.loads(spelt)), f"1.0 for an integer: {verdict}")


def header_object(schema, pairs):
    """Headers as the schemas show them: text, or base64 where bytes may be anything; the last of a name counts."""
    shown = {}
    for name, value in pairs:
        data = from_base64(value)
        rule = schema.document["properties"].get(name)
        try:
            is_opaque = rule is not None and "contentEncoding" in rule
            shown[name] = data if data is None else value if is_opaque else data.decode()
        except UnicodeDecodeError:
            expect(rule is None, f"{name} is not UTF-8")
            shown[name] = value
    return shown


def results_from_code(count, seed):
    schema, headers_schema = Schema("result"), Schema("result-headers")
    seen = collections.Counter()
    for record in made("make-results", count, seed):
        value = json.loads(from_base64(record["value"]))
        if not schema.accepts(value):
            raise AssertionError(f"{schema.problem(value)}: {str(value)[:1_000]}")
        headers = header_object(headers_schema, record["headers"])
        expect(len(headers) == len(record["headers"]), "a header stands twice")
        if not headers_schema.accepts(headers):
            raise AssertionError(f"{headers_schema.problem(headers)}: {headers}")
        key = from_base64(record["key"])
        added = "key-added" in headers.get("result-reduced", "")
        expected = value["command"]["id"] if added else value.get("external_id")
        expect((key.decode() if key is not None else None) == expected, "the key is not the external_id")
        expect(not added or "external_id" not in value, "a key was added beside the external_id")
        expect(value.get("customer", {}).get("truncated", False) == (
            "customer" in value and headers.get("result-reduced", "").startswith(("reduced", "minimal"))), "truncated is not said")
        usable = value.get("external_id", "") if 0 < len(value.get("external_id", "")) <= 255 else None
        usable = None if usable and "\0" in usable else usable
        expect(headers.get("ce_subject") == usable, "ce_subject is not the external_id, or that is not usable")
        seen.update(name for name in ("warnings", "unverified") if name in value)
        expect(headers["ce_causationid"] == value["command"]["id"], "ce_causationid is not the command's id")
        ending = {"created": "created", "failed": "create_failed"}[value["status"]]
        expect(headers["ce_type"] == f"flexprice.customer.{ending}.v1", headers["ce_type"])
        seen[value.get("outcome") or value["error"]["code"]] += 1
        seen.update(name for name in headers if name in headers_schema.document["properties"])
    enumerated = schema.document["properties"]["outcome"]["enum"] + schema.document["$defs"]["error"]["properties"]["code"]["enum"]
    missing = [n for n in ["warnings", "unverified"] + enumerated + list(headers_schema.document["properties"]) if not seen[n]]
    expect(not missing, f"never seen: {missing}")
    print(f"passed  {count:,} results made by the code are valid, value and headers, every outcome, code and header among them", flush=True)


# Dead letters.


def letter_differences(value):
    found = {}
    for name, largest in (("__dlq.errors.partition", 2**31 - 1), ("__dlq.errors.offset", 2**63 - 1)):
        if int(value[name]) > largest:
            found[name] = "a number beyond its type"
    if len(value["__dlq.errors.message"]) <= 1_024 < len(value["__dlq.errors.message"].encode()):
        found["__dlq.errors.message"] = "more bytes than x-maxBytes"
    # The code names the first header only, in the order in which it reads them.
    return dict(list(found.items())[:1])


def letters_from_schema(count, rng):
    schema = Schema("dead-letter-headers")
    names = set(schema.document["properties"])
    # A header is bytes or null and never another kind of JSON value, so no message can break a type.
    values = [({k: v if v is None or isinstance(v, str) else str(v) for k, v in value.items()}, target)
              for value, target in generated(schema, count + count // 50, rng, leave_out=("type",)) if isinstance(value, dict)]
    del values[count:]
    lines = []
    for value, _ in values:
        pairs = [[k, base64_text(None if v is None else v.encode())] for k, v in value.items()]
        # An earlier one of the same name, which does not count.
        if rng.random() < 0.2:
            pairs.insert(0, [rng.choice(sorted(names & set(value)) or ["x"]), base64_text(b"\xff")])
        lines.append(json.dumps(pairs))
    verdicts = judge("dead-letters", lines)
    compare("dead letters", schema, values, verdicts, letter_differences)
    for (value, _), verdict in zip(values, verdicts):
        expect(not verdict["accepted"] or verdict["notice"] == {k: v for k, v in value.items() if k in names}, f"{verdict} of {value}")


def letters_beyond_json_schema(_count, rng):
    """Numbers beyond their types, and bytes that are not UTF-8."""
    schema = Schema("dead-letter-headers")
    generator = Generator(schema.document, rng)
    lines, named = [], []
    while len(lines) < 300:
        value = generator.valid()
        if not schema.accepts(value) or letter_differences(value):
            continue
        name, data = rng.choice([
            ("__dlq.errors.partition", b"%d" % rng.randrange(2**31, 10**10)),
            ("__dlq.errors.offset", b"%d" % rng.randrange(2**63, 10**19)),
            (rng.choice(sorted(schema.document["properties"].keys() & value)), rng.choice([b"\xff", b"1\xc0\x80"])),
        ])
        number = not data.endswith((b"\xff", b"\x80"))
        expect(not number or schema.accepts(value | {name: data.decode()}), f"the schema sees {name} {data} after all")
        pairs = [[k, base64_text(data if k == name else None if v is None else v.encode())] for k, v in value.items()]
        lines.append(json.dumps(pairs))
        named.append(name)
    for name, verdict in zip(named, judge("dead-letters", lines)):
        expect(not verdict["accepted"] and verdict["fields"] == [name], f"{name}: {verdict}")
    print(f"passed  {len(lines)} dead letters of the classes that JSON Schema cannot see", flush=True)


def letters_from_code(count, seed):
    schema = Schema("dead-letter-headers")
    seen = collections.Counter()
    records = made("make-dead-letters", count, seed)
    for record in records:
        headers = header_object(schema, record["headers"])
        if not schema.accepts(headers):
            raise AssertionError(f"{schema.problem(headers)}: {headers}")
        seen[headers["dlq-error-code"]] += 1
        seen.update(name for name in headers if name in schema.document["properties"])
        ours = [n for n, _ in record["headers"] if n in schema.document["properties"]]
        expect(len(ours) == len(set(ours)), "a header of ours stands twice")
    verdicts = judge("dead-letters", [json.dumps(r["headers"]) for r in records])
    expect(all(v["accepted"] for v in verdicts), "the code cannot read what it wrote")
    missing = [c for c in schema.document["properties"]["dlq-error-code"]["enum"] + list(schema.document["properties"]) if not seen[c]]
    expect(not missing, f"never seen: {missing}")
    print(f"passed  {count:,} dead letters made by the code are valid, every code and header among them", flush=True)


def main():
    global JUDGE
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("judge")
    arguments.add_argument("--count", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = arguments.parse_args()
    JUDGE = os.path.abspath(options.judge)
    print(f"seed {options.seed}", flush=True)
    rng = random.Random(options.seed)
    steps = [
        lambda: commands(options.count, rng), lambda: closed_lists(options.count, rng),
        lambda: beyond_json_schema(options.count, rng), lambda: results_from_schema(options.count, rng),
        lambda: results_from_code(options.count, options.seed), lambda: letters_from_schema(options.count, rng),
        lambda: letters_beyond_json_schema(options.count, rng), lambda: letters_from_code(options.count, options.seed),
    ]
    failed = 0
    for step in steps:
        try:
            step()
        except AssertionError as error:
            failed += 1
            print(f"FAILED  {error}", flush=True)
    print(f"{len(steps) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
