#!/usr/bin/env python3
"""Shows that a command topic which is deleted and made again, or gets more partitions, costs no command its result.

usage: restarted_logs.py PROGRAM [CHECK ...]

 1  Before and after the topic is made anew there are 300 commands each: fewer, as many and more of them in a partition than the old
    log held, so that positions alone do not tell one log from the other. The worker runs meanwhile, or is stopped, or was killed while
    what it had completed beyond a hanging command stood in the metadata of the committed offset.
 2  The topic gets partitions while the worker runs: their commands are served from the first on.
 3  Records are deleted ahead of the reader, as retention does: they are counted, logged and shown, and those behind are served.
Each command gets one result with a ce_id of its own, the group's offsets reach the ends of the logs, and what the worker noticed is
told by the log, /status and customer_worker_log_restarts_total. Where a running worker went on reading a log that had grown past its
position, it finds that out by its next look, and what it read of that log runs again: its results come twice, with the same ce_id.
"""
import contextlib
import json
import os
import signal
import sys
import time

import harness
from confluent_kafka import KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic
from harness import committed, ends, expect, get, wait_until
from observing import Metrics, Stack

TOPIC, PARTITIONS = "customer_commands", 3
BEFORE, AFTER = [100, 100, 100], [50, 100, 150]
# Which command of each partition hangs.
HUNG = [0, 5, 29]
# New partitions are looked for every 30 s.
NEW_PARTITIONS_WITHIN = 35


def admin(brokers):
    return AdminClient({"bootstrap.servers": brokers, "log_level": 2})


def make_anew(brokers, topic=TOPIC, partitions=PARTITIONS, gap=0):
    """Deletes the topic and makes it again, after so many seconds; without them nobody's question about it comes between, for which
    this broker would make it."""
    client = admin(brokers)
    client.delete_topics([topic])[topic].result(timeout=20)
    time.sleep(gap)
    deadline = time.monotonic() + 30
    while True:
        try:
            client.create_topics([NewTopic(topic, partitions, 1)])[topic].result(timeout=20)
            return
        except KafkaException as error:
            # Kafka deletes a topic after it has answered.
            expect(error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS and time.monotonic() < deadline, f"{error}")
            time.sleep(0.1)


def send(brokers, prefix, counts):
    """So many commands to each partition; their external_ids."""
    producer = Producer({"bootstrap.servers": brokers, "linger.ms": 5})
    names = []
    for partition, count in enumerate(counts):
        for number in range(count):
            name = f"{prefix}_{partition}_{number}"
            producer.produce(TOPIC, json.dumps({"external_id": name, "name": name}), key=name, partition=partition)
            names.append(name)
    expect(producer.flush(60) == 0, "the commands could not be sent")
    return names


def served(s, names, again=0):
    """Every command has one result, but for `again` at most that have another one alike, and results have ids of their own."""
    records = harness.read_all(s.broker.address, "customer_results", len(names))
    found = [json.loads(record.value()) for record in records]
    missing = set(names) - {result["external_id"] for result in found}
    expect(not missing, f"{len(missing)} of {len(names)} commands have no result: {sorted(missing)[:5]}")
    expect(len(found) <= len(names) + again, f"{len(found)} results of {len(names)} commands")
    expect({result.get("outcome") for result in found} == {"created"}, "a result is not created")
    ids = {dict(record.headers())["ce_id"] for record in records}
    expect(len(ids) == len(names), f"{len(ids)} ids of {len(names)} results")


def all_committed(s, partitions=PARTITIONS):
    wait_until(
        lambda: committed(s.broker.address, partitions) == ends(s.broker.address, partitions)
        or f"{committed(s.broker.address, partitions)} of {ends(s.broker.address, partitions)}", 30, "everything committed")


def still_committed(s):
    """The partitions of which the brokers remember what was committed: Kafka forgets it together with the topic, noida-db does not."""
    return [partition for partition, offset in committed(s.broker.address, PARTITIONS).items() if offset >= 0]


def created(s, count, seconds=60):
    wait_until(lambda: s.status()["results"]["created"] == count or s.status()["results"], seconds, f"{count} results")


def told(s, partitions):
    """The log, the status and the metric tell of these partitions' logs, once each."""
    lines = s.log.find("Log began anew below what was read; nothing remembered of it is believed")
    expect(sorted(line["partition"] for line in lines) == [f"{TOPIC}/{p}" for p in partitions], f"{lines}")
    expect(s.status()["log_restarts"] == len(partitions), f"{s.status()['log_restarts']} in /status")
    counted = Metrics(s.port).value("customer_worker_log_restarts_total")
    expect(counted == len(partitions), f"customer_worker_log_restarts_total says {counted}")


def stop(s):
    s.worker.send_signal(signal.SIGTERM)
    harness.wait_for_exit(s.worker, 0)


