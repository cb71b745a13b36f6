#!/usr/bin/env python3
"""Shows that no record which a topic refuses stops the others: each command ends with a result, and ordinary ones within 15 s.

usage: refused_records.py PROGRAM [CHECK ...]

The topics have the limits that clusters have by default, or smaller ones; commands are as large as limits.max_command_bytes allows. Of
what is refused the best reduced form must come out, its headers and customer_worker_reduced_total must say so, and nothing twice.
"""
import contextlib
import json
import os
import sys
import tempfile
import time

import harness
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic
from harness import expect

PARTITIONS, PLAIN, WITHIN = 2, 10, 15
LARGE = {"max.message.bytes": "9000000"}


@contextlib.contextmanager
def worker(guarantee, results=None, letters=None, replies=None):
    """A worker on topics with these settings: an environment, the brokers, and the port of its admin endpoint."""
    with harness.broker() as brokers, tempfile.TemporaryDirectory() as folder:
        port = harness.free_port()
        env = harness.environment(
            brokers, folder, FLEXPRICE_DELIVERY_GUARANTEE=guarantee, FLEXPRICE_LIMITS_MAX_COMMAND_BYTES="4MiB",
            FLEXPRICE_KAFKA_REPLY_TOPICS_ALLOWED="replies.*", FLEXPRICE_ADMIN_LISTEN=f"127.0.0.1:{port}",
        )
        topics = [NewTopic("customer_commands", PARTITIONS, 1, config=LARGE), NewTopic("customer_results", PARTITIONS, 1, config=results or {}),
                  NewTopic("customer_commands_dlq", PARTITIONS, 1, config=letters or {})]
        topics += [NewTopic(name, 1, 1, config=settings) for name, settings in (replies or {}).items()]
        admin = AdminClient({"bootstrap.servers": brokers})
        for made in admin.create_topics(topics).values():
            made.result(timeout=20)
        with harness.process([harness.PROGRAM, "run"], env=env, stderr=open(os.path.join(folder, "log"), "wb")) as running:
            harness.wait_until(lambda: harness.is_ready(port), 40, "the worker is not ready")
            yield brokers, port
            running.terminate()
            harness.wait_for_exit(running, 0)


def send(brokers, commands):
    """Commands as (value, key, headers)."""
    producer = Producer({"bootstrap.servers": brokers, "message.max.bytes": 9_000_000})
    for value, key, headers in commands:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        producer.produce("customer_commands", body, key=key, headers=headers)
    expect(producer.flush(60) == 0, "the commands could not be sent")


def plain(prefix):
    return [({"external_id": f"{prefix}_{n}", "name": "Acme"}, f"{prefix}_{n}", []) for n in range(PLAIN)]


def results(brokers, count, topics=("customer_results",)):
    """Every result by its external_id, once; where a command had none, by its position."""
    found = {}
    records = []
    for topic in topics:
        # All have come when one topic holds them; of several, each is read until nothing comes any more.
        records += harness.read_all(brokers, topic, count if len(topics) == 1 else 0, quiet=2)
    for record in records:
        value = json.loads(record.value())
        name = value.get("external_id") or "{topic}/{partition}/{offset}".format(**value["command"])
        expect(name not in found, f"two results of {name}")
        found[name] = (record, value, dict(record.headers()))
    expect(len(found) == count, f"{len(found)} results of {count}: {sorted(found)}")
    return found


def served(brokers, prefix, began):
    """The ordinary commands that came behind the others are all created, in time."""
    names = {f"{prefix}_{n}" for n in range(PLAIN)}
    while True:
        seen = {json.loads(r.value()).get("external_id") for r in harness.read_all(brokers, "customer_results", 0, quiet=0.5)}
        took = time.monotonic() - began
        if names <= seen:
            return took
        expect(took < WITHIN, f"{sorted(names - seen)} have no result after {took:.1f} s")


def reduced(port):
    """customer_worker_reduced_total by kind, without zeros."""
    counts = {}
    for line in harness.get(port, "/metrics")[1].splitlines():
        if line.startswith("customer_worker_reduced_total{"):
            counts[line.split('kind="')[1].split('"')[0]] = int(float(line.split()[-1]))
    return {kind: count for kind, count in counts.items() if count}


def wait_for_commits(brokers):
    """Transaction markers take offsets of their own in other topics; in that of the commands the ends are reached."""
    wanted = harness.ends(brokers, PARTITIONS)
    harness.wait_until(
        lambda: all(wanted[p] == 0 or offset == wanted[p] for p, offset in harness.committed(brokers, PARTITIONS).items()) or
        f"{harness.committed(brokers, PARTITIONS)} of {wanted}", 15, "not everything is committed")


