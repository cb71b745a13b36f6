"""with_confluent.py with the promises of customer-worker, for the local backend, exactly once.

Each command is validated and fingerprinted (rules.py). If SQLite has its external_id, it ends as `replayed`, or as
`idempotency_conflict` when the fields differ; a failed one also becomes a dead letter. Results have the members and
headers of customer-worker's. SQLite commits with synchronous=FULL before the Kafka transaction of results and offsets.
Left out, and not sent by the benchmark: structured CloudEvents, reply topics, traces, warnings, the list of fields that
differ in a conflict. The process exits at the first Kafka error.
"""
import functools
import os
import re
import secrets
import sqlite3
import time
from datetime import UTC, datetime, timedelta

import orjson
from confluent_kafka import Consumer, Producer

import job
from rules import Refused, read

EPOCH, CONTROL = datetime.fromtimestamp(0, UTC), re.compile("[\0-\x1f\x7f-\x9f]")
WHEN_SENT = "contact", "billing_currency", "contact_persons", "tax_treatment"
ALL_HAVE = ("ce_specversion", "1.0"), ("ce_source", "customer-worker"), ("content-type", "application/json")
CREATED, FAILED = ("ce_type", "flexprice.customer.created.v1"), ("ce_type", "flexprice.customer.create_failed.v1")
CONFLICT = "this external_id was created by an earlier command with another payload"

consumer = Consumer(job.CONSUMER)
producer = Producer({**job.PRODUCER, "transactional.id": job.GROUP})
database = sqlite3.connect(os.path.join(job.FOLDER, "customers.sqlite"), isolation_level=None)
database.executescript("""
    PRAGMA busy_timeout = 10000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS customers (
        external_id TEXT NOT NULL UNIQUE, fingerprint BLOB NOT NULL, customer TEXT NOT NULL, command_id TEXT NOT NULL,
        topic TEXT NOT NULL, "partition" INTEGER NOT NULL, "offset" INTEGER NOT NULL, record_timestamp INTEGER,
        remembered_at INTEGER NOT NULL) STRICT""")
FIND = "SELECT * FROM customers WHERE external_id IN (SELECT value FROM json_each(?))"
INSERT = "INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


