#!/usr/bin/env python3
"""Puts one kind of poison after another into one topic, and shows that the commands beside it do not wait for it.

usage: poison.py PROGRAM [--pile-up] [WORD ...]

Of each kind there are three: records that no command can be read from, and commands whose external_id alone the API does not answer,
or answers in a way that passes for ever. Behind each kind come ten ordinary commands, which must have their results within 15 s. In the
end each record has exactly one result. With words only the kinds whose names have one of them come. What the API does to a kind ends with
its turn; with --pile-up it stays, and all that fail wait in a small table beside all later kinds and three times as many commands.
"""
import argparse
import contextlib
import json
import os
import signal
import sys
import time

import harness
from confluent_kafka import Producer
from harness import expect
from observing import Stack
from restarted_logs import TOPIC, all_committed

EACH, PLAIN, WITHIN = 3, 10, 15


def body(name, **more):
    return json.dumps({"external_id": name, "name": "Acme", **more}).encode()


# What is produced, given the external_id.
RECORDS = {
    "tombstone": lambda name: dict(key=name),
    "empty value, empty key": lambda name: dict(key=b"", value=b""),
    "no JSON": lambda name: dict(key=name, value=b"external_id=" + name.encode()),
    "no UTF-8": lambda name: dict(key=b"\xff\xfe", value=b'{"external_id":"\xff"}'),
    "nested for ever": lambda name: dict(key=name, value=b"[" * 200_000),
    "of a schema registry": lambda name: dict(key=name, value=b"\x00\x00\x00\x00\x07" + name.encode()),
    "larger than commands may be": lambda name: dict(key=name, value=body(name, metadata={"blob": "x" * 900_000})),
    "id of 200 kB": lambda name: dict(key=name, value=body(name + "x" * 200_000)),
    "key of 900 kB": lambda name: dict(key=b"k" * 900_000, value=body(name)),
    "thousand headers": lambda name: dict(key=name, value=body(name, address_country="Germany"), headers=[("h", b"\xff" * 300)] * 1_000),
    "header of 900 kB": lambda name: dict(key=name, value=body(name, address_country="Germany"), headers=[("ce_id", b"i" * 900_000)]),
    "headers without values": lambda name: dict(key=name, value=body(name), headers=[("ce_id", None), ("traceparent", None)]),
    "time of 1970": lambda name: dict(key=name, value=body(name), timestamp=1),
    "time of 2200": lambda name: dict(key=name, value=body(name), timestamp=7_258_118_400_000),
    "reply to nowhere": lambda name: dict(key=name, value=body(name), headers=[("replyTo", b"replies.nowhere"), ("kafka_replyPartition", b"\x7f\xff\xff\xff")]),
    "id that a path cannot hold": lambda name: dict(key=name, value=body("../" + name + "\u0000/%2e?#")),
}
# What the API does with these external_ids, for as long as the test says.
ANSWERS = {
    "never answered": {"fault": "black_hole"},
    "answered after 60 s": {"fault": "delay_before_commit", "milliseconds": 60_000},
    "half an answer, then a pause": {"fault": "slow_body", "milliseconds": 60_000},
    "half an answer": {"fault": "truncated_body"},
    "hung up": {"fault": "drop_before_commit"},
    "made, and hung up": {"fault": "drop_after_commit"},
    "500": {"fault": "internal_error"},
    "500 without a body": {"fault": "panic"},
    "503": {"fault": "service_unavailable"},
    "504": {"fault": "gateway_timeout"},
    "429": {"fault": "too_many_requests"},
    "401": {"fault": "unauthorized"},
    "403": {"fault": "forbidden", "reason": "permissions"},
    "a firewall's page": {"fault": "answer", "status": 403, "content_type": "text/html", "body": "<html>blocked</html>"},
    "sent elsewhere": {"fault": "redirect", "location": "https://127.0.0.1:1/login"},
    "another customer": {"fault": "other_external_id", "external_id": "somebody_else"},
}


