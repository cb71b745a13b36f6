"""The topics, the commands, and the reader of results: distinct ids are counted, and what comes twice."""
import contextlib
import secrets
import sys
import threading
import time
from dataclasses import dataclass

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic


def key_of(index):
    return f"bench_{index:08}"


def command(index):
    """A command of about 290 bytes, with a little of everything."""
    return (
        f'{{"external_id":"{key_of(index)}","name":"Customer {index}","email":"c{index}@example.com",'
        '"address_line1":"1 Main St","address_city":"Pune","address_state":"MH","address_postal_code":"411001",'
        '"address_country":"IN","metadata":{"plan":"pro","source":"bench"}}'
    )


@dataclass(frozen=True)
class Topics:
    """The topics and the group of one run: what an earlier run left on the same broker concerns nobody."""

    commands: str
    results: str
    dead_letters: str
    group: str


@contextlib.contextmanager
def own_topics(brokers, partitions):
    """Makes topics under names that were never used, and removes them."""
    name = f"bench_{secrets.token_hex(4)}"
    topics = Topics(f"{name}_commands", f"{name}_results", f"{name}_commands_dlq", name)
    names = [topics.commands, topics.results, topics.dead_letters]
    admin = AdminClient({"bootstrap.servers": brokers, "log_level": 2})
    for future in admin.create_topics([NewTopic(name, partitions, 1) for name in names]).values():
        future.result(30)
    # Kafka answers before its broker knows the topics: a reader that asks at once finds no partitions.
    while not set(names) <= admin.list_topics(timeout=10).topics.keys():
        time.sleep(0.02)
    try:
        yield topics
    finally:
        for name, future in admin.delete_topics(names).items():
            if (error := future.exception(30)) is not None:
                print(f"{name} is left behind: {error}", file=sys.stderr)


def load(brokers, topics, count, ids=None):
    """Sends commands of `ids` different customers, as many as commands unless told."""
    producer = Producer({"bootstrap.servers": brokers, "linger.ms": 5, "queue.buffering.max.messages": count + 1})
    for index in range(count):
        number = index % (ids or count)
        producer.produce(topics.commands, command(number), key=key_of(number))
    if producer.flush(120) != 0:
        raise SystemExit("the commands could not be loaded")


class Results:
    """Reads committed results from the beginning."""

    def __init__(self, brokers, topics):
        self.consumer = Consumer({
            "bootstrap.servers": brokers, "group.id": "reader", "isolation.level": "read_committed", "log_level": 3,
            "auto.offset.reset": "earliest", "enable.auto.commit": False, "fetch.wait.max.ms": 5,
        })
        topic = self.consumer.list_topics(topics.results, timeout=10).topics[topics.results]
        self.consumer.assign([TopicPartition(topics.results, partition, 0) for partition in topic.partitions])
        self.seen, self.repeated, self.refused = set(), 0, 0

    def take(self, limit=5_000, wait=0.02):
        """Takes what came: the keys that are new."""
        new = []
        for message in self.consumer.consume(limit, wait):
            if message.error() is not None:
                continue
            key, value = message.key(), message.value()
            if b'"created"' not in value:
                self.refused += 1
            if key is None or not key.startswith(b"bench_"):
                # mq-bridge has keys of its own: the id stands in the value.
                place = value.find(b"bench_")
                if place < 0:
                    # An answer that names no customer (the body of a 409) helps nobody: the run ends short of it.
                    continue
                key = value[place : place + 14]
            if key in self.seen:
                self.repeated += 1
            else:
                self.seen.add(key)
                new.append(key)
        return new

    def close(self):
        self.consumer.close()


class Pace(threading.Thread):
    """Sends commands at a steady rate, each when it is due, whatever becomes of them."""

    def __init__(self, brokers, topics, rate, count):
        super().__init__(daemon=True)
        self.producer = Producer({"bootstrap.servers": brokers, "linger.ms": 0, "log_level": 2})
        self.topic, self.rate, self.count, self.due = topics.commands, rate, count, {}

    def run(self):
        start = time.monotonic() + 0.1
        for index in range(1, self.count + 1):
            due = start + index / self.rate
            if (wait := due - time.monotonic()) > 0:
                time.sleep(wait)
            self.due[key_of(index).encode()] = due
            self.producer.produce(self.topic, command(index), key=key_of(index))
            self.producer.poll(0)
        self.producer.flush(30)
