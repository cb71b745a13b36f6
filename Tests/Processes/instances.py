#!/usr/bin/env python3
"""Three instances that join, leave and are killed under load, and a broker that stops and starts between bursts.

usage: instances.py PROGRAM [--moves M] [--count N] [--restarts R] [--latency MS] [--seed S]

 1  N commands come in while one of three instances after the other leaves (TERM), is killed (KILL) and comes back, M times in all.
    All of one group on one noida-db broker, dynamic members, one store, the simulated API with a latency, exactly once.
 2  The instances go on. R times: a burst of commands, its end awaited, then the broker stops and starts again.
After each part all that oracles.py lists must hold, without a restart of any instance after the last move.
"""
import argparse
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time

import group_membership
import harness
from confluent_kafka import KafkaException
from harness import committed, ends, expect
from oracles import PARTITIONS, problems, produce, wait_until_done


# The eager protocol. With the cooperative one a member joins again within milliseconds of the last generation, and this broker
# then forgets to answer those that still wait for that generation; the mock cluster shows that one (MembershipTests).
ASSIGNOR = {"partition.assignment.strategy": "roundrobin"}


class Instance:
    """One place in the group, and the process that fills it now and then."""

    def __init__(self, name, env, log):
        properties = {**json.loads(env["FLEXPRICE_KAFKA_PROPERTIES"]), "client.id": name, **ASSIGNOR}
        self.name, self.log, self.process = name, log, None
        self.env = {
            **env, "FLEXPRICE_DELIVERY_TRANSACTIONAL_ID": name, "FLEXPRICE_KAFKA_PROPERTIES": json.dumps(properties),
            "FLEXPRICE_ADMIN_LISTEN": "127.0.0.1:0",
        }

    def start(self, stack):
        self.process = stack.enter_context(harness.process([harness.PROGRAM, "run"], env=self.env, stderr=self.log))

    def leave(self):
        self.process.send_signal(signal.SIGTERM)
        harness.wait_for_exit(self.process, 0, seconds=45)
        self.process = None

    def die(self, brokers):
        # A member that dies before the broker has told its id to anybody could not be taken out of the group.
        group_membership.wait_until_stable(brokers)
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None
        group_membership.remove_dead(brokers, self.name)


def move(instances, stack, brokers, chance):
    """One instance leaves, dies or comes; at least one stays."""
    absent = [i for i in instances if i.process is None]
    present = [i for i in instances if i.process is not None]
    if absent and (len(present) < 2 or chance.random() < 0.5):
        chance.choice(absent).start(stack)
    elif chance.random() < 0.5:
        chance.choice(present).leave()
    else:
        chance.choice(present).die(brokers)


def under_load(instances, stack, brokers, chance, options):
    slices = max(options.moves * 2, 1)
    size = options.count // slices

    def feed():
        for number in range(slices):
            last = number == slices - 1
            produce(brokers, options.count - number * size if last else size, first=number * size)
            time.sleep(chance_of_feed.uniform(0.3, 1.2))

    chance_of_feed = random.Random(options.seed + 1)
    feeder = threading.Thread(target=feed)
    for instance in instances:
        instance.start(stack)
    feeder.start()
    for _ in range(options.moves):
        time.sleep(chance.uniform(0.2, 3.0))
        move(instances, stack, brokers, chance)
    for instance in instances:
        if instance.process is None:
            instance.start(stack)
    feeder.join()


def settle(brokers, instances, partitions=PARTITIONS):
    """Waits until the group knows all of its members and every partition has an owner.

    The broker forgets its members when it stops, and would take offsets from one that has not heard of that yet; Kafka would not.
    And a member whose first answer got lost, which then joined under another id, is waited for by this broker for ever, where
    Kafka waits for session.timeout.ms: so the test says what Kafka would have found out.
    """
    begin = time.monotonic()
    deadline = begin + 60
    is_removed = False
    while True:
        if not is_removed and time.monotonic() > begin + 20:
            print(f"the group is {group_membership.described(brokers)} after 20 s: it begins anew", flush=True)
            group_membership.remove_all(brokers)
            is_removed = True
        with contextlib.suppress(KafkaException):
            owned = group_membership.owned(brokers)
            if len(owned) == len(instances) and sum(map(len, owned.values())) == partitions:
                return
        expect(time.monotonic() < deadline, f"the group is {group_membership.described(brokers)} 60 s after the broker's start")
        time.sleep(0.2)


def wait(brokers, seconds):
    if wait_until_done(brokers, seconds):
        return
    raise AssertionError(
        f"d, e: {committed(brokers, PARTITIONS)} committed, ends {ends(brokers, PARTITIONS)}; "
        f"the group is {group_membership.described(brokers)}"
    )


def check(brokers, count, api):
    found = problems(brokers, count, harness.stats(api))
    expect(not found, "; ".join(found))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--moves", type=int, default=12)
    parser.add_argument("--count", type=int, default=6_000)
    parser.add_argument("--restarts", type=int, default=4)
    parser.add_argument("--burst", type=int, default=500)
    parser.add_argument("--latency", type=int, default=20)
    parser.add_argument("--patience", type=int, default=90, help="seconds until nothing may wait any more")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    harness.PROGRAM = os.path.abspath(options.program)
    chance = random.Random(options.seed)
    passed = 0
    print(f"{options.moves} moves of three instances, {options.restarts} restarts of the broker, seed {options.seed}", flush=True)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        log = stack.enter_context(open(os.path.join(folder, "workers.log"), "wb"))
        broker = stack.enter_context(harness.restartable_broker())
        api = stack.enter_context(harness.simulator(options.latency))
        env = harness.environment(
            broker.address, folder, FLEXPRICE_BACKEND="flexprice", FLEXPRICE_API_HOST=api, FLEXPRICE_API_KEY=harness.KEY,
            FLEXPRICE_API_MAX_CONCURRENCY="8", FLEXPRICE_LOG_LEVEL=os.environ.get("WORKER_LOG_LEVEL", "warning"),
        )
        harness.create_topics(env, PARTITIONS)
        instances = [Instance(f"worker-{number}", env, log) for number in (1, 2, 3)]
        try:
            under_load(instances, stack, broker.address, chance, options)
            wait(broker.address, options.patience)
            check(broker.address, options.count, api)
            passed += 1
            count = options.count
            for _ in range(options.restarts):
                broker.stop()
                broker.start()
                settle(broker.address, instances)
                produce(broker.address, options.burst, first=count)
                count += options.burst
                wait(broker.address, options.patience)
            check(broker.address, count, api)
            expect(all(i.process.poll() is None for i in instances), "an instance ended by itself")
            passed += 1
            for instance in instances:
                instance.leave()
        except AssertionError as error:
            print(f"FAILED  {error}")
            if os.environ.get("KEEP_LOG"):
                sys.stdout.write(open(log.name).read())
    print(f"{passed} passed, {2 - passed} failed")
    return 0 if passed == 2 else 1


if __name__ == "__main__":
    sys.exit(main())
