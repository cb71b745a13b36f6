#!/usr/bin/env python3
"""Shows that dead letters are seen as they are, and go back exactly once, whatever happens meanwhile.

usage: dead_letters.py PROGRAM [--only WORD] [--kills K] [--count N] [--seed S]

Everything is seen from outside: the built program, a noida-db broker, and readers of committed records that are not ours.
"""
import argparse
import contextlib
import fcntl
import http.server
import json
import os
import pty
import random
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import traceback

import harness
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from harness import expect, read_all, run

PARTITIONS = 6
DLQ = "customer_commands_dlq"
FROM = "dlq-redriven-from"
CODES = [
    "invalid_json", "schema_framed_payload", "payload_too_large", "invalid_command", "idempotency_conflict", "already_exists",
    "rejected", "retries_exhausted",
]
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def own(code, partition, offset, laps=0):
    at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    return [
        ("ce_id", b"n"), ("__dlq.errors.topic", b"customer_commands"), ("__dlq.errors.partition", str(partition).encode()),
        ("__dlq.errors.offset", str(offset).encode()), ("__dlq.errors.group", b"customer_worker"),
        ("__dlq.errors.delivery.count", b"1"), ("__dlq.errors.message", b"why it failed"), ("dlq-error-code", code.encode()),
        ("dlq-error-retryable", b"true" if code == "retries_exhausted" else b"false"), ("dlq-first-failed-at", at.encode()),
        ("dlq-last-failed-at", at.encode()), ("dlq-redrive-count", str(laps).encode()), ("dlq-command-id", b"n"),
    ]


def spring(topic, partition, offset):
    return [
        ("kafka_dlt-exception-fqcn", b"org.springframework.kafka.listener.ListenerExecutionFailedException"),
        ("kafka_dlt-exception-cause-fqcn", b"java.lang.IllegalStateException"), ("kafka_dlt-exception-message", b"Listener failed"),
        ("kafka_dlt-exception-stacktrace", b"at\n"), ("kafka_dlt-original-topic", topic),
        ("kafka_dlt-original-partition", struct.pack(">i", partition)), ("kafka_dlt-original-offset", struct.pack(">q", offset)),
        ("kafka_dlt-original-timestamp", struct.pack(">q", 1764064800000)), ("kafka_dlt-original-timestamp-type", b"CREATE_TIME"),
        ("kafka_dlt-original-consumer-group", b"orders"),
    ]


def connect(topic, partition, offset):
    prefix = "__connect.errors."
    return [
        (prefix + "topic", topic), (prefix + "partition", str(partition).encode()), (prefix + "offset", str(offset).encode()),
        (prefix + "connector.name", b"sink"), (prefix + "task.id", b"0"), (prefix + "stage", b"VALUE_CONVERTER"),
        (prefix + "exception.class.name", b"org.apache.kafka.connect.errors.DataException"),
        (prefix + "exception.message", b"Converting byte[] failed"),
    ]


def streams(topic, partition, offset):
    prefix = "__streams.errors."
    return [
        (prefix + "exception", b"java.lang.RuntimeException: boom"), (prefix + "message", b"boom"), (prefix + "stacktrace", b"at\n"),
        (prefix + "topic", topic), (prefix + "partition", str(partition).encode()), (prefix + "offset", str(offset).encode()),
    ]


def karafka(topic, partition, offset):
    return [
        ("source_topic", topic), ("source_partition", str(partition).encode()), ("source_offset", str(offset).encode()),
        ("source_consumer_group", b"app"), ("source_attempts", b"3"),
    ]


def smallrye(topic, partition, offset):
    return [
        ("dead-letter-exception-class-name", b"java.lang.RuntimeException"), ("dead-letter-reason", b"Something went wrong"),
        ("dead-letter-topic", topic), ("dead-letter-partition", str(partition).encode()), ("dead-letter-offset", str(offset).encode()),
    ]


def watermill(topic, partition, offset):
    return [
        ("reason_poisoned", b"dial tcp: connection refused"), ("topic_poisoned", topic), ("handler_poisoned", b"events"),
        ("subscriber_poisoned", b"kafka.Subscriber"), ("_watermill_message_uuid", b"6f0c"),
    ]


FOREIGN = {f.__name__: f for f in [spring, connect, streams, karafka, smallrye, watermill]}
OTHER = {"karafka", "smallrye", "watermill"}
VALUES = {
    "invalid_json": b"{", "schema_framed_payload": b"\x00\x00\x00\x00\x07\x02", "payload_too_large": b'{"x":"' + b"y" * 1_100 + b'"}',
}


def letters(count):
    """`count` dead letters: every code and every dialect in turn. Yields kind, partition, key, value, headers."""
    kinds = CODES + list(FOREIGN)
    for index in range(count):
        kind, partition = kinds[index % len(kinds)], index % PARTITIONS
        key = f"acct_{index}".encode()
        value = VALUES.get(kind, b'{"external_id":"acct_%d","name":"Customer","address_country":"India"}' % index)
        if kind in FOREIGN:
            topic = b"other_commands" if kind in OTHER else b"customer_commands"
            headers = FOREIGN[kind](topic, partition, index)
            if kind == "karafka":
                headers, key = headers + [("source_key", key)], str(partition).encode()
        else:
            headers = own(kind, partition, index)
        yield kind, partition, key, value, headers