def large_records(guarantee):
    big = "x" * 1_500_000
    heavy = [(f"h{n}", b"y" * 110_000) for n in range(10)]
    commands = [
        ({"external_id": "large", "name": "Large", "metadata": {"blob": big}}, "large", []),
        ({"external_id": "large_invalid", "address_country": "Germany", "metadata": {"blob": big}}, "large_invalid", []),
        ({"external_id": "heavy", "name": "Heavy", "address_country": "Germany"}, "heavy", heavy),
        ({"external_id": "heavy_and_large", "address_country": "Germany", "metadata": {"blob": big}}, "heavy_and_large", heavy + [("h", b"z" * 900_000)]),
        ({"external_id": "nearly", "name": "Nearly", "metadata": {"blob": "x" * 1_048_000}}, "nearly", []),
        ({"external_id": "key", "address_country": "Germany"}, "k" * 1_100_000, []),
    ]
    with worker(guarantee) as (brokers, port):
        began = time.monotonic()
        send(brokers, commands + plain("plain"))
        took = served(brokers, "plain", began)
        found = results(brokers, len(commands) + PLAIN)
        for name in ("large", "nearly"):
            record, value, headers = found[name]
            expect(value["status"] == "created" and value["customer"]["truncated"] is True, f"{str(value)[:500]}")
            expect(set(value["customer"]) <= {"id", "external_id", "name", "status", "truncated"}, f"{set(value['customer'])}")
            expect(value["customer"]["external_id"] == name and headers["result-reduced"] == b"reduced", f"{headers}")
        for name in ("large_invalid", "heavy", "heavy_and_large", "key"):
            expect(found[name][1]["error"]["code"] == "invalid_command", f"{str(found[name][1])[:500]}")
            expect("dead-letter-refused" not in found[name][2], f"{found[name][2]}")
        letters = {}
        for record in harness.read_all(brokers, "customer_commands_dlq", 4, quiet=1):
            headers = dict(record.headers())
            offset = (int(headers["__dlq.errors.partition"]), int(headers["__dlq.errors.offset"]))
            name = next(n for n, (_, v, _) in found.items() if (v["command"]["partition"], v["command"]["offset"]) == offset)
            expect(name not in letters, f"two dead letters of {name}")
            letters[name] = (record, headers)
        expect(set(letters) == {"large_invalid", "heavy", "heavy_and_large", "key"}, f"{sorted(letters)}")
        record, headers = letters["large_invalid"]
        expect(record.value() is None and int(headers["dlq-value-dropped-bytes"]) > 1_500_000, f"{headers}")
        record, headers = letters["heavy"]
        expect(json.loads(record.value())["external_id"] == "heavy" and headers["dlq-headers-dropped"] == b"10", f"{headers}")
        expect(record.key() == b"heavy" and "h0" not in headers, f"{list(headers)}")
        record, headers = letters["heavy_and_large"]
        expect(record.value() is None and headers["dlq-headers-dropped"] == b"11", f"{headers}")
        record, headers = letters["key"]
        expect(json.loads(record.value())["external_id"] == "key", f"{record.value()[:200]}")
        expect(len(record.key()) == 1_024 and headers["dlq-key-cut-bytes"] == b"1100000", f"{headers}")
        wait_for_commits(brokers)
        expect(reduced(port) == {"result_customer": 2, "letter_value": 2, "letter_headers": 2, "letter_key": 1}, f"{reduced(port)}")
        print(f"        {guarantee}: ordinary commands served within {took:.1f} s; reduced {reduced(port)}", flush=True)


def records_larger_than_their_topics():
    """a valid command of 1.5 MB, ten big headers, a big key, a result of nearly 1 MiB: all end with a result, exactly once"""
    large_records("exactly_once")


def records_larger_than_their_topics_at_least_once():
    """the same with at_least_once, and nothing is sent twice"""
    large_records("at_least_once")


