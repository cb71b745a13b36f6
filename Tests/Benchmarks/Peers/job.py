"""The job that every peer does, so that only the framework around it differs: settings, store, API call and result.

A peer checks nothing of a command but that it is JSON, knows no conflicts and no dead letters: it does less than customer-worker,
which is in its favour. The store commits with synchronous=NORMAL, as a peer's author would have it. Only with_equal_promises.py does as
much, with a store of its own.
"""
import asyncio
import os
import sqlite3
import time

import orjson

BROKERS, GROUP = os.environ["PEER_BROKERS"], os.environ["PEER_GROUP"]
COMMANDS, RESULTS = os.environ["PEER_COMMANDS"], os.environ["PEER_RESULTS"]
DEAD_LETTERS = os.environ["PEER_DEAD_LETTERS"]
BACKEND, FOLDER = os.environ["PEER_BACKEND"], os.environ["PEER_FOLDER"]
API, KEY = os.environ.get("PEER_API", ""), os.environ.get("PEER_API_KEY", "")
CONCURRENCY, SESSION_MS = int(os.environ["PEER_CONCURRENCY"]), int(os.environ["PEER_SESSION_MS"])

HEADERS = {"content-type": "application/json", "x-api-key": KEY}
ATTEMPTS = 5

# A static membership, where a killed worker is to have its partitions back at once.
INSTANCE = os.environ.get("PEER_INSTANCE")
MEMBERSHIP = {"group.instance.id": INSTANCE} if INSTANCE else {}

CONSUMER = {
    "bootstrap.servers": BROKERS, "group.id": GROUP, "auto.offset.reset": "earliest", "enable.auto.commit": False,
    "isolation.level": "read_committed", "session.timeout.ms": SESSION_MS,
    # Otherwise the client sits out a second whenever its queue is full.
    "queued.min.messages": 100_000, "fetch.queue.backoff.ms": 10,
    **MEMBERSHIP,
}
PRODUCER = {
    "bootstrap.servers": BROKERS, "enable.idempotence": True, "linger.ms": 5, "compression.type": "lz4",
    "queue.buffering.max.messages": 1_000_000,
}


def created(external_id, customer_id):
    return orjson.dumps({"status": "created", "external_id": external_id, "customer_id": customer_id})


def failed(external_id, reason):
    return orjson.dumps({"status": "failed", "external_id": external_id, "reason": reason})


def waits(attempt):
    return 0.05 * 2**attempt


def result_of_answer(external_id, status, body):
    if status == 201:
        return created(external_id, orjson.loads(body)["id"])
    if status == 409:
        return created(external_id, None)
    return failed(external_id, f"{status}: {body[:200]!r}")


def is_passing(status):
    return status == 429 or status >= 500


async def post(session, value):
    """One command through aiohttp, with retries: the external_id and its result."""
    external_id, reason = orjson.loads(value)["external_id"], ""
    for attempt in range(ATTEMPTS):
        async with session.post(f"{API}/customers", data=value) as answer:
            body = await answer.read()
            if not is_passing(answer.status):
                return external_id, result_of_answer(external_id, answer.status, body)
            reason = f"{answer.status}"
        await asyncio.sleep(waits(attempt))
    return external_id, failed(external_id, reason)


class Store:
    """Customers in SQLite, one for each external_id."""

    def __init__(self):
        self.database = sqlite3.connect(os.path.join(FOLDER, "customers.sqlite"), isolation_level=None, check_same_thread=False)
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.execute("PRAGMA synchronous = NORMAL")
        self.database.execute("PRAGMA busy_timeout = 5000")
        self.database.execute(
            "CREATE TABLE IF NOT EXISTS customers (external_id TEXT NOT NULL UNIQUE, id TEXT NOT NULL, body BLOB NOT NULL)")
        self.last = time.time_ns()

    def next_id(self):
        self.last += 1
        return f"cust_{self.last:x}"

    def create(self, values):
        """All of a batch in one transaction: [(external_id, result)]."""
        ids = [orjson.loads(value)["external_id"] for value in values]
        known = {}
        self.database.execute("BEGIN IMMEDIATE")
        for start in range(0, len(ids), 500):
            some = ids[start : start + 500]
            marks = ",".join("?" * len(some))
            known.update(self.database.execute(f"SELECT external_id, id FROM customers WHERE external_id IN ({marks})", some))
        rows = []
        for external_id, value in zip(ids, values):
            if external_id not in known:
                known[external_id] = self.next_id()
                rows.append((external_id, known[external_id], value))
        self.database.executemany("INSERT INTO customers VALUES (?, ?, ?)", rows)
        self.database.execute("COMMIT")
        return [(external_id, created(external_id, known[external_id])) for external_id in ids]