def while_it_runs():
    """the topic is deleted and made again while the worker runs: 600 commands, 600 results"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack)
        names = send(s.broker.address, "before", BEFORE)
        created(s, len(names))
        all_committed(s)
        # Within a second of the first result a record of each log is known; nothing tells when.
        time.sleep(1.5)
        make_anew(s.broker.address)
        names += send(s.broker.address, "after", AFTER)
        wait_until(lambda: s.status()["log_restarts"] == PARTITIONS or s.status()["log_restarts"], 30, "every log is known to be another")
        # What was committed of a log that was read on in its middle is its end already, until the first records of it are committed.
        wait_until(lambda: s.status()["lag"] == 0 or s.status()["lag"], 30, "no lag")
        all_committed(s)
        told(s, range(PARTITIONS))
        wait_until(lambda: harness.is_ready(s.port), 20, "ready")
        stop(s)
        served(s, names, again=AFTER[2] - BEFORE[2])


def while_it_is_stopped():
    """the same while the worker is stopped"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack)
        names = send(s.broker.address, "before", BEFORE)
        created(s, len(names))
        stop(s)
        make_anew(s.broker.address)
        remembered = still_committed(s)
        names += send(s.broker.address, "after", AFTER)
        s.start()
        created(s, sum(AFTER))
        all_committed(s)
        told(s, remembered)
        stop(s)
        served(s, names)


def with_a_completed_set():
    """the same after kill -9, with commands completed beyond one that hung: none of the new log's is taken for done"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack, FLEXPRICE_KAFKA_GROUP_INSTANCE_ID="worker-1", FLEXPRICE_API_TIMEOUT="60s")
        hanging = [f"before_{partition}_{number}" for partition, number in enumerate(HUNG)]
        harness.inject(s.api, [{"fault": "black_hole", "external_ids": hanging}])
        before = set(send(s.broker.address, "before", [30, 30, 30])) - set(hanging)
        created(s, len(before))
        wait_until(lambda: committed(s.broker.address, PARTITIONS) == dict(enumerate(HUNG)) or committed(s.broker.address, PARTITIONS),
                   20, "the offsets before those that hang")
        s.worker.kill()
        s.worker.wait()
        make_anew(s.broker.address)
        remembered = still_committed(s)
        after = send(s.broker.address, "after", [30, 20, 40])
        s.start()
        created(s, len(after))
        all_committed(s)
        told(s, remembered)
        stop(s)
        served(s, sorted(before) + after)


def more_partitions():
    """the topic gets more partitions while the worker runs: their commands are served, from the first on"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack)
        names = send(s.broker.address, "before", [10, 10, 10])
        created(s, len(names))
        client = admin(s.broker.address)
        client.create_partitions([NewPartitions(TOPIC, 5)])[TOPIC].result(timeout=20)
        began = time.monotonic()
        names += send(s.broker.address, "after", [10, 10, 10, 10, 10])
        created(s, len(names), NEW_PARTITIONS_WITHIN)
        took = time.monotonic() - began
        all_committed(s, 5)
        told(s, [])
        skipped = s.status()["records_skipped"]
        expect(not any(skipped.values()), f"{skipped}")
        stop(s)
        served(s, names)
        print(f"        the new partitions' commands were served within {took:.1f} s", flush=True)


def deleted_ahead_of_the_reader():
    """records are deleted before the worker reads them: counted, logged and shown, and those behind them are served"""
    with contextlib.ExitStack() as stack:
        s = Stack(stack)
        names = send(s.broker.address, "before", [10, 10, 10])
        created(s, len(names))
        all_committed(s)
        s.worker.send_signal(signal.SIGTSTP)
        wait_until(lambda: "suspended" in get(s.port, "/readyz")[1] or get(s.port, "/readyz")[1], 10, "the intake is suspended")
        # A second after the intake stops the partitions are paused, and nothing is fetched ahead any more; nothing tells when.
        time.sleep(2.5)
        after = send(s.broker.address, "after", [100, 100, 100])
        # Another number of each partition; of the last none.
        deleted = [60, 30, 0]
        starts = [TopicPartition(TOPIC, p, 10 + count) for p, count in enumerate(deleted) if count]
        # Kept by a name: what it began ends with it.
        client = admin(s.broker.address)
        for done in client.delete_records(starts).values():
            done.result(timeout=20)
        s.worker.send_signal(signal.SIGCONT)
        gone = {f"after_{p}_{n}" for p, count in enumerate(deleted) for n in range(count)}
        created(s, len(names) + len(after) - len(gone))
        wait_until(lambda: s.status()["records_skipped"]["retention"] == len(gone) or s.status()["records_skipped"], 40, "what was skipped")
        counted = Metrics(s.port).value("customer_worker_records_skipped_total", reason="retention")
        expect(counted == len(gone), f"customer_worker_records_skipped_total says {counted}, not {len(gone)}")
        lines = s.log.find("Records were deleted unread; their commands are lost")
        told = sorted((line["partition"], line["from_offset"], line["to_offset"], line["records_at_most"]) for line in lines)
        expected = [(f"{TOPIC}/{p}", "10", str(10 + count), str(count)) for p, count in enumerate(deleted) if count]
        expect([tuple(map(str, line)) for line in told] == expected, f"{told}")
        all_committed(s)
        expect(s.status()["log_restarts"] == 0, f"{s.status()['log_restarts']} logs began anew")
        stop(s)
        served(s, sorted(set(names + after) - gone))


if __name__ == "__main__":
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    checks = [while_it_runs, while_it_is_stopped, with_a_completed_set, more_partitions, deleted_ahead_of_the_reader]
    sys.exit(harness.report_at_once(harness.chosen(checks, sys.argv[2:]), limit=180))
