#!/usr/bin/env python3
"""Shows that nothing stops the worker in silence: each stop has its word, and ends with its cause.

usage: silent_stops.py PROGRAM [CHECK ...]

The command topic is deleted; the broker freezes (SIGSTOP), for less and for more than the session timeout; another producer's open
transaction stands in front of commands; the dead-letter topic is deleted, and made again. Of each are required: the word in /readyz,
/status and customer_worker_not_ready within 20 s, the sentence of `why`, one line of the log; and afterwards one result for each
command, and an end within the budget.
"""
import collections
import contextlib
import json
import os
import re
import signal
import sys
import time

import harness
from confluent_kafka import Producer
from confluent_kafka.admin import NewTopic
from harness import expect, get, wait_until
from observing import Metrics, Stack
from restarted_logs import PARTITIONS, TOPIC, admin, all_committed, created, send, served

WITHIN, LETTERS = 20, "customer_commands_dlq"


def words(s):
    return {reason["reason"] for reason in json.loads(get(s.port, "/readyz")[1]).get("reasons", [])}


def begins(s, word, sentence, since, within=WITHIN):
    """The word is there within so many seconds, wherever it can be asked for."""
    wait_until(lambda: word in words(s) or get(s.port, "/readyz")[1], within, word)
    took = time.monotonic() - since
    expect(get(s.port, "/readyz")[0] == 503, "ready in spite of it")
    expect(word in {reason["reason"] for reason in s.status()["reasons"]}, f"{s.status()['reasons']}")
    expect(Metrics(s.port).value("customer_worker_not_ready", reason=word) == 1, "customer_worker_not_ready")
    why = s.program("why")
    expect(why.returncode == 1 and sentence in why.stdout, f"{why}")
    wait_until(lambda: len(lines(s, word)) == 1 or lines(s, word), 5, "one line of the log")
    return took


def lines(s, word):
    return [line for line in s.log.find("Not ready") if line["reason"] == word]


def ends(s, words, within=30):
    """It is ready again, and the log tells of it; no reason began a second time."""
    wait_until(lambda: harness.is_ready(s.port), within, "ready again")
    for word in words:
        wait_until(lambda: word in {line["reason"] for line in s.log.find("A reason for not being ready has ended")} or "no line",
                   5, f"the end of {word} is told")
        expect(len(lines(s, word)) == 1, f"{lines(s, word)}")


def told_once(s, before):
    """The log's lines from warning on since then, of which no two are alike but for numbers; how many."""
    said = [line for line in s.log.lines()[before:] if line["level"] in ("warning", "error", "critical")]
    alike = collections.Counter(
        (line["message"], line.get("reason"), re.sub(r"\d+", "", line.get("text", line.get("error", "")))) for line in said)
    expect(all(count == 1 for count in alike.values()), f"{alike.most_common(3)}")
    return len(said)


def stop(s, within):
    began = time.monotonic()
    s.worker.send_signal(signal.SIGTERM)
    harness.wait_for_exit(s.worker, 0, seconds=within)
    return time.monotonic() - began


def topic_deleted():
    """the command topic is deleted for good: named, told once, and TERM still ends the worker soon"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack)
        created(s, len(send(s.broker.address, "acct", [10, 10, 10])))
        before = len(s.log.lines())
        began = time.monotonic()
        client = admin(s.broker.address)
        client.delete_topics([TOPIC])[TOPIC].result(timeout=20)
        named = begins(s, "topic_missing", "command topic is not there", began)
        # Longer than the metadata is kept: no look at it may take the reason back.
        deadline = time.monotonic() + 35
        while time.monotonic() < deadline:
            expect("topic_missing" in words(s), f"it is missing still, and {words(s)} are said")
            time.sleep(1)
        said = told_once(s, before)
        took = stop(s, 10)
        print(f"        named after {named:.1f} s, stopped within {took:.1f} s; {said} lines", flush=True)


@contextlib.contextmanager
def frozen(s):
    s.broker.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        s.broker.process.send_signal(signal.SIGCONT)


def broker_frozen():
    """a broker that is frozen for 30 s: not ready, told once, and nothing is lost or doubled"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack, latency=200, FLEXPRICE_API_MAX_CONCURRENCY="8",
                  FLEXPRICE_KAFKA_PROPERTIES=json.dumps({"session.timeout.ms": "45000", "heartbeat.interval.ms": "500"}))
        names = send(s.broker.address, "acct", [100, 100, 100])
        wait_until(lambda: s.status()["results"]["created"] > 30 or "none", 40, "the first results")
        before = len(s.log.lines())
        began = time.monotonic()
        with frozen(s):
            took = begins(s, "brokers_silent", "no Kafka broker has answered", began)
            time.sleep(max(0, began + 30 - time.monotonic()))
            said = told_once(s, before)
        created(s, len(names))
        ends(s, ["brokers_silent"])
        all_committed(s)
        stop(s, 20)
        served(s, names)
        print(f"        named after {took:.1f} s; {said} lines", flush=True)


