#!/usr/bin/env python3
"""Moves a SQLite store to a PostgreSQL while the move is killed, and lets old successes be forgotten.

usage: moving.py PROGRAM [--entries N] [--kills K]

 1  `ledger migrate` of N entries is killed (KILL) K times, each time with some entries on the other side and some not, and begun again.
    At the end it has verified them itself, and the stores have one checksum; a worker at the new store answers `replayed`.
 2  An entry that differs on the other side is named and not overwritten: 1. A password in the arguments is refused: 64.
 3  A worker with `idempotency.retention` forgets old successes and keeps the young ones; with backend local it forgets nobody.
"""
import argparse
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time

import harness
from harness import expect, is_ready, read_all, wait_until
from postgres import postgres

SECRET = "hunter2"
OPTIONS = None


def run_worker(stack, env):
    """A worker that is ready."""
    port = harness.free_port()
    env = {**env, "FLEXPRICE_ADMIN_LISTEN": f"127.0.0.1:{port}"}
    worker = stack.enter_context(harness.process([harness.PROGRAM, "run"], env=env, stderr=subprocess.DEVNULL))
    wait_until(lambda: is_ready(port), 30, "ready")
    return worker


def make_store(stack, folder, brokers, count):
    """A SQLite store with so many entries, of which a worker made 200; the environment that names it."""
    env = harness.environment(brokers, folder)
    harness.create_topics(env, 1)
    worker = run_worker(stack, env)
    harness.produce_commands(brokers, [f"acct_{number}" for number in range(200)])
    expect(len(read_all(brokers, "customer_results", 200, quiet=1)) == 200, "the entries could not be made")
    worker.terminate()
    harness.wait_for_exit(worker, 0)
    with contextlib.closing(sqlite3.connect(env["FLEXPRICE_STORE_URL"].removeprefix("sqlite:"))) as database:
        names = [row[1] for row in database.execute("PRAGMA table_info(customers)") if row[1] not in ("id", "external_id")]
        columns = ", ".join(f'"{name}"' for name in names)
        database.execute(
            f"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {(count - 1) // 200}) "
            f"INSERT INTO customers (external_id, {columns}) SELECT external_id || '-' || i, {columns} FROM n, customers")
        database.execute(f"DELETE FROM customers WHERE id > {count}")
        database.commit()
        expect(database.execute("SELECT count(*) FROM customers").fetchone()[0] == count, "the entries could not be multiplied")
    return env


def moved(server):
    there = server.query("SELECT to_regclass('customer_worker_customers') IS NOT NULL")
    return int(server.query("SELECT count(*) FROM customer_worker_customers")[0][0]) if there == [["t"]] else 0