def reply_topics_with_other_limits():
    """a reply topic with a small limit gets a reduced result, or the results topic gets it; one that is gone stops nobody"""
    with worker("exactly_once", replies={"replies.small": {"max.message.bytes": "3000"}, "replies.tiny": {"max.message.bytes": "300"},
                                         "replies.usual": {}}) as (brokers, port):
        began = time.monotonic()
        commands = []
        for name in ("small", "tiny", "usual", "missing"):
            body = {"external_id": name, "name": name, "metadata": {"blob": "x" * 5_000}}
            commands.append((body, name, [("replyTo", f"replies.{name}".encode()), ("correlationId", name.encode())]))
        send(brokers, commands + plain("plain"))
        took = served(brokers, "plain", began)
        found = results(brokers, PLAIN + 4, ("customer_results", "replies.small", "replies.tiny", "replies.usual"))
        where = {name: found[name][0].topic() for name in ("small", "tiny", "usual", "missing")}
        expect(where == {"small": "replies.small", "tiny": "customer_results", "usual": "replies.usual", "missing": "customer_results"}, f"{where}")
        expect(found["small"][1]["customer"]["truncated"] is True, f"{found['small'][1]}")
        expect(found["small"][2]["correlationId"] == b"small", f"{found['small'][2]}")
        for name, reason in (("tiny", b"replies.tiny: MSG_SIZE_TOO_LARGE"), ("missing", b"replies.missing: no such topic or partition")):
            expect(found[name][2]["reply-topic-refused"] == reason, f"{found[name][2]}")
            expect("truncated" not in found[name][1]["customer"], f"{name} is reduced in the results topic")
        for name in ("usual",):
            expect("result-reduced" not in found[name][2] and "reply-topic-refused" not in found[name][2], f"{found[name][2]}")
        wait_for_commits(brokers)
        print(f"        ordinary commands served within {took:.1f} s; reduced {reduced(port)}", flush=True)


def limits_that_change_meanwhile(guarantee="exactly_once"):
    """limits that are lowered while the worker runs are found out by the first refusal, and hold nobody up"""
    with worker(guarantee) as (brokers, port):
        send(brokers, plain("before"))
        served(brokers, "before", time.monotonic())
        admin = AdminClient({"bootstrap.servers": brokers, "log_level": 0})
        for topic in ("customer_results", "customer_commands_dlq"):
            resource = ConfigResource("topic", topic, set_config={"max.message.bytes": "4000"})
            for done in admin.alter_configs([resource]).values():
                done.result(timeout=10)
        began = time.monotonic()
        commands = []
        for n in range(20):
            commands.append(({"external_id": f"wide_{n}", "name": "Wide", "metadata": {"blob": "x" * 10_000}}, f"wide_{n}", []))
            commands.append(({"external_id": f"bad_{n}", "address_country": "Germany", "metadata": {"blob": "x" * 10_000}}, f"bad_{n}", []))
        send(brokers, commands + plain("plain"))
        took = served(brokers, "plain", began)
        found = results(brokers, 2 * PLAIN + 40)
        expect(all(found[f"wide_{n}"][1]["customer"]["truncated"] for n in range(20)), "a wide customer is not reduced")
        letters = harness.read_all(brokers, "customer_commands_dlq", 20, quiet=1)
        expect(len(letters) == 20 and all(record.value() is None for record in letters), f"{len(letters)} dead letters")
        wait_for_commits(brokers)
        print(f"        {guarantee}: ordinary commands served within {took:.1f} s; reduced {reduced(port)}", flush=True)


def limits_that_change_meanwhile_at_least_once():
    """the same with at_least_once"""
    limits_that_change_meanwhile("at_least_once")


def compacted_topics():
    """topics that are compacted, and so refuse records without a key, get keys"""
    compact = {"cleanup.policy": "compact"}
    with worker("exactly_once", results=compact, letters=compact) as (brokers, port):
        began = time.monotonic()
        commands = [(b"no json %d" % n, None, []) for n in range(30)]
        send(brokers, commands + plain("plain"))
        took = served(brokers, "plain", began)
        found = results(brokers, PLAIN + 30)
        without = [headers for _, value, headers in found.values() if "external_id" not in value]
        expect(len(without) == 30 and all(h["result-reduced"] == b"key-added" for h in without), f"{without[:3]}")
        letters = harness.read_all(brokers, "customer_commands_dlq", 30, quiet=1)
        expect(len({record.key() for record in letters}) == 30, f"{len(letters)} dead letters")
        expect(all(dict(record.headers())["dlq-key-added"] == b"true" for record in letters), "a key is not said to be added")
        wait_for_commits(brokers)
        print(f"        ordinary commands served within {took:.1f} s; reduced {reduced(port)}", flush=True)


def main():
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    checks = [
        records_larger_than_their_topics, records_larger_than_their_topics_at_least_once, reply_topics_with_other_limits,
        limits_that_change_meanwhile, limits_that_change_meanwhile_at_least_once, compacted_topics,
    ]
    return harness.report(harness.chosen(checks, sys.argv[2:]), limit=180)


if __name__ == "__main__":
    sys.exit(main())
