#!/usr/bin/env python3
"""Several instances with one PostgreSQL, backend local: killed at random, and with a database that goes away.

usage: shared_store.py PROGRAM [--count N] [--kills K] [--seconds S] [--seed S]

A fifth of the commands repeat the external_id of the one before on another partition, so that two instances often have one id in
hand at the same moment; every second of these has another payload. A twentieth is invalid.

 1  N commands, four instances, K times one of them is killed (KILL) and comes back.
 2  Commands go on coming while PostgreSQL is restarted, and then frozen for S seconds: it accepts and never answers. Nothing is
    failed for it, readiness says what is missing meanwhile, and the same processes go on afterwards.
 3  Two instances on one SQLite file, N / 5 commands, one of them killed now and then.

After each part:
 a  every command has exactly one result, and the commands of a partition and external_id have them in order
 b  of an external_id one command is `created`; one with the same payload is `replayed` with the same customer, one with another is an
    `idempotency_conflict`; which came first is nobody's promise
 c  the store has exactly these customers, with the ids that were published
 d  the committed offsets come to the ends of the partitions by themselves
 e  failures = dead letters
"""
import argparse
import contextlib
import json
import os
import random
import sqlite3
import sys
import tempfile
import threading
import time

import group_membership
import harness
from confluent_kafka import Producer
from harness import committed, ends, expect, read_all
from instances import Instance
from oracles import PARTITIONS, wait_until_done
from postgres import postgres


def is_duplicate(index):
    return index % 5 == 3


def command(index):
    """The external_id, the value (None when it is invalid) and the partition of command number `index`."""
    if index % 20 == 7:
        return f"acct_{index}", None, index % PARTITIONS
    first = index - 1 if is_duplicate(index) else index
    name = f"Another {first}" if index % 10 == 8 else f"Customer {first}"
    return f"acct_{first}", name, (first + (3 if is_duplicate(index) else 0)) % PARTITIONS


def produce(brokers, first, count):
    producer = Producer({"bootstrap.servers": brokers, "linger.ms": 5})
    for index in range(first, first + count):
        external_id, name, partition = command(index)
        body = {"external_id": external_id, **({"name": name} if name else {"address_country": "Germany"})}
        producer.produce(
            "customer_commands", json.dumps(body), key=external_id, partition=partition, headers={"ce_id": f"n{index}"})
        producer.poll(0)
    expect(producer.flush(60) == 0, "the commands could not be sent")