def produce(brokers, topic, records):
    """Sends (partition, key, value, headers), and returns where each stands."""
    producer = Producer({"bootstrap.servers": brokers, "linger.ms": 5})
    places = [None] * len(records)

    def placed(index):
        def report(error, message):
            expect(error is None, f"{error}")
            places[index] = (message.partition(), message.offset())
        return report

    for index, (partition, key, value, headers) in enumerate(records):
        producer.produce(topic, value, key=key, partition=partition, headers=headers, on_delivery=placed(index))
        producer.poll(0)
    expect(producer.flush(60) == 0, "the records could not be sent")
    return places


def watermarks(brokers, topics):
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "watermarks"})
    try:
        return {(t, p): consumer.get_watermark_offsets(TopicPartition(t, p), 10) for t in topics for p in range(PARTITIONS)}
    finally:
        consumer.close()


def group_offsets(brokers, group):
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": group})
    try:
        return [p.offset for p in consumer.committed([TopicPartition(DLQ, p) for p in range(PARTITIONS)], timeout=10)]
    finally:
        consumer.close()


def header(record, name):
    found = [value for key, value in record.headers() or [] if key == name]
    return found[-1].decode() if found else None


@contextlib.contextmanager
def cluster(**more):
    with harness.broker() as brokers, tempfile.TemporaryDirectory() as folder:
        env = harness.environment(brokers, folder, **more)
        harness.create_topics(env, PARTITIONS)
        admin = AdminClient({"bootstrap.servers": brokers})
        for future in admin.create_topics([NewTopic("other_commands", PARTITIONS, 1)]).values():
            future.result(30)
        yield brokers, folder, env


def redrive(env, *words, code=0, timeout=90):
    ended = run(["dlq", "redrive", "--yes", *words], env, timeout=timeout)
    expect(ended.returncode == code, f"{words}: exit code {ended.returncode}, expected {code}: {ended.stderr}")
    return ended