class Served:
    """Results as they come; of a topic with aborted transactions this broker lets only a new reader see everything."""

    def __init__(self, brokers):
        self.brokers, self.results, self.seen = brokers, harness.Results(brokers), set()

    def wait(self, names, seconds):
        """Seconds until all of them have results; those that have none after `seconds`."""
        began = time.monotonic()
        last = began
        while (took := time.monotonic() - began) < seconds:
            for message in self.results.consumer.consume(1_000, timeout=0.1):
                if message.error() is None and message.key() is not None:
                    self.seen.add(message.key().decode(errors="replace"))
            if names <= self.seen:
                return took, set()
            if time.monotonic() - last > 4:
                self.results.close()
                self.results, last = harness.Results(self.brokers), time.monotonic()
        return took, names - self.seen


def beside():
    """ordinary commands beside poison of every kind have their results within 15 s, and so has the poison in the end"""
    kinds = [kind for kind in [*RECORDS, *ANSWERS] if not OPTIONS.words or any(word in kind for word in OPTIONS.words)]
    with contextlib.ExitStack() as stack:
        s = Stack(stack, FLEXPRICE_API_TIMEOUT="5s", FLEXPRICE_API_MAX_CONCURRENCY="16", FLEXPRICE_LIMITS_MAX_IN_FLIGHT="64",
                  FLEXPRICE_RETRY_MAX_INTERVAL="3s", FLEXPRICE_KAFKA_REPLY_TOPICS_ALLOWED="replies.*")
        producer = Producer({"bootstrap.servers": s.broker.address, "message.max.bytes": 9_000_000})
        served = Served(s.broker.address)
        faults, sent, slow, longest = [], 0, [], 0
        refused = []

        def delivered(error, message):
            if error:
                refused.append(error.name())

        for number, kind in enumerate(kinds):
            poison = [f"poison_{number}_{n}" for n in range(EACH)]
            if kind in ANSWERS:
                faults = (faults if OPTIONS.pile_up else []) + [{**ANSWERS[kind], "external_ids": poison}]
                harness.inject(s.api, faults)
            for name in poison:
                record = RECORDS[kind](name) if kind in RECORDS else dict(key=name, value=body(name))
                producer.produce(TOPIC, **record, on_delivery=delivered)
            # In batches of their own: brokers refuse a whole one for a time of the far future.
            expect(producer.flush(30) == 0, "the poison could not be sent")
            plain = [f"plain_{number}_{n}" for n in range(PLAIN * (3 if OPTIONS.pile_up else 1))]
            for name in plain:
                producer.produce(TOPIC, body(name), key=name)
            expect(producer.flush(30) == 0, "the commands could not be sent")
            sent += EACH + len(plain) - len(refused)
            if refused:
                print(f"        {kind}: refused by the broker, {refused}", flush=True)
            refused.clear()
            took, missing = served.wait(set(plain), WITHIN)
            longest = max(longest, took)
            print(f"        {kind}: {took:.1f} s{f', {len(missing)} of {len(plain)} without a result' if missing else ''}", flush=True)
            if missing:
                slow.append(kind)
        harness.inject(s.api, [])
        all_committed(s)
        count = len(harness.read_all(s.broker.address, "customer_results", sent))
        expect(count == sent, f"{count} results of {sent} records")
        s.worker.send_signal(signal.SIGTERM)
        harness.wait_for_exit(s.worker, 0)
        expect(not slow, f"beside {slow} others waited longer than {WITHIN} s")
        print(f"        {len(kinds)} kinds, the longest wait {longest:.1f} s", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("words", nargs="*")
    parser.add_argument("--pile-up", action="store_true")
    OPTIONS = parser.parse_args()
    harness.PROGRAM = os.path.abspath(OPTIONS.program)
    sys.exit(harness.report([beside], limit=300))
