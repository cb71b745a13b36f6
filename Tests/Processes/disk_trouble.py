#!/usr/bin/env python3
"""A SQLite store whose disk is full, has become read only, or holds a damaged file.

usage: disk_trouble.py PROGRAM

 1  While commands come in, every write to the store fails as on a full disk; later as on one that the kernel has made read only after
    an error. The intake pauses, readiness names the trouble, nothing is failed for it, and the same process goes on once it is over.
    (failing_disk.c stands between the program and the C library: no file system has to be made, and nobody has to be root for it.)
 2  The file is removed while the worker runs: nothing more is answered from it, intake pauses with the reason, and putting it back is
    enough. A worker that finds no store beside a group that has read commands does not start, until it is told to.
 3  A damaged file ends the start with 78 and says what to do; doing it, the work goes on with what the backup remembers.
"""
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

import harness
from harness import expect, get, is_ready, read_all, wait_until

ENOSPC, EROFS = 28, 30


def names(first, count):
    return [f"acct_{number}" for number in range(first, first + count)]


def troubled(port, word):
    status, body = get(port, "/readyz")
    return True if status == 503 and "store_trouble" in body and f"({word})" in body else body


def metric(port, name):
    lines = [line for line in get(port, "/metrics")[1].splitlines() if line.startswith(name)]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)


def refused_writes():
    """a disk that is full, then one that is read only: paused, named, nothing failed, and the same process goes on"""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        brokers = stack.enter_context(harness.broker())
        shim = os.path.join(folder, "failing_disk.so")
        source = os.path.join(harness.ROOT, "Tests", "Processes", "failing_disk.c")
        subprocess.run(["clang", "-shared", "-fPIC", "-Wall", "-Werror", "-o", shim, source, "-ldl"], check=True)
        disk = os.path.join(folder, "disk")
        os.mkdir(disk)
        port = harness.free_port()
        env = harness.environment(brokers, disk, FLEXPRICE_ADMIN_LISTEN=f"127.0.0.1:{port}")
        harness.create_topics(env, 3)
        log = harness.Log(folder)
        stack.callback(log.file.close)
        worker = stack.enter_context(harness.process(
            [harness.PROGRAM, "run"], env={**env, "LD_PRELOAD": shim, "FAILING_DISK": disk}, stderr=log.file))
        wait_until(lambda: is_ready(port), 30, "ready")
        harness.produce_commands(brokers, names(0, 100))
        sent = 100
        results = lambda: metric(port, "customer_worker_commands_total")
        wait_until(lambda: results() == sent or results(), 30, "the first commands have results")
        for code, word in [(ENOSPC, "full"), (EROFS, "read_only")]:
            with open(os.path.join(disk, "errno.new"), "w") as file:
                file.write(str(code))
            os.rename(os.path.join(disk, "errno.new"), os.path.join(disk, "errno"))
            # More than fit in flight, so that some wait in Kafka.
            harness.produce_commands(brokers, names(sent, 6_000))
            wait_until(lambda: troubled(port, word), 30, f"readiness says {word}")
            paused = metric(port, f'customer_worker_intake_paused{{reason="store_{word}"}}')
            expect(paused == 1, f"the metric of paused intake says {paused}")
            expect(results() == sent, f"{results()} results of {sent} while nothing can be remembered")
            os.remove(os.path.join(disk, "errno"))
            sent += 6_000
            wait_until(lambda: is_ready(port), 30, f"ready after {word}")
            wait_until(lambda: results() == sent or results(), 60, f"all results after {word}")
        expect(worker.poll() is None, "the worker has ended")
        ends = [json.loads(record.value())["outcome"] for record in read_all(brokers, "customer_results", sent)]
        expect(ends == ["created"] * sent, f"{len(ends)} results, {ends.count('created')} of them created")
        expect(log.find("Ledger refused a batch; it is tried again"), "no batch was refused")
        print(f"        {sent} commands, {len(log.find('Ledger refused a batch; it is tried again'))} refusals of the store")