def membership_lost():
    """a broker that is frozen for longer than the session: the loss of membership is named too"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack, latency=200, FLEXPRICE_API_MAX_CONCURRENCY="8")
        names = send(s.broker.address, "acct", [100, 100, 100])
        wait_until(lambda: s.status()["results"]["created"] > 30 or "none", 40, "the first results")
        before = len(s.log.lines())
        began = time.monotonic()
        with frozen(s):
            # 6 s until the session is over, then what passes by itself.
            took = begins(s, "membership_lost", "out of the consumer group", began, within=WITHIN + 6)
            said = told_once(s, before)
        created(s, len(names))
        ends(s, ["membership_lost"])
        all_committed(s)
        stop(s, 20)
        served(s, names)
        print(f"        named after {took:.1f} s; {said} lines", flush=True)


def foreign_transaction():
    """another producer's open transaction holds back what stands behind it: named, and over with its commit"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack)
        names = send(s.broker.address, "before", [5, 5, 5])
        created(s, len(names))
        foreign = Producer({"bootstrap.servers": s.broker.address, "transactional.id": "foreign", "log_level": 2})
        foreign.init_transactions(20)
        foreign.begin_transaction()
        foreign.produce(TOPIC, json.dumps({"external_id": "foreign", "name": "foreign"}), key="foreign", partition=1)
        expect(foreign.flush(20) == 0, "the transaction's command could not be sent")
        began = time.monotonic()
        names += send(s.broker.address, "behind", [20, 20, 20])
        created(s, len(names) - 20)
        took = begins(s, "foreign_transaction", f"holds back the records of {TOPIC}/1 until", began)
        expect(s.status()["results"]["created"] == len(names) - 20, f"{s.status()['results']}")
        foreign.commit_transaction(20)
        names.append("foreign")
        created(s, len(names))
        ends(s, ["foreign_transaction"])
        stop(s, 20)
        served(s, names)
        print(f"        named after {took:.1f} s", flush=True)


def dead_letter_topic_deleted():
    """the dead-letter topic is deleted: named, all that did not fail go on, and its letters come once it is there again"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack)
        bad = ["bad_before"]
        harness.produce_commands(s.broker.address, bad, address_country="Germany")
        wait_until(lambda: s.status()["results"].get("invalid_command") == 1 or s.status()["results"], 20, "the first dead letter")
        client = admin(s.broker.address)
        client.delete_topics([LETTERS])[LETTERS].result(timeout=20)
        began = time.monotonic()
        bad = ["bad_1", "bad_2", "bad_3"]
        harness.produce_commands(s.broker.address, bad, address_country="Germany")
        took = begins(s, "publishing_trouble", LETTERS, began)
        # From the first attempt to long after the last one that is made while the topic's metadata is still believed.
        good, longest, deadline = [], 0, time.monotonic() + 40
        while time.monotonic() < deadline:
            sent = time.monotonic()
            good += send(s.broker.address, f"good_{len(good)}", [2, 2, 2])
            created(s, len(good), 15)
            longest = max(longest, time.monotonic() - sent)
            expect("publishing_trouble" in words(s), f"dead letters wait still, and {words(s)} are said")
            time.sleep(1)
        expect(s.status()["results"]["invalid_command"] == 1, f"{s.status()['results']}")
        client.create_topics([NewTopic(LETTERS, PARTITIONS, 1)])[LETTERS].result(timeout=20)
        wait_until(lambda: s.status()["results"]["invalid_command"] == 1 + len(bad) or s.status()["results"], 45, "the failed commands' results")
        ends(s, ["publishing_trouble"])
        all_committed(s)
        stop(s, 20)
        letters = [record.key().decode() for record in harness.read_all(s.broker.address, LETTERS, len(bad))]
        expect(sorted(letters) == bad, f"{letters}")
        results = [record.key().decode() for record in harness.read_all(s.broker.address, "customer_results", len(good) + 4)]
        expect(sorted(results) == sorted(good + bad + ["bad_before"]), f"{len(results)} results of {len(good) + 4} commands")
        print(f"        named after {took:.1f} s; {len(good)} others, the slowest within {longest:.1f} s", flush=True)


if __name__ == "__main__":
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    checks = [topic_deleted, broker_frozen, membership_lost, foreign_transaction, dead_letter_topic_deleted]
    sys.exit(harness.report_at_once(harness.chosen(checks, sys.argv[2:]), limit=180))
