#!/usr/bin/env python3
"""Request and reply as Spring does it: clients that share a reply topic, one with a topic of its own, and topics off the list.

usage: request_reply.py PROGRAM
"""
import json
import os
import struct
import sys
import tempfile
import time

import harness
from confluent_kafka.admin import AdminClient, NewTopic
from harness import expect
from replying import CORRELATION, REPLY_PARTITION, REPLY_TOPIC, ReplyingClient

PARTITIONS, REQUESTS = 3, 100
SHARED, DIVIDED, OWN, SECRET = "replies.shared", "replies.divided", "sign-up-replies", "secret"
BROKERS = None


def customer(client, number):
    """Every tenth breaks a rule: a failure is a reply too."""
    body = {"external_id": f"{client}_{number}", "name": "Acme"}
    return {**body, "address_country": "Germany"} if number % 10 == 7 else body


def exchange(clients):
    """All send, then all receive; every reply must be the client's own, and say what became of its command."""
    requests = {}
    for number in range(REQUESTS):
        for name, client in clients.items():
            body = customer(name, number)
            requests[client.send(body)] = (name, body)
    for name, client in clients.items():
        mine = [c for c, (owner, _) in requests.items() if owner == name]
        replies = client.receive(mine, timeout=60)
        expect(len(replies) == REQUESTS, f"{name} got {len(replies)} replies of {REQUESTS}")
        for correlation, message in replies.items():
            body, result = requests[correlation][1], json.loads(message.value())
            expect(result["external_id"] == body["external_id"] and message.key() == body["external_id"].encode(), f"{result}")
            expected = ("failed", "invalid_command") if "address_country" in body else ("created", "created")
            expect((result["status"], result.get("outcome") or result["error"]["code"]) == expected, f"{result}")
            headers = dict(message.headers())
            expect(headers[REPLY_TOPIC] == client.reply_topic.encode() == message.topic().encode(), f"{headers}")
            expect("reply-topic-refused" not in headers, f"{headers}")
            if client.partition is not None:
                expect(message.partition() == client.partition, f"on partition {message.partition()}, not {client.partition}")
                expect(headers[REPLY_PARTITION] == struct.pack(">i", client.partition), f"{headers}")


def opened(*clients):
    return {name: ReplyingClient(BROKERS, topic, partition) for name, topic, partition in clients}


def two_clients_that_share_a_reply_topic_get_their_own_replies():
    """two clients that share a reply topic each get their own replies, and drop the other's"""
    clients = opened(("first", SHARED, None), ("second", SHARED, None))
    exchange(clients)
    # Each reads the whole topic; what it has not dropped yet it drops now.
    for name, client in clients.items():
        deadline = time.monotonic() + 30
        while client.dropped < REQUESTS and time.monotonic() < deadline:
            client.waiting["none"] = None
            client.receive(["none"], timeout=0.5)
        expect(client.dropped == REQUESTS, f"{name} dropped {client.dropped} of the other's {REQUESTS}")
        client.close()


def two_clients_with_partitions_of_their_own():
    """two clients that divide a reply topic by partition see nothing of each other"""
    clients = opened(("third", DIVIDED, 0), ("fourth", DIVIDED, 2))
    exchange(clients)
    for name, client in clients.items():
        expect(client.dropped == 0, f"{name} dropped {client.dropped}")
        client.close()
    counts = {p: 0 for p in range(PARTITIONS)}
    for record in harness.read_all(BROKERS, DIVIDED, 2 * REQUESTS, quiet=1):
        counts[record.partition()] += 1
    expect(counts == {0: REQUESTS, 1: 0, 2: REQUESTS}, f"{counts}")


def a_client_with_a_topic_of_its_own():
    """a client with a topic of its own, listed by its exact name, gets its replies"""
    clients = opened(("fifth", OWN, None))
    exchange(clients)
    clients["fifth"].close()


def a_topic_off_the_list_is_refused():
    """a topic off the list gets nothing; the results go to the results topic, say so, and carry the correlation"""
    before = len(harness.read_all(BROKERS, "customer_results", 0, quiet=1))
    expect(before == 0, f"{before} results of commands that were replied to are on the results topic")
    clients = opened(("sixth", SECRET, None))
    client = clients["sixth"]
    correlations = [client.send(customer("sixth", number)) for number in range(10)]
    expect(client.receive(correlations, timeout=5) == {}, "a reply came to a topic that is not allowed")
    client.close()
    # A name that is not a topic's, and a prefix that is not quite the one that is listed.
    for topic in ("replies", "sign-up-replies2", "replies.\u00e9", "../replies.shared", "x" * 300):
        other = ReplyingClient(BROKERS, OWN)
        other.reply_topic = topic
        correlations.append(other.send(customer("seventh", len(correlations))))
        other.producer.flush(30)
        other.close()
    records = harness.read_all(BROKERS, "customer_results", len(correlations), quiet=1)
    found = {dict(r.headers())[CORRELATION]: dict(r.headers()) for r in records}
    expect(set(found) == set(correlations) and len(records) == len(correlations), f"{len(records)} results")
    refused = {headers["reply-topic-refused"].decode() for headers in found.values()}
    expect(refused == {"secret", "replies", "sign-up-replies2", "replies.\u00e9", "../replies.shared", "x" * 256}, f"{refused}")
    expect(harness.read_all(BROKERS, SECRET, 0, quiet=1) == [], "something is on the topic that is not allowed")


def main():
    global BROKERS
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    with harness.broker() as BROKERS, tempfile.TemporaryDirectory() as folder:
        env = harness.environment(BROKERS, folder, FLEXPRICE_KAFKA_REPLY_TOPICS_ALLOWED=f"replies.*,{OWN}")
        harness.create_topics(env, PARTITIONS)
        admin = AdminClient({"bootstrap.servers": BROKERS})
        for made in admin.create_topics([NewTopic(t, PARTITIONS, 1) for t in (SHARED, DIVIDED, OWN, SECRET)]).values():
            made.result(timeout=20)
        with harness.process([harness.PROGRAM, "run"], env=env, stderr=open(os.path.join(folder, "log"), "wb")):
            return harness.report([
                two_clients_that_share_a_reply_topic_get_their_own_replies, two_clients_with_partitions_of_their_own,
                a_client_with_a_topic_of_its_own, a_topic_off_the_list_is_refused,
            ])


if __name__ == "__main__":
    sys.exit(main())
