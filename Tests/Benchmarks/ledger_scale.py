#!/usr/bin/env python3
"""What a look-up and an entry cost when the ledger has ten million entries, against a hundred thousand, for both kinds of store.

usage: ledger_scale.py LEDGER_SCALE [--entries N] [--small N] [--rounds R] [--batch B] [--only sqlite|postgres] [--folder F]

LEDGER_SCALE is the program of that name (swift build -c release --product ledger-scale). The external ids are MD5 sums, in no order at all:
each one meets another page of the index. The stores are filled by SQL with copies of an entry that the program itself made, through the same index,
so that its pages are as full as entries that come one by one leave them. Then the two stores of a kind are measured in turn, batch by batch, with
a flush to disk for each batch of entries as a worker has it; all files are read once before, so that both are in the kernel's page cache, which
therefore must have room for them (8 GB of either store). Ends with 1 if anything costs over 1.5 times as much in the large one.

Some 20 GB of disk and a quarter of an hour for ten million.
"""
import argparse
import contextlib
import hashlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Processes"))

from postgres import postgres  # noqa: E402

LIMIT = 1.5
# A small server's: Debian's defaults are for a laptop. The largest index of ten million fits into the buffers.
SETTINGS = ["shared_buffers=2GB", "max_wal_size=8GB"]


def run(*arguments):
    done = subprocess.run([OPTIONS.program, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{arguments[0]}: {done.stderr}")
    return done.stdout


def fill_sqlite(path, count):
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA cache_size = -2000000")
        database.execute("PRAGMA synchronous = OFF")
        names = [row[1] for row in database.execute("PRAGMA table_info(customers)") if row[1] not in ("id", "external_id")]
        columns = ", ".join(f'"{name}"' for name in names)
        template = database.execute(f"SELECT {columns} FROM customers").fetchone()
        insert = f"INSERT INTO customers (external_id, {columns}) VALUES (?, {', '.join('?' * len(names))})"
        for first in range(0, count, 250_000):
            last = min(first + 250_000, count)
            database.execute("BEGIN")
            database.executemany(insert, ((hashlib.md5(b"%d" % number).hexdigest(), *template) for number in range(first, last)))
            database.execute("COMMIT")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return os.path.getsize(path)


def warm(folder):
    """Reads the files, so that what is measured is the store and not how much of it the kernel still had in memory."""
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError), open(os.path.join(place, name), "rb") as file:
                while file.read(1 << 22):
                    pass


def fill_postgres(server, schema, count):
    table = f"{schema}.customer_worker_customers"
    columns = ('remembered_at, "offset", record_timestamp, "partition", outcome, fingerprint, field_digests, command_id, topic, '
               "customer")
    for first in range(0, count, 250_000):
        last = min(first + 250_000, count)
        server.query(
            f"SET synchronous_commit = off; INSERT INTO {table} (external_id, {columns}) "
            f"SELECT convert_to(md5(number::text), 'UTF8'), {columns} FROM generate_series({first}, {last - 1}) AS number, "
            f"(SELECT * FROM {table} WHERE external_id = 'template') AS template")
    server.query(f"VACUUM ANALYZE {table}")
    server.query("CHECKPOINT")
    return int(server.query(f"SELECT pg_total_relation_size('{table}')")[0][0])


def measured(stores, sizes):
    arguments = [f"--{name}={value}" for store, size in zip(stores, sizes) for name, value in [("store", store), ("count", size)]]
    said = run("measure", *arguments, f"--rounds={OPTIONS.rounds}", f"--batch={OPTIONS.batch}", f"--seed={OPTIONS.seed}")
    return [json.loads(line) for line in said.splitlines()]


def sqlite(sizes):
    with contextlib.ExitStack() as stack:
        folder = tempfile.mkdtemp(dir=OPTIONS.folder)
        stack.callback(shutil.rmtree, folder)
        stores, bytes_each = [], []
        for size in sizes:
            path = f"{folder}/{size}.sqlite"
            run("prepare", f"sqlite:{path}")
            bytes_each.append(fill_sqlite(path, size) / size)
            stores.append(f"sqlite:{path}")
            print(f"filled {path}", file=sys.stderr, flush=True)
        warm(folder)
        return measured(stores, sizes), bytes_each


def postgresql(sizes):
    with postgres(*SETTINGS) as server:
        stores, bytes_each = [], []
        for size in sizes:
            schema = f"of_{size}"
            server.query(f"CREATE SCHEMA {schema}")
            stores.append(f"{server.url}&options=-csearch_path%3D{schema}")
            run("prepare", stores[-1])
            bytes_each.append(fill_postgres(server, schema, size) / size)
            print(f"filled {schema}", file=sys.stderr, flush=True)
        warm(server.folder)
        return measured(stores, sizes), bytes_each


def table(name, sizes, rows, bytes_each):
    """Prints one store's figures; whether all are within the limit."""
    small, large = sizes
    print(f"\n{name}, batches of {OPTIONS.batch}, {OPTIONS.rounds} of each")
    print(f"{'':20}{f'{small:,} entries':>34}{f'{large:,} entries':>34}{'ratio':>9}")
    print(f"{'':20}" + f"{'µs each':>12}{'p50 ms':>11}{'p99 ms':>11}" * 2)
    by_operation = {}
    for row in rows:
        by_operation.setdefault(row["operation"], {})[row["entries"]] = row
    is_within = True
    for operation, by_size in by_operation.items():
        cells = [by_size[size] for size in sizes]
        ratio = cells[1]["mean_us"] / cells[0]["mean_us"]
        is_within &= ratio <= LIMIT
        texts = "".join(f"{cell['mean_us']:12.2f}{cell['p50_ms']:11.2f}{cell['p99_ms']:11.2f}" for cell in cells)
        print(f"{operation:20}{texts}{ratio:9.2f}{'' if ratio <= LIMIT else '  OVER'}")
    print(f"{'bytes of an entry':20}{bytes_each[0]:34.0f}{bytes_each[1]:34.0f}", flush=True)
    return is_within


def main():
    sizes = (OPTIONS.small, OPTIONS.entries)
    kinds = {"sqlite": ("SQLite", sqlite), "postgres": (f"PostgreSQL ({', '.join(SETTINGS)})", postgresql)}
    is_within = True
    for kind in [OPTIONS.only] if OPTIONS.only else kinds:
        name, measure = kinds[kind]
        began = time.monotonic()
        rows, bytes_each = measure(sizes)
        is_within &= table(name, sizes, rows, bytes_each)
        print(f"{time.monotonic() - began:.0f} s in all", file=sys.stderr)
    print(f"\n{'within' if is_within else 'NOT within'} {LIMIT} times")
    return 0 if is_within else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    parser.add_argument("--folder", default=tempfile.gettempdir(), help="on a disk, for the SQLite files")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    OPTIONS = parser.parse_args()
    OPTIONS.program = os.path.abspath(OPTIONS.program)
    sys.exit(main())