def feed(brokers, count, seconds):
    """Sends the commands over about so many seconds, on a thread of its own."""
    slices = max(1, min(count // 200, int(seconds * 4)))
    size = count // slices

    def run():
        for number in range(slices):
            produce(brokers, number * size, count - number * size if number == slices - 1 else size)
            time.sleep(seconds / slices)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def check(brokers, count, stored):
    """Every oracle; `stored` is the store's customer id by external_id."""
    results = {}
    order = {}
    for record in read_all(brokers, "customer_results", count):
        body = json.loads(record.value())
        index = int(body["command"]["id"][1:])
        expect(index not in results, f"a: command {index} has more than one result: {results.get(index)} and {body}")
        results[index] = body
        place = (body["external_id"], body["command"]["partition"])
        order.setdefault(place, []).append(body["command"]["offset"])
    expect(len(results) == count, f"a: {len(results)} of {count} commands have results")
    expect(all(offsets == sorted(offsets) for offsets in order.values()), "a: results of an external_id are out of order")
    by_id, failures = {}, 0
    for index, body in results.items():
        external_id, name, _ = command(index)
        if name is None:
            expect(body["status"] == "failed" and body["error"]["code"] == "invalid_command", f"{index}: {body}")
            failures += 1
            continue
        by_id.setdefault(external_id, []).append((name, body))
    outcomes = {}
    for external_id, told in by_id.items():
        created = [(name, body) for name, body in told if body.get("outcome") == "created"]
        expect(len(created) == 1, f"b: {external_id} was created {len(created)} times: {told}")
        (first_name, first), = created
        customer = first["customer"]["id"]
        for name, body in told:
            outcome = body.get("outcome") or body["error"]["code"]
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
            if body is first:
                continue
            right = "replayed" if name == first_name else "idempotency_conflict"
            expect(outcome == right, f"b: {external_id} ended as {outcome}, expected {right}: {body}")
            expect(outcome != "replayed" or body["customer"]["id"] == customer, f"b: {external_id} has two customers")
            failures += outcome == "idempotency_conflict"
        expect(stored.get(external_id) == customer, f"c: {external_id} is {stored.get(external_id)}, published {customer}")
    expect(set(stored) == set(by_id), f"c: the store has {len(stored)} customers, published were {len(by_id)}")
    letters = len(read_all(brokers, "customer_commands_dlq", failures))
    expect(letters == failures, f"e: {letters} dead letters for {failures} failures")
    return f"{count} commands: {outcomes}, {failures} dead letters"


def wait(brokers, seconds):
    if not wait_until_done(brokers, seconds):
        raise AssertionError(
            f"d: {committed(brokers, PARTITIONS)} committed, ends {ends(brokers, PARTITIONS)}; "
            f"the group is {group_membership.described(brokers)}")


def stored_in(server):
    rows = server.query(
        "SELECT convert_from(external_id, 'UTF8'), convert_from(customer, 'UTF8')::json ->> 'id' FROM customer_worker_customers")
    return dict(rows)


def killed(stack, instances, brokers, kills, chance):
    """Kills one instance after the other and lets it come back."""
    for _ in range(kills):
        time.sleep(chance.uniform(0.2, 2.0))
        instance = chance.choice(instances)
        instance.die(brokers)
        # When somebody comes while the others gather anew, this broker at times forgets to answer those who wait for it.
        group_membership.wait_until_stable(brokers)
        instance.start(stack)


@contextlib.contextmanager
def group(store, count):
    """A broker, and instances that are not started yet; yields a stack, the broker's address, the instances and the log."""
    with contextlib.ExitStack() as stack:
        brokers = stack.enter_context(harness.broker())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        env = harness.environment(brokers, folder, FLEXPRICE_BACKEND="local", FLEXPRICE_LOG_LEVEL="warning")
        env["FLEXPRICE_STORE_URL"] = store or env["FLEXPRICE_STORE_URL"]
        harness.create_topics(env, PARTITIONS)
        log = harness.Log(folder)
        instances = [Instance(f"worker-{number}", env, log.file) for number in range(1, count + 1)]
        try:
            yield stack, brokers, instances, log
        finally:
            if os.environ.get("KEEP_LOG"):
                sys.stdout.write(open(log.path).read())


def kills(options, chance):
    with postgres() as server, group(server.url, 4) as (stack, brokers, instances, _):
        for instance in instances:
            instance.start(stack)
        feeder = feed(brokers, options.count, options.kills * 1.2)
        killed(stack, instances, brokers, options.kills, chance)
        feeder.join()
        wait(brokers, 180)
        print(f"passed  killed: {check(brokers, options.count, stored_in(server))}", flush=True)
        for instance in instances:
            instance.leave()


def outage(options):
    count = 3_000
    with postgres() as server, group(server.url, 2) as (stack, brokers, instances, log):
        ports = [harness.free_port() for _ in instances]
        for instance, port in zip(instances, ports):
            instance.env["FLEXPRICE_ADMIN_LISTEN"] = f"127.0.0.1:{port}"
            instance.start(stack)
        pids = [instance.process.pid for instance in instances]
        for port in ports:
            harness.wait_until(lambda: harness.is_ready(port), 60, "ready")
        feeder = feed(brokers, count, options.seconds + 14)

        def troubled(port):
            status, body = harness.get(port, "/readyz")
            return True if status == 503 and "store_trouble" in body and "unavailable" in body else body

        time.sleep(2)
        server.stop()
        for port in ports:
            harness.wait_until(lambda: troubled(port), 30, "a stopped PostgreSQL is told by readiness")
        server.start()
        for port in ports:
            harness.wait_until(lambda: harness.is_ready(port), 30, "ready after PostgreSQL was restarted")
        began = time.monotonic()
        server.freeze()
        for port in ports:
            harness.wait_until(lambda: troubled(port), options.seconds, "a silent PostgreSQL is told by readiness")
        noticed = time.monotonic() - began
        time.sleep(max(0, options.seconds - noticed))
        server.thaw()
        began = time.monotonic()
        for port in ports:
            harness.wait_until(lambda: harness.is_ready(port), 30, "ready after PostgreSQL answers again")
        recovered = time.monotonic() - began
        feeder.join()
        wait(brokers, 90)
        said = check(brokers, count, stored_in(server))
        expect([instance.process.pid for instance in instances] == pids, "an instance was restarted")
        expect(all(instance.process.poll() is None for instance in instances), "an instance ended by itself")
        silences = [line for line in log.find("Ledger refused a batch; it is tried again") if "no answer in time" in str(line)]
        expect(silences, "no statement was given up for the silence")
        print(f"passed  restarted, and frozen for {options.seconds:.0f} s: noticed after {noticed:.1f} s, ready {recovered:.1f} s after "
              f"its end; {said}", flush=True)
        for instance in instances:
            instance.leave()


def one_file(options, chance):
    count = options.count // 5
    with group(None, 2) as (stack, brokers, instances, _):
        for instance in instances:
            instance.start(stack)
        feeder = feed(brokers, count, options.kills * 0.6)
        killed(stack, instances, brokers, options.kills // 2, chance)
        feeder.join()
        wait(brokers, 120)
        database = sqlite3.connect(instances[0].env["FLEXPRICE_STORE_URL"].removeprefix("sqlite:"))
        rows = database.execute("SELECT external_id, json_extract(customer, '$.id') FROM customers").fetchall()
        print(f"passed  one SQLite file: {check(brokers, count, dict(rows))}", flush=True)
        database.close()
        for instance in instances:
            instance.leave()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30, help="how long PostgreSQL is frozen; over 16")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--only", choices=["kills", "outage", "one_file"])
    options = parser.parse_args()
    harness.PROGRAM = os.path.abspath(options.program)
    chance = random.Random(options.seed)
    print(f"{options.kills} kills, {options.count} commands, seed {options.seed}", flush=True)
    parts = {"kills": lambda: kills(options, chance), "outage": lambda: outage(options),
             "one_file": lambda: one_file(options, chance)}
    failed = 0
    chosen = {options.only: parts[options.only]} if options.only else parts
    for name, part in chosen.items():
        try:
            part()
        except AssertionError as error:
            failed += 1
            print(f"FAILED  {name}: {error}", flush=True)
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