def gone():
    """a store that is removed: nothing is answered from it, and nothing begins without it"""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        brokers = stack.enter_context(harness.broker())
        port = harness.free_port()
        env = harness.environment(brokers, folder, FLEXPRICE_ADMIN_LISTEN=f"127.0.0.1:{port}")
        store = env["FLEXPRICE_STORE_URL"].removeprefix("sqlite:")
        harness.create_topics(env, 1)
        worker = stack.enter_context(harness.process([harness.PROGRAM, "run"], env=env, stderr=subprocess.DEVNULL))
        wait_until(lambda: is_ready(port), 30, "ready")
        results = lambda: metric(port, "customer_worker_commands_total")
        harness.produce_commands(brokers, names(0, 50))
        wait_until(lambda: results() == 50 or results(), 30, "the first commands have results")

        def move(source, target):
            for ending in ("", "-wal", "-shm"):
                if os.path.exists(source + ending):
                    os.rename(source + ending, target + ending)

        move(store, folder + "/away")
        harness.produce_commands(brokers, names(0, 20))
        wait_until(lambda: troubled(port, "replaced"), 30, "readiness says replaced")
        paused = metric(port, 'customer_worker_intake_paused{reason="store_replaced"}')
        expect(paused == 1, f"the metric of paused intake says {paused}")
        expect(results() == 50, f"{results()} results while the store is away")
        # A copy in its place knows the same, and is another file.
        shutil.copy(folder + "/away", store)
        time.sleep(2.5)  # It is tried again each second.
        expect(troubled(port, "replaced") is True, "a copy is taken for the store")
        expect(results() == 50, f"{results()} results with a copy in the store's place")
        os.remove(store)
        move(folder + "/away", store)
        wait_until(lambda: results() == 70 or results(), 30, "the results after it was put back")
        worker.terminate()
        harness.wait_for_exit(worker, 0)
        outcomes = [json.loads(record.value())["outcome"] for record in read_all(brokers, "customer_results", 70)]
        expect(outcomes == ["created"] * 50 + ["replayed"] * 20, f"{outcomes}")

        move(store, folder + "/away")
        for _ in range(2):
            said = harness.run(["run"], env)
            expect(said.returncode == 78, f"ended with {said.returncode}: {said.stderr}")
            for words in (store, "customer_worker", "--accept-empty-ledger", "ledger backup"):
                expect(words in said.stderr, f"nothing about {words}: {said.stderr}")
            expect(not os.path.exists(store), "a store was made")
        worker = stack.enter_context(harness.process(
            [harness.PROGRAM, "run", "--accept-empty-ledger"], env=env, stderr=subprocess.DEVNULL))
        wait_until(lambda: is_ready(port), 30, "ready with an empty store")
        worker.terminate()
        harness.wait_for_exit(worker, 0)
        # From now on the store is there, and empty because nothing has succeeded since.
        worker = stack.enter_context(harness.process([harness.PROGRAM, "run"], env=env, stderr=subprocess.DEVNULL))
        wait_until(lambda: is_ready(port), 30, "ready with the same store")
        worker.terminate()
        harness.wait_for_exit(worker, 0)


def damaged():
    """a damaged file: 78 and what to do; with the backup in its place the work goes on"""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        brokers = stack.enter_context(harness.broker())
        port = harness.free_port()
        env = harness.environment(brokers, folder, FLEXPRICE_ADMIN_LISTEN=f"127.0.0.1:{port}")
        store = env["FLEXPRICE_STORE_URL"].removeprefix("sqlite:")
        harness.create_topics(env, 1)
        worker = stack.enter_context(harness.process([harness.PROGRAM, "run"], env=env, stderr=subprocess.DEVNULL))
        wait_until(lambda: is_ready(port), 30, "ready")
        harness.produce_commands(brokers, names(0, 500))
        wait_until(lambda: metric(port, "customer_worker_commands_total") == 500 or "fewer", 30, "500 results")
        # While it runs.
        copied = harness.run(["ledger", "backup", f"{folder}/copy.sqlite"], env)
        expect(copied.returncode == 0 and "500" in copied.stdout, copied.stdout + copied.stderr)
        expect(harness.run(["ledger", "backup", f"{folder}/copy.sqlite"], env).returncode != 0, "a copy was overwritten")
        worker.terminate()
        harness.wait_for_exit(worker, 0)

        # So that no newer copies of its pages are left in the write-ahead log.
        with contextlib.closing(sqlite3.connect(store)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with open(store, "r+b") as file:
            file.seek(os.path.getsize(store) // 2 // 4096 * 4096)
            file.write(b"\xa5" * 16_384)
        for arguments in (["run"], ["ledger", "verify"]):
            said = harness.run(arguments, env)
            expect(said.returncode == 78, f"{arguments} ended with {said.returncode}: {said.stderr}")
            for words in (store, "damaged", "ledger backup", "-wal"):
                expect(words in said.stderr, f"nothing about {words}: {said.stderr}")
        for ending in ("", "-wal", "-shm"):
            if os.path.exists(store + ending):
                os.rename(store + ending, store + ".damaged" + ending)
        os.rename(f"{folder}/copy.sqlite", store)
        verified = harness.run(["ledger", "verify", "--json"], env)
        expect(verified.returncode == 0, verified.stdout + verified.stderr)
        row = json.loads(verified.stdout)[0]
        expect(row["customers"] == 500 and row["damage"] == "none", f"{row}")
        worker = stack.enter_context(harness.process([harness.PROGRAM, "run"], env=env, stderr=subprocess.DEVNULL))
        harness.produce_commands(brokers, names(499, 2))
        outcomes = [json.loads(record.value())["outcome"] for record in read_all(brokers, "customer_results", 502)][500:]
        expect(outcomes == ["replayed", "created"], f"{outcomes}")
        worker.terminate()
        harness.wait_for_exit(worker, 0)


if __name__ == "__main__":
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    sys.exit(harness.report([refused_writes, gone, damaged]))
