#!/usr/bin/env python3
"""Shows that instances share partitions under the group protocol of KIP-848, in which the brokers assign them.

usage: consumer_protocol.py PROGRAM

Needs a librdkafka from 2.4 on in front of Debian's (LD_LIBRARY_PATH, as newer_librdkafka.sh sets it) for the program. The broker is the
mock cluster of the Python client's librdkafka, since noida-db does not know this protocol.
 1  A second instance comes and gets partitions, the first one goes and leaves it all of them: every command has one result.
 2  What librdkafka takes only under the classic protocol is refused at the start, by name.
"""
import contextlib
import json
import os
import signal
import sys
import tempfile

import harness
from flat_memory import Cluster
from harness import expect, get, wait_until

PROPERTIES, BURST = {"group.protocol": "consumer"}, 500


def started(stack, env, name):
    """An instance, and the port of its admin endpoint."""
    port = harness.free_port()
    more = {"FLEXPRICE_ADMIN_LISTEN": f"127.0.0.1:{port}", "FLEXPRICE_DELIVERY_TRANSACTIONAL_ID": name}
    worker = stack.enter_context(harness.process([harness.PROGRAM, "run"], env={**env, **more}))
    wait_until(lambda: harness.is_ready(port), 30, f"{name} is ready")
    return worker, port


def partitions(port):
    return len(json.loads(get(port, "/status")[1])["partitions"])


def shared():
    """two instances share partitions under the new group protocol, and one command after the other has its result"""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        cluster = Cluster()
        env = harness.environment(
            cluster.address, folder, FLEXPRICE_KAFKA_PROPERTIES=json.dumps(PROPERTIES), FLEXPRICE_LOG_LEVEL="warning",
            # The mock cluster takes the offsets of a transaction and forgets them.
            FLEXPRICE_DELIVERY_GUARANTEE="at_least_once")
        first, first_port = started(stack, env, "first")
        cluster.send(BURST)
        cluster.read(BURST)
        second, second_port = started(stack, env, "second")
        wait_until(lambda: (partitions(first_port), partitions(second_port)) == (2, 2)
                   or (partitions(first_port), partitions(second_port)), 30, "each has its half of the partitions")
        cluster.send(BURST)
        cluster.read(2 * BURST)
        first.send_signal(signal.SIGTERM)
        harness.wait_for_exit(first, 0, seconds=5)
        wait_until(lambda: partitions(second_port) == 4 or partitions(second_port), 30, "the one that stays has all of them")
        cluster.send(BURST)
        cluster.read(3 * BURST)
        second.send_signal(signal.SIGTERM)
        harness.wait_for_exit(second, 0)
        names = [record.key() for record in harness.read_all(cluster.address, "customer_results", 3 * BURST)]
        expect(len(names) == len(set(names)) == 3 * BURST, f"{len(names)} results of {3 * BURST} commands")


def refused():
    """what the brokers decide under the new protocol cannot be set beside it: 78"""
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster()
        for name, value in [("session.timeout.ms", "6000"), ("heartbeat.interval.ms", "500"), ("partition.assignment.strategy", "range")]:
            env = harness.environment(cluster.address, folder, FLEXPRICE_KAFKA_PROPERTIES=json.dumps({**PROPERTIES, name: value}))
            said = harness.run(["run"], env)
            expect(said.returncode == 78 and name in said.stderr, f"{name}: {said.returncode}: {said.stderr}")


if __name__ == "__main__":
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    sys.exit(harness.report([shared, refused], limit=120))