@functools.lru_cache(4_096)
def instant(milliseconds):
    return (EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def customer_of(command, number, moment):
    """The document that Flexprice would answer."""
    sent, metadata = command.get, command.get("metadata")
    customer = {
        "id": f"cust_{number:032x}", "external_id": command["external_id"], "name": command["name"],
        "email": sent("email") or "", "address_line1": sent("address_line1") or "",
        "address_line2": sent("address_line2") or "", "address_city": sent("address_city") or "",
        "address_state": sent("address_state") or "", "address_postal_code": sent("address_postal_code") or "",
        "address_country": sent("address_country") or "", "timezone": sent("timezone") or "UTC",
        "metadata": metadata and {name: value or "" for name, value in metadata.items()},
        "environment_id": "", "tenant_id": "", "status": "published",
        "created_at": moment, "updated_at": moment, "created_by": "", "updated_by": "",
    }
    for name in WHEN_SENT:
        if (value := sent(name)) is not None:
            customer[name] = value
    return orjson.dumps(customer).decode()


def command_id_of(headers, place):
    """The command's `ce_id` if it has a good one."""
    chosen = dict(headers).get("ce_id") or b""
    try:
        text = chosen.decode()
    except UnicodeDecodeError:
        return place
    return text if 1 <= len(chosen) <= 255 and not CONTROL.search(text) else place


def dead_letter(message, refused, command_id, moment):
    """The command as it came, with headers that say why it failed."""
    headers = message.headers() or []
    earlier = {name: value for name, value in headers if value}
    times = earlier.get("__dlq.errors.delivery.count", b"")
    ours = {
        "__dlq.errors.topic": message.topic(), "__dlq.errors.partition": str(message.partition()),
        "__dlq.errors.offset": str(message.offset()), "__dlq.errors.group": job.GROUP,
        "__dlq.errors.delivery.count": str(int(times) + 1 if times.isdigit() else 1),
        "__dlq.errors.message": refused.message, "dlq-error-code": refused.code, "dlq-error-retryable": "false",
        "dlq-first-failed-at": earlier.get("dlq-first-failed-at", moment), "dlq-last-failed-at": moment,
        "dlq-redrive-count": earlier.get("dlq-redrive-count", "0"), "dlq-command-id": command_id,
    }
    headers = [header for header in headers if header[0] not in ours] + list(ours.items())
    return job.DEAD_LETTERS, message.value(), message.key(), headers, max(0, message.timestamp()[1])


def stated_id(fields):
    """What a refused command has as its external_id."""
    text = fields.get("external_id")
    return text.encode()[:1_024].decode(errors="ignore") if isinstance(text, str) else None


def carry_out(messages):
    """All of a batch in one transaction of SQLite: the records to publish."""
    now = time.time_ns() // 1_000_000
    moment, number = instant(now), now << 80 | secrets.randbits(80)
    readings = [read(message.value()) for message in messages]
    ids = [command["external_id"] for command, _, refused in readings if refused is None]
    database.execute("BEGIN IMMEDIATE")
    known = {row[0]: row for row in database.execute(FIND, (orjson.dumps(ids).decode(),))}
    new, records = [], []
    for message, (command, fingerprint, refused) in zip(messages, readings):
        position = topic, partition, offset, timestamp = (
            message.topic(), message.partition(), message.offset(), message.timestamp()[1])
        place = f"{topic}/{partition}/{offset}"
        command_id = command_id_of(headers, place) if (headers := message.headers()) else place
        if refused is None:
            external_id = command["external_id"]
            if (row := known.get(external_id)) is None:
                customer, number = customer_of(command, number, moment), number + 1
                row = known[external_id] = (external_id, fingerprint, customer, command_id, *position, now)
                new.append(row)
            elif row[1] != fingerprint:
                refused = Refused("idempotency_conflict", CONFLICT, details={
                    "fingerprint": f"sha256:{fingerprint.hex()}", "earlier_fingerprint": f"sha256:{row[1].hex()}",
                    "earlier_command_id": row[3]})
        if refused is None:
            # A record that is read again after a crash ends as it would have.
            outcome = "created" if row[4:8] == position else "replayed"
            result = {
                "status": "created", "outcome": outcome, "external_id": external_id,
                "customer": orjson.Fragment(row[2])}
        else:
            external_id = stated_id(command)
            result = {"status": "failed", "error": refused.error}
            if external_id is not None:
                result["external_id"] = external_id
            records.append(dead_letter(message, refused, command_id, moment))
        result["command"] = {
            "id": command_id, "topic": topic, "partition": partition, "offset": offset, "timestamp": instant(timestamp)}
        result["attempts"], result["completed_at"] = 0, moment
        headers = [
            *ALL_HAVE, ("ce_id", f"{place}@{timestamp}"), CREATED if refused is None else FAILED, ("ce_time", moment),
            ("ce_causationid", command_id)]
        if external_id and len(external_id) <= 255 and "\0" not in external_id:
            headers.append(("ce_subject", external_id))
        records.append((job.RESULTS, orjson.dumps(result), external_id, headers, now))
    database.executemany(INSERT, new)
    database.execute("COMMIT")
    return records


def publish(records):
    producer.begin_transaction()
    for topic, value, key, headers, timestamp in records:
        while True:
            try:
                producer.produce(topic, value, key, headers=headers, timestamp=timestamp)
                break
            except BufferError:
                producer.poll(0.05)
    positions = consumer.position(consumer.assignment())
    producer.send_offsets_to_transaction(positions, consumer.consumer_group_metadata(), 30)
    producer.commit_transaction(60)


producer.init_transactions(30)
consumer.subscribe([job.COMMANDS])
while True:
    if messages := [message for message in consumer.consume(2_000, 0.01) if message.error() is None]:
        publish(carry_out(messages))