def seen_in_terminal(arguments, env, columns, rows):
    """The lines that a command prints on a terminal of that size."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    with harness.process([harness.PROGRAM, *arguments], env=env, stdout=follower, stderr=subprocess.DEVNULL):
        os.close(follower)
        shown = b""
        with contextlib.suppress(OSError):
            while part := os.read(leader, 65_536):
                shown += part
    os.close(leader)
    return shown.decode().splitlines()


def audit(folder):
    with open(os.path.join(folder, "audit.jsonl")) as file:
        return [json.loads(line) for line in file]


@check
def ten_thousand_letters_are_listed_and_dry_run_and_nothing_is_changed(options):
    with cluster() as (brokers, folder, env):
        made = list(letters(options.count))
        produce(brokers, DLQ, [letter[1:] for letter in made])
        topics = [DLQ, "customer_commands", "customer_results", "other_commands"]
        before = watermarks(brokers, topics)
        began = time.monotonic()
        listed = run(["dlq", "list", "--json"], env)
        took = time.monotonic() - began
        expect(listed.returncode == 0, listed.stderr)
        report = json.loads(listed.stdout)
        expect((report["count"], report["waiting"], report["redriven"]) == (options.count, options.count, 0), f"{report}")
        seen = {}
        for group in report["groups"]:
            name = group["code"] if group["dialect"] == "customer-worker" else group["dialect"]
            seen[name] = seen.get(name, 0) + group["count"]
            topic = "other_commands" if name in OTHER else "customer_commands"
            expect(group["source_topic"] == topic, f"{group}")
        expected = {}
        for kind, *_ in made:
            expected[kind] = expected.get(kind, 0) + 1
        expect(seen == expected, f"{seen}, expected {expected}")
        dry = run(["dlq", "redrive", "--dry-run", "--json"], env)
        expect(dry.returncode == 0, dry.stderr)
        plan = json.loads(dry.stdout)
        others = sum(n for kind, n in expected.items() if kind in OTHER)
        # What would fail again is found by the rules themselves (the three kinds of bad values, and India for IN), and stays.
        bad = {"invalid_json": expected["invalid_json"], "schema_framed_payload": expected["schema_framed_payload"]}
        bad["invalid_command"] = options.count - others - sum(bad.values())
        expect((plan["matched"], plan["sendable"], plan["targets"]) == (options.count, others, {"other_commands": others}), f"{plan}")
        expect(plan["would_fail_again"] == bad and plan["left"] == {"would_fail_again": sum(bad.values())}, f"{plan}")
        expect("address_country" in plan["would_fail_examples"]["invalid_command"]["message"], f"{plan}")
        # The list says the same of each of its groups.
        told = [sum(group["would_send"] for group in report["groups"]), sum(sum(g["would_leave"].values()) for g in report["groups"])]
        expect(told == [others, sum(bad.values())], f"{told}")
        forced = json.loads(run(["dlq", "redrive", "--dry-run", "--json", "--force"], env).stdout)
        expect(forced["sendable"] == options.count and forced["left"] == {} and forced["would_fail_again"] == bad, f"{forced}")
        expect(forced["targets"] == {"customer_commands": options.count - others, "other_commands": others}, f"{forced}")
        seen = run(["dlq", "list", "--code", "rejected"], env).stdout
        for words in ["WHY", "why it failed", "REDRIVE", "stays: would fail again (invalid_command)"]:
            expect(words in seen, f"no {words!r} in {seen}")
        # By the rules of the worker that reads the topic.
        for setting, value, code, wanted in [
            ("VALIDATION_MODE", "envelope", "rejected", {}),
            ("LIMITS_MAX_COMMAND_BYTES", "1KiB", "payload_too_large", {"payload_too_large": expected["payload_too_large"]}),
        ]:
            other = run(["dlq", "redrive", "--dry-run", "--json", "--code", code], {**env, f"FLEXPRICE_{setting}": value})
            expect(json.loads(other.stdout)["would_fail_again"] == wanted, f"{setting}: {other}")
        for code, words, text in [
            (64, ["--set", "adress_country=IN"], "did you mean address_country?"), (64, ["--set", "colour=red"], "expected one of address_city"),
            (0, ["--set", "colour=red", "--allow-unknown-fields"], ""), (0, ["--set", "metadata.colour=red"], ""),
        ]:
            edited = run(["dlq", "redrive", "--dry-run", "--limit", "5", *words], env)
            expect(edited.returncode == code and text in edited.stderr, f"{words}: {edited}")
        one = run(["dlq", "list", "--json", "--code", "rejected", "--partition", "2"], env)
        wanted = sum(kind == "rejected" and partition == 2 for kind, partition, *_ in made)
        expect(json.loads(one.stdout)["count"] == wanted, one.stdout)
        exported = run(["dlq", "export", "--external-id", "acct_11"], env)
        line = json.loads(exported.stdout)
        expect(line["key"] == "acct_11" and line["value"]["external_id"] == "acct_11", exported.stdout)
        refused = run(["dlq", "redrive"], env)
        expect(refused.returncode == 64 and "--yes" in refused.stderr, f"{refused.returncode}: {refused.stderr}")
        nothing = run(["dlq", "redrive", "--code", "no_such_code", "--yes"], env)
        expect(nothing.returncode == 3, f"{nothing.returncode}: {nothing.stderr}")
        expect(watermarks(brokers, topics) == before, "a topic has changed")
        groups = {group_offsets(brokers, f"customer-worker.redrive.{DLQ}.{name}").count(-1001) for name in ["job", "sent.0"]}
        expect(groups == {PARTITIONS}, "offsets were committed")
        expect(not os.path.exists(os.path.join(folder, "audit.jsonl")), "something was audited")
        print(f"        {options.count} letters of {len(expected)} kinds listed in {took:.1f} s")


@check
def letters_that_retention_is_about_to_delete_are_warned_of(options):
    with cluster() as (brokers, folder, env):
        admin = AdminClient({"bootstrap.servers": brokers})
        admin.create_topics([NewTopic("old_dlq", 1, 1, config={"retention.ms": "3600000"})])["old_dlq"].result(30)
        producer = Producer({"bootstrap.servers": brokers})
        for minutes, near in [(40, False), (55, True)]:
            producer.produce("old_dlq", b"{}", headers=own("rejected", 0, 1), timestamp=int(time.time() * 1_000) - minutes * 60_000)
            expect(producer.flush(30) == 0, "the letter could not be sent")
            listed = run(["dlq", "list", "--topic", "old_dlq", "--json"], env)
            expect(json.loads(listed.stdout)["retention_is_near"] == near, listed.stdout)
            expect(("retention.ms" in listed.stderr) == near, listed.stderr)
        redrive(env, "--topic", "old_dlq", "--rate", "0", "--force")
        after = run(["dlq", "list", "--topic", "old_dlq", "--state", "all", "--json"], env)
        expect("retention_is_near" not in json.loads(after.stdout), "what was sent back is not at risk")


@check
def killed_at_random_each_selected_letter_goes_back_exactly_once(options):
    chance = random.Random(options.seed)
    with cluster() as (brokers, folder, env):
        made = list(letters(options.count // 2))
        places = produce(brokers, DLQ, [letter[1:] for letter in made])
        chosen = ["invalid_command", "rejected", "already_exists", "retries_exhausted"]
        words = [word for code in chosen for word in ("--code", code)]
        wanted = {f"{DLQ}/{p}/{o}": letter for letter, (p, o) in zip(made, places) if letter[0] in chosen}
        # So slow that twenty kills come before the end; a job may be resumed at another rate.
        words.append("--force")
        command = [harness.PROGRAM, "dlq", "redrive", "--yes", *words, "--rate", "40"]
        sent = lambda: sum(high for _, high in watermarks(brokers, ["customer_commands"]).values())
        killed_at = [0]
        for number in range(options.kills):
            with harness.process(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as job:
                if number % 3 == 0:
                    # Anywhere, so also while it looks, plans and takes the topic.
                    time.sleep(chance.uniform(0.05, 2.0))
                else:
                    deadline = time.monotonic() + 20
                    while sent() == killed_at[-1] and time.monotonic() < deadline:
                        time.sleep(0.02)
                    time.sleep(chance.uniform(0.0, 0.5))
                job.send_signal(signal.SIGKILL)
                job.wait()
            killed_at.append(sent())
            if number == options.kills // 4:
                other = run(["dlq", "redrive", "--yes", "--code", "invalid_json"], env)
                expect(other.returncode == 1 and "abandoned" in other.stderr, f"{other.returncode}: {other.stderr}")
        at_work = sum(before < after for before, after in zip(killed_at, killed_at[1:]))
        expect(at_work >= options.kills // 3, f"only {at_work} kills met a redrive at work: {killed_at}")
        redrive(env, *words, "--rate", "0")
        records = read_all(brokers, "customer_commands", len(wanted))
        origins = [header(record, FROM) for record in records]
        doubled = {origin for origin in origins if origins.count(origin) > 1} if len(set(origins)) < len(origins) else set()
        expect(not doubled, f"{len(doubled)} went back more than once: {sorted(doubled)[:5]}")
        expect(set(origins) == set(wanted), f"{len(set(origins))} went back, expected {len(wanted)}")
        for record in records:
            _, partition, key, value, _ = wanted[header(record, FROM)]
            expect((record.partition(), record.key(), record.value()) == (partition, key, value), "a record was changed")
            expect(header(record, "dlq-redrive-count") == "1", f"{record.headers()}")
        again = run(["dlq", "redrive", "--yes", *words], env)
        expect(again.returncode == 3, f"once more: exit code {again.returncode}: {again.stderr}")
        report = json.loads(run(["dlq", "list", "--state", "all", "--json"], env).stdout)
        expect((report["redriven"], report["waiting"]) == (len(wanted), len(made) - len(wanted)), f"{report}")
        ended = [entry for entry in audit(folder) if entry["action"] == "redrive.ended"]
        expect(ended[-1]["moved"] + ended[-1]["moved_before"] == len(wanted), f"{ended}")
        print(f"        {len(wanted)} of {len(made)} went back through {options.kills} kills, {at_work} of them amid sending, "
              f"seed {options.seed}; sent after each, aborted ones included: {killed_at[1:]}")


@check
def every_dialect_goes_back_to_its_own_topic_without_its_headers(options):
    with cluster() as (brokers, folder, env):
        made = list(letters(280))
        produce(brokers, DLQ, [letter[1:] for letter in made])
        admin = AdminClient({"bootstrap.servers": brokers})
        admin.create_topics([NewTopic("audit", 1, 1)])["audit"].result(30)
        redrive(env, "--rate", "0", "--audit-topic", "audit", "--force")
        entries = [json.loads(record.value()) for record in read_all(brokers, "audit", 2)]
        expect(entries == audit(folder) and entries[-1]["moved"] == len(made), f"{entries}")
        for topic in ["customer_commands", "other_commands"]:
            wanted = [x for x in made if (x[0] in OTHER) == (topic == "other_commands")]
            records = read_all(brokers, topic, len(wanted))
            expect(len(records) == len(wanted), f"{topic}: {len(records)}, expected {len(wanted)}")
            for record in records:
                index = int(record.key()[len("acct_"):])
                kind, partition, *_ = made[index]
                if kind != "watermill":
                    expect(record.partition() == partition, f"{kind}: partition {record.partition()}, expected {partition}")
                names = [name for name, _ in record.headers()]
                for prefix in ["kafka_dlt-", "__connect", "__streams", "source_", "dead-letter-", "reason_", "topic_"]:
                    expect(not any(name.startswith(prefix) for name in names), f"{kind}: {names}")
                expect(len(names) == len(set(names)), f"{kind}: headers pile up: {names}")


@check
def a_letter_that_its_topic_refuses_is_left_and_the_others_go(options):
    with cluster() as (brokers, folder, env):
        admin = AdminClient({"bootstrap.servers": brokers})
        admin.create_topics([NewTopic("small", 1, 1, config={"max.message.bytes": "20000"})])["small"].result(30)
        values = [b"{}"] * 30
        values[11] = b'{"x":"' + b"y" * 60_000 + b'"}'
        produce(brokers, DLQ, [(0, b"k", value, own("rejected", 0, i)) for i, value in enumerate(values)])
        ended = redrive(env, "--to", "small", "--rate", "0", "--json", code=4, timeout=150)
        outcome = json.loads(ended.stdout)
        expect((outcome["moved"], outcome["left"]) == (29, {"refused": 1}), f"{outcome}")
        origins = [header(record, FROM) for record in read_all(brokers, "small", 29)]
        expect(origins == [f"{DLQ}/0/{i}" for i in range(30) if i != 11], f"{origins}")


@check
def a_second_job_is_refused_and_an_interrupted_one_resumes(options):
    with cluster() as (brokers, folder, env):
        made = list(letters(1_400))
        produce(brokers, DLQ, [letter[1:] for letter in made])
        command = [harness.PROGRAM, "dlq", "redrive", "--yes", "--rate", "60", "--force"]
        with harness.process(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as job:
            deadline = time.monotonic() + 30
            while not any(high for _, high in watermarks(brokers, ["customer_commands"]).values()):
                expect(time.monotonic() < deadline, "the redrive did not begin")
            for words in [["redrive"], ["dismiss", "--reason", "x"]]:
                other = run(["dlq", *words, "--yes", "--code", "rejected"], env)
                expect(other.returncode == 1 and "is running" in other.stderr, f"{other.returncode}: {other.stderr}")
            listed = json.loads(run(["dlq", "jobs", "--json"], env).stdout)
            expect([(j["kind"], j["state"]) for j in listed] == [("redrive", "running")], f"{listed}")
            job.send_signal(signal.SIGINT)
            harness.wait_for_exit(job, 130)
            said = job.stderr.read()
            told = re.search(r"^Cancelled after (\d+) of 1,400 were sent back\. Run the same command again", said, re.MULTILINE)
            sent = sum(len(read_all(brokers, topic, 0)) for topic in ["customer_commands", "other_commands"])
            expect(told and 0 < int(told[1]) == sent, f"{sent} were sent: {said}")
        expect(json.loads(run(["dlq", "jobs", "--json"], env).stdout)[0]["state"] == "paused", "the job is not said to be paused")
        listed = json.loads(run(["dlq", "list", "--json"], env).stdout)
        expect((listed["count"], listed["waiting"], listed["redriven"]) == (1_400 - sent, 1_400 - sent, sent), f"{listed}")
        redrive(env, "--rate", "0", "--force")
        records = read_all(brokers, "customer_commands", 0) + read_all(brokers, "other_commands", 0)
        origins = {header(record, FROM) for record in records}
        expect(len(records) == len(origins) == len(made), f"{len(records)} records of {len(origins)} letters, {len(made)} made")
        actions = [(entry["action"], entry.get("ending")) for entry in audit(folder)]
        expect(actions == [("redrive.began", None), ("redrive.ended", "cancelled"), ("redrive.resumed", None),
                           ("redrive.ended", "finished")], f"{actions}")


@check
def what_was_dismissed_waits_no_longer_until_it_is_restored(options):
    with cluster() as (brokers, folder, env):
        made = list(letters(140))
        places = produce(brokers, DLQ, [letter[1:] for letter in made])
        rejected = [place for letter, place in zip(made, places) if letter[0] == "rejected"]
        before = watermarks(brokers, [DLQ])
        counts = lambda *words: [json.loads(run(["dlq", "list", *words, "--json"], env).stdout)[k] for k in ["count", "waiting", "redriven", "dismissed"]]
        dry = run(["dlq", "dismiss", "--code", "rejected", "--reason", "closed by hand", "--dry-run", "--json"], env)
        expect(json.loads(dry.stdout)["codes"] == {"rejected": 10} and counts() == [140, 140, 0, 0], f"{dry}")
        expect(run(["dlq", "dismiss", "--code", "rejected", "--yes"], env).returncode == 64, "it needs a reason")
        asked = run(["dlq", "dismiss", "--code", "rejected", "--reason", "x"], env)
        expect(asked.returncode == 64 and "--yes" in asked.stderr, f"{asked}")
        done = run(["dlq", "dismiss", "--code", "rejected", "--reason", "closed by hand", "--yes", "--json"], env)
        expect(done.returncode == 0 and json.loads(done.stdout)["moved"] == 10, f"{done}")
        expect(counts() == [130, 130, 0, 10] and counts("--state", "dismissed") == [10, 130, 0, 10], f"{counts()}")
        place = "%d/%d" % rejected[0]
        expect("dismissed" in run(["dlq", "show", place], env).stdout, "show does not say it")
        expect("it has been dismissed" in run(["explain", place, "--all"], env).stdout, "explain does not say it")
        exported = run(["dlq", "export", "--state", "dismissed"], env)
        expect(len(exported.stdout.splitlines()) == 10, exported.stderr)
        expect(run(["dlq", "dismiss", "--code", "rejected", "--reason", "x", "--yes"], env).returncode == 3, "there is nothing more")

        # A redrive of everything leaves them, and remembers them; what it leaves besides is audited with its reason.
        redrive(env, "--rate", "0", code=4)
        ended = audit(folder)[-1]
        expect((ended["moved"], ended["left"]) == (30, {"would_fail_again": 100}), f"{ended}")
        redrive(env, "--rate", "0", "--force")
        expect(counts("--state", "all") == [140, 0, 130, 10], f"{counts()}")
        sent = read_all(brokers, "customer_commands", 0) + read_all(brokers, "other_commands", 0)
        expect(len(sent) == 130 and not {header(r, FROM) for r in sent} & {f"{DLQ}/%d/%d" % p for p in rejected}, f"{len(sent)} went back")
        restored = run(["dlq", "restore", "--external-id", f"acct_{CODES.index('rejected')}", "--yes"], env)
        expect(restored.returncode == 0 and counts() == [1, 1, 130, 9], f"{restored}")
        redrive(env, "--rate", "0", "--force")
        expect(counts() == [0, 0, 131, 9] and watermarks(brokers, [DLQ]) == before, f"{counts()}")

        entries = [entry for entry in audit(folder) if entry["action"] == "dismiss.began"]
        expect(entries[0]["reason"] == "closed by hand" and entries[0]["selection"] == "code rejected", f"{entries}")
        jobs = json.loads(run(["dlq", "jobs", "--json"], env).stdout)
        seen = [(job["kind"], job["state"], job["moved"]) for job in jobs]
        expect(seen == [("redrive", "ended", 1), ("restore", "ended", 1), ("redrive", "ended", 100), ("redrive", "ended", 30),
                         ("dismiss", "ended", 10)], f"{seen}")
        expect("closed by hand" in run(["dlq", "jobs"], env).stdout, "the table has no reason")


@check
def a_running_job_can_be_taken_over_and_nothing_goes_twice(options):
    with cluster() as (brokers, folder, env):
        made = list(letters(1_400))
        produce(brokers, DLQ, [letter[1:] for letter in made])
        with harness.process(
            [harness.PROGRAM, "dlq", "redrive", "--yes", "--rate", "60", "--force"],
            env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        ) as job:
            deadline = time.monotonic() + 30
            while not any(high for _, high in watermarks(brokers, ["customer_commands"]).values()):
                expect(time.monotonic() < deadline, "the redrive did not begin")
            redrive(env, "--code", "rejected", "--code", "invalid_json", "--rate", "0", "--take-over", "--force")
            harness.wait_for_exit(job, 1)
            expect("taken the topic over" in job.stderr.read(), "it does not say why it stopped")
        redrive(env, "--rate", "0", "--force")
        records = read_all(brokers, "customer_commands", 0) + read_all(brokers, "other_commands", 0)
        origins = {header(record, FROM) for record in records}
        expect(len(records) == len(origins) == len(made), f"{len(records)} records of {len(origins)} letters, {len(made)} made")


@check
def on_a_terminal_it_asks_first(options):
    with cluster() as (brokers, folder, env):
        produce(brokers, DLQ, [letter[1:] for letter in letters(28)])
        with open(os.path.join(folder, "ids"), "w") as file:
            file.write("acct_0\nacct_3\nacct_99\n")
        command = [harness.PROGRAM, "dlq", "redrive", "--external-ids", os.path.join(folder, "ids"), "--force"]
        for answer, code, moved in [(b"n\n", 130, 0), (b"y\n", 0, 2)]:
            pid, terminal = pty.fork()
            if pid == 0:
                os.execvpe(command[0], command, {**env, "TERM": "xterm"})
            shown, deadline = b"", time.monotonic() + 30
            while time.monotonic() < deadline:
                try:
                    shown += os.read(terminal, 4_096)
                except OSError:
                    break
                if answer and b"[y/N]" in shown:
                    os.write(terminal, answer)
                    answer = None
            ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            expect(ended == code, f"exit code {ended}, expected {code}: {shown}")
            expect(b"Send 2 dead letters back?" in shown, f"{shown}")
            expect((b"[########################] 2 of 2 sent back" in shown) == (moved == 2), f"{shown}")
            drawn = [line.split(b"\r\n")[0] for line in shown.split(b"\r\x1b[2K")[1:]]
            expect(all(len(line) < 80 for line in drawn), f"a line of progress is wider than the terminal: {drawn}")
            records = read_all(brokers, "customer_commands", moved, quiet=1)
            expect(sorted(r.key() for r in records) == [b"acct_0", b"acct_3"][:moved], f"{len(records)} went back")


@check
def what_the_worker_says_is_told_too(options):
    class Status(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({
                "version": "1", "ready": True, "lag": 3, "external_id": "acct 1/é", "recent_failures": [{"external_id": "acct_other"}],
                "commands_in_flight": [{"command_id": "n1", "position": "customer_commands/0/0", "attempts": 4,
                                        "waits_for": "its next attempt", "next_attempt": None}],
            }).encode())

        def log_message(self, *arguments):
            pass

    asked = []
    server = http.server.HTTPServer(("127.0.0.1", 0), Status)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with cluster(FLEXPRICE_ADMIN_LISTEN=f"0.0.0.0:{server.server_port}") as (brokers, folder, env):
        produce(brokers, "customer_commands", [(0, "acct 1/é".encode(), b"{}", [])])
        told = run(["explain", "acct 1/é", "--json"], env)
        expect(told.returncode == 0, told.stderr)
        story = json.loads(told.stdout)
        expect(story["worker"]["commands_in_flight"][0]["attempts"] == 4, told.stdout)
        expect(story["waits_for"].endswith("waits for its next attempt.") and story["next"] == "customer-worker why 'acct 1/é'", told.stdout)
        shown = run(["explain", "acct 1/é"], env)
        for output in [told.stdout, shown.stdout]:
            expect("acct_other" not in output, f"another customer is named: {output}")
        expect(len(shown.stdout.splitlines()) <= 20 and shown.stdout.endswith("\nnext  customer-worker why 'acct 1/é'\n"), shown.stdout)
        expect(set(asked) == {"/status?external_id=acct%201%2F%C3%A9"}, f"{asked}")
        expect([event["kind"] for event in story["events"]] == ["command"], told.stdout)
        server.shutdown()
        server.server_close()
        alone = json.loads(run(["explain", "customer_commands/0/0", "--json"], env).stdout)
        expect("no answer" in alone["worker_not_asked"], f"{alone}")
        nowhere = run(["explain", "customer_commands/0/7"], env)
        expect(nowhere.returncode == 65 and "the partition has offsets 0 to 0" in nowhere.stderr, f"a place where nothing is: {nowhere}")
        absent = run(["explain", "0/0"], env)
        expect(absent.returncode == 65 and f"{DLQ}/0/0" in absent.stderr and "use --id" in absent.stderr, f"{absent}")
        produce(brokers, DLQ, [(0, b"acct_2", b'{"external_id":"acct_2"}', own("rejected", 0, 9))])
        letter = json.loads(run(["explain", "0/0", "--json"], env).stdout)
        expect((letter["subject"], letter["external_id"]) == (f"{DLQ}/0/0", "acct_2"), f"{letter}")
        expect(letter["next"] == "customer-worker dlq redrive --external-id acct_2 --dry-run", f"{letter}")
        produce(brokers, "customer_commands", [(0, b"acct_3", b'{"external_id":"acct_3","address_country":"India"}', [])] * 400)
        produce(brokers, DLQ, [(0, b"acct_3", b'{"external_id":"acct_3"}', own("invalid_command", 0, i)) for i in range(5)])
        for columns, rows in [(80, 24), (200, 50)]:
            lines = seen_in_terminal(["explain", "acct_3"], env, columns, rows)
            height = sum(max(1, -(-len(line) // columns)) for line in lines)
            expect(lines[0] == "acct_3" and 12 < height < rows, f"{height} lines on a terminal of {rows}: {lines}")
            expect(sum("events between (--all)" in line for line in lines) == 1 and lines[-1].startswith("next  customer-worker "), f"{lines}")
        whole = run(["explain", "acct_3", "--all"], env).stdout
        expect(whole.count("the command was put on the topic") == 400, "not every event is shown")
        other = run(["explain", "no_such_topic/0/0"], env)
        expect(other.returncode == 3 and "it is no record of customer_commands" in other.stderr, f"{other}")
        expect(run(["explain", "acct_unknown"], env).returncode == 3, "a customer whom nobody knows")


@check
def the_rate_is_kept(options):
    with cluster() as (brokers, folder, env):
        count, rate = 3_000, 200
        value = b'{"external_id":"k"}'
        produce(brokers, DLQ, [(i % PARTITIONS, b"k", value, own("rejected", i % PARTITIONS, i)) for i in range(count)])
        redrive(env, "--rate", str(rate))
        times = sorted(record.timestamp()[1] for record in read_all(brokers, "customer_commands", count))
        expect(len(times) == count, f"{len(times)} records")
        measured = (count - 1) / ((times[-1] - times[0]) / 1_000)
        expect(abs(measured / rate - 1) <= 0.05, f"{measured:.1f}/s, asked for {rate}/s")
        print(f"        asked for {rate}/s, measured {measured:.1f}/s over {(times[-1] - times[0]) / 1_000:.1f} s of record timestamps")


@check
def the_worker_serves_what_comes_back_and_the_story_is_told(options):
    listen = f"127.0.0.1:{harness.free_port()}"
    with cluster(FLEXPRICE_KAFKA_GROUP_INSTANCE_ID="worker-1", FLEXPRICE_ADMIN_LISTEN=listen) as (brokers, folder, env):
        producer = Producer({"bootstrap.servers": brokers})
        for index in range(60):
            body = {"external_id": f"acct_{index}", "name": f"Customer {index}", "address_country": "India"}
            producer.produce("customer_commands", json.dumps(body), key=body["external_id"], headers={"ce_id": f"n{index}"})
        expect(producer.flush(30) == 0, "the commands could not be sent")
        log = open(os.path.join(folder, "worker.log"), "wb")
        with log, harness.process([harness.PROGRAM, "run"], env=env, stderr=log) as worker:
            expect(len(read_all(brokers, DLQ, 60, quiet=1)) == 60, "not every command became a dead letter")

            # What is certain to fail again stays, all of it.
            left = redrive(env, "--canary", "5", code=4)
            expect("60 stay: certain to fail again with invalid_command" in left.stderr, left.stderr)
            expect("address_country must be an ISO 3166-1" in left.stderr, left.stderr)

            # Forced, the canary stops it: 5 go back, fail, and are dead letters once more.
            stopped = redrive(env, "--canary", "5", "--rate", "0", "--json", "--force", code=4)
            outcome = json.loads(stopped.stdout)
            expect(outcome["ending"] == "canary_failed" and outcome["moved"] == 5, f"{outcome}")
            expect(len(read_all(brokers, "customer_commands", 65, quiet=1)) == 65, "more went back than the canary")
            report = json.loads(run(["dlq", "list", "--json"], env).stdout)
            expect(report["waiting"] == 60, f"{report['waiting']} wait, expected 60: 55 old and 5 new ones")
            laps = {g["redrive_count"]: g["count"] for g in report["groups"]}
            expect(laps == {0: 55, 1: 5}, f"{laps}")

            # Laps are bounded: the one that fails again and again stays at last.
            for lap in [1, 2, 3]:
                redrive(env, "--external-id", "acct_59", "--rate", "0", "--force")
                expect(len(read_all(brokers, DLQ, 65 + lap, quiet=1)) == 65 + lap, "it did not come back as a dead letter")
            spent = redrive(env, "--external-id", "acct_59", "--rate", "0", "--force", code=4)
            expect("max-laps" in spent.stderr, spent.stderr)

            # Mended ones succeed, the canary among them, and the rest follows.
            mended = redrive(env, "--set", "address_country=IN", "--canary", "3", "--rate", "0", "--max-failures", "1", "--json", code=4)
            outcome = json.loads(mended.stdout)
            expect(outcome["moved"] == 59 and outcome["left"] == {"laps_spent": 1}, f"{outcome}")
            results = [json.loads(r.value()) for r in read_all(brokers, "customer_results", 60 + 5 + 3 + 59, quiet=1)]
            created = {r["external_id"] for r in results if r["status"] == "created"}
            expect(created == {f"acct_{i}" for i in range(59)}, f"{len(created)} were created")
            with open(os.path.join(folder, "redrive-originals.jsonl")) as file:
                kept = [json.loads(line) for line in file]
            expect(len(kept) == 59 and all(json.loads(k["value"])["address_country"] == "India" for k in kept), f"{len(kept)} kept")

            # The markers of the redrive's transactions take offsets, and are no lag.
            ends = sum(high for _, high in watermarks(brokers, ["customer_commands"]).values())
            expect(ends > 60 + 5 + 3 + 59, f"no marker of a transaction is in the topic: it ends at {ends}")
            lag = lambda: json.loads(run(["status", "--json"], env).stdout)["lag"]
            harness.wait_until(lambda: (found := lag()) == 0 or f"{found}", 30, "a lag of 0 behind the redrive")
            expect(run(["why"], env).stdout.startswith("Nothing waits"), "why")

            told = run(["explain", "acct_7", "--json"], env)
            expect(told.returncode == 0, told.stderr)
            story = json.loads(told.stdout)
            kinds = [event["kind"] for event in story["events"]]
            expect(kinds[:3] == ["command", "result", "dead_letter"], f"{kinds}")
            expect(kinds.count("command") == kinds.count("result") >= 2 and kinds.count("remembered") == 1, f"{kinds}")
            texts = " ".join(event["text"] for event in story["events"])
            for words in ["invalid_command", "sent back from the dead letter", "it succeeded", "the ledger remembers"]:
                expect(words in texts, f"{words!r} is not told: {texts}")
            expect("address_country" in json.dumps(story), "what was wrong is not told")
            expect(story["waits_for"] == "nothing waits: the customer exists", f"{story}")
            expect(story["next"] == "customer-worker ledger get acct_7", f"{story}")
            expect(set(story["worker"]) == {"why", "ready", "reasons", "external_id", "commands_in_flight"}, f"{story['worker']}")
            waiting = json.loads(run(["explain", "acct_59", "--json"], env).stdout)
            expect("sent back too often" in waiting["waits_for"] and waiting["next"].startswith("customer-worker dlq show "), f"{waiting}")
            expect(any("waits" in sentence for sentence in waiting["now"]), f"{waiting['now']}")

            # Forgotten, a customer's next command runs again.
            expect(run(["ledger", "get", "acct_7", "--json"], env).returncode == 0, "ledger get")
            expect(run(["ledger", "forget", "acct_7"], env).returncode == 64, "ledger forget did not ask")
            expect(run(["ledger", "forget", "acct_7", "--yes"], env).returncode == 0, "ledger forget")
            expect(run(["ledger", "get", "acct_7"], env).returncode == 3, "it is still remembered")
            expect(json.loads(run(["ledger", "stats", "--json"], env).stdout)[0]["customers"] == 58, "ledger stats")
            expect(audit(folder)[-1]["action"] == "ledger.forgot", f"{audit(folder)[-1]}")
            worker.send_signal(signal.SIGTERM)
            harness.wait_for_exit(worker, 0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--only", default="")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    harness.PROGRAM = os.path.abspath(options.program)
    failed, chosen = 0, [c for c in CHECKS if options.only in c.__name__]
    for function in chosen:
        name = function.__name__.replace("_", " ")
        began = time.monotonic()
        try:
            function(options)
            print(f"ok      {name} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception as error:
            failed += 1
            if not isinstance(error, AssertionError):
                traceback.print_exc()
            print(f"FAILED  {name}: {type(error).__name__}: {error}", flush=True)
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
