"""The commands of the process tests, and the oracles that hold of them whatever was killed, stopped or cut off meanwhile.

 a  every command has exactly one result
 b  every external_id was created at most once at the API
 c  results of an external_id stand in the order of its commands
 d  the committed offsets stand at the ends of the partitions
 e  they come there by themselves
 f  created + failed = commands, and dead letters = failed
"""
import json
import time

import harness
from confluent_kafka import Producer
from harness import committed, ends, read_all

PARTITIONS = 6


def command(index):
    """The external_id, the value and the right outcome of command number `index`."""
    if index % 20 == 7:
        return f"acct_{index}", f'{{"external_id":"acct_{index}","address_country":"Germany"}}', {"invalid_command"}
    number = index - 1 if index % 10 == 3 else index
    outcomes = {"replayed"} if index % 10 == 3 else {"created", "existing"}
    return f"acct_{number}", f'{{"external_id":"acct_{number}","name":"Customer {number}"}}', outcomes


def produce(brokers, count, first=0):
    producer = Producer({"bootstrap.servers": brokers, "linger.ms": 5})
    for index in range(first, first + count):
        external_id, value, _ = command(index)
        producer.produce("customer_commands", value, key=external_id, headers={"ce_id": f"n{index}"})
    harness.expect(producer.flush(60) == 0, "the commands could not be sent")


def wait_until_done(brokers, seconds):
    """Whether the group's offsets reach the ends of the partitions in time."""
    deadline = time.monotonic() + seconds
    while committed(brokers, PARTITIONS) != ends(brokers, PARTITIONS):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def problems(brokers, count, stats):
    """Every oracle that does not hold of the first `count` commands."""
    found, seen, order, outcomes = [], {}, {}, {}
    for record in read_all(brokers, "customer_results", count):
        body = json.loads(record.value())
        at = (body["command"]["partition"], body["command"]["offset"])
        seen[at] = seen.get(at, 0) + 1
        order.setdefault(body["external_id"], []).append(at)
        outcomes[body["command"]["id"]] = body.get("outcome") or body["error"]["code"]
    doubled = [at for at, times in seen.items() if times > 1]
    if doubled or len(seen) != count:
        found.append(f"a: {len(seen)} commands have results, {len(doubled)} more than one: {doubled[:5]}")
    customers = len({command(i)[0] for i in range(count) if i % 20 != 7})
    if stats["customers_created"] != customers:
        found.append(f"b: the API created {stats['customers_created']} customers, expected {customers}")
    if any(at != sorted(at) for at in order.values()):
        found.append("c: results of an external_id are out of order")
    wrong = {i: outcomes.get(f"n{i}") for i in range(count) if outcomes.get(f"n{i}") not in command(i)[2]}
    if wrong:
        found.append(f"outcomes: {len(wrong)} are not as they should be: {dict(list(wrong.items())[:5])}")
    failures = sum("invalid_command" in command(i)[2] for i in range(count))
    letters = read_all(brokers, "customer_commands_dlq", failures)
    if len(letters) != failures:
        found.append(f"f: {len(letters)} dead letters for {failures} failures")
    print(f"{len(seen)} results, {stats['customers_created']} customers, {stats['duplicates']} creations met their own customer again")
    return found