def killed_moves():
    """a move that is killed in its middle and begun again loses and doubles nothing, and is verified"""
    count = OPTIONS.entries
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        brokers = stack.enter_context(harness.broker())
        server = stack.enter_context(postgres())
        old = make_store(stack, folder, brokers, count)
        new = {**old, "FLEXPRICE_STORE_URL": server.url}
        command = [harness.PROGRAM, "ledger", "migrate", "--from", old["FLEXPRICE_STORE_URL"], "--to", server.url]
        at = []
        for number in range(1, OPTIONS.kills + 1):
            move = stack.enter_context(harness.process(
                command, env=old, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            # In the first half: what is asked for by a query has gone on by the time that it is answered.
            enough = count * number // (2 * (OPTIONS.kills + 1))
            while moved(server) < enough:
                expect(move.poll() is None, f"the move ended by itself with {move.returncode}")
                time.sleep(0.02)
            move.kill()
            move.wait()
            at.append(moved(server))
        expect(all(0 < some < count for some in at) and at == sorted(at), f"it was killed at {at} of {count}")

        begin = time.monotonic()
        last = subprocess.Popen(command, env=old, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        said = last.stdout.read()
        complaint = last.stderr.read()
        _, status, usage = os.wait4(last.pid, 0)
        took = time.monotonic() - begin
        expect(os.waitstatus_to_exitcode(status) == 0, f"the last move: {said}{complaint}")
        expect("verified" in said and f"{count - at[-1]:,}" in said.replace(" ", ","), said)
        # The same for ten times as many: it holds a page of each.
        expect(usage.ru_maxrss < 200 * 1_024, f"it took {usage.ru_maxrss} KiB of memory")
        checksums = set()
        for env in (old, new):
            verified = harness.run(["ledger", "verify", "--json"], env, timeout=300)
            expect(verified.returncode == 0, verified.stdout + verified.stderr)
            row = json.loads(verified.stdout)[0]
            expect(row["customers"] == count, f"{row}")
            checksums.add(row["checksum"])
        expect(len(checksums) == 1, f"the checksums are {checksums}")
        expect(moved(server) == count, f"{moved(server)} entries, expected {count}")
        print(f"        {count} entries, killed at {at}, the last run took {took:.1f} s and {usage.ru_maxrss // 1024} MiB")

        worker = run_worker(stack, new)
        harness.produce_commands(brokers, ["acct_7", "acct_new"])
        results = [json.loads(record.value()) for record in read_all(brokers, "customer_results", 202)]
        expect([result["outcome"] for result in results[200:]] == ["replayed", "created"], f"{results[200:]}")
        expect(results[200]["customer"] == next(r for r in results if r["external_id"] == "acct_7")["customer"], "another customer")
        worker.terminate()
        harness.wait_for_exit(worker, 0)

        server.query("UPDATE customer_worker_customers SET customer = '{}' WHERE external_id = 'acct_9'")
        said = harness.run(command[1:], old, timeout=300)
        expect(said.returncode == 1 and "acct_9" in said.stderr and "1 differ" in said.stderr, said.stdout + said.stderr)
        kept = server.query("SELECT convert_from(customer, 'UTF8') FROM customer_worker_customers WHERE external_id = 'acct_9'")
        expect(kept == [["{}"]], f"it was overwritten: {kept}")
        said = harness.run(["ledger", "migrate", "--from", old["FLEXPRICE_STORE_URL"], "--to",
                            f"postgres://u:{SECRET}@127.0.0.1/d"], old)
        expect(said.returncode == 64 and SECRET not in said.stderr + said.stdout, said.stderr)
        server.stop()
        said = harness.run(command[1:], old)
        expect(said.returncode == 69, f"{said.returncode}: {said.stderr}")


def retention():
    """old successes are forgotten and young ones kept; customers of backend local are never forgotten"""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        brokers = stack.enter_context(harness.broker())
        api = stack.enter_context(harness.simulator())
        server = stack.enter_context(postgres())
        local = make_store(stack, folder, brokers, 3_000)
        expect(harness.run(["ledger", "migrate", "--from", local["FLEXPRICE_STORE_URL"], "--to", server.url], local).returncode == 0,
               "the entries could not be copied")
        remote = {"FLEXPRICE_BACKEND": "flexprice", "FLEXPRICE_API_HOST": api, "FLEXPRICE_API_KEY": harness.KEY}
        path = local["FLEXPRICE_STORE_URL"].removeprefix("sqlite:")

        def in_file(sql):
            with contextlib.closing(sqlite3.connect(path, timeout=20)) as database:
                found = database.execute(sql).fetchall()
                database.commit()
                return found[0][0] if found else None

        hours_ago = int((time.time() - 2 * 3_600) * 1_000)
        # In the file the oldest stand first.
        in_file(f"UPDATE customers SET remembered_at = {hours_ago} WHERE id <= 2900")
        server.query(f"UPDATE customer_worker_customers SET remembered_at = {hours_ago} WHERE external_id >= 'acct_10'")
        young = int(server.query(
            f"SELECT count(*) FROM customer_worker_customers WHERE remembered_at > {hours_ago}")[0][0])
        expect(0 < young < 3_000, f"{young}")
        keep = {"FLEXPRICE_IDEMPOTENCY_RETENTION": "1h"}
        log = harness.Log(folder)
        stack.callback(log.file.close)
        worker = stack.enter_context(harness.process([harness.PROGRAM, "run"], env={**local, **keep}, stderr=log.file))
        wait_until(lambda: any("no effect with backend local" in str(line) for line in log.lines()), 30, "backend local is warned")
        harness.produce_commands(brokers, ["acct_local"])
        expect(len(read_all(brokers, "customer_results", 201, quiet=1)) == 201, "no result")
        worker.terminate()
        harness.wait_for_exit(worker, 0)
        expect(in_file("SELECT count(*) FROM customers") == 3_001, "a customer of backend local was forgotten")

        for env, count, left in [
            ({**local, **remote, **keep}, lambda: in_file("SELECT count(*) FROM customers"), 101),
            ({**local, **remote, **keep, "FLEXPRICE_STORE_URL": server.url}, lambda: moved(server), young),
        ]:
            worker = run_worker(stack, env)
            wait_until(lambda: count() == left or count(), 30, f"{left} entries are left")
            worker.terminate()
            harness.wait_for_exit(worker, 0)
            expect(count() == left, f"{count()} entries are left, expected {left}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--kills", type=int, default=3)
    OPTIONS = parser.parse_args()
    harness.PROGRAM = os.path.abspath(OPTIONS.program)
    sys.exit(harness.report([killed_moves, retention]))
