"""The commands, and the reader of results: distinct ids are counted, and what comes twice."""
import threading
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from .workers import COMMANDS, DEAD_LETTERS, RESULTS


def key_of(index):
    return f"bench_{index:08}"


def command(index):
    """A command of about 290 bytes, with a little of everything."""
    return (
        f'{{"external_id":"{key_of(index)}","name":"Customer {index}","email":"c{index}@example.com",'
        '"address_line1":"1 Main St","address_city":"Pune","address_state":"MH","address_postal_code":"411001",'
        '"address_country":"IN","metadata":{"plan":"pro","source":"bench"}}'
    )


def make_topics(brokers, partitions):
    admin = AdminClient({"bootstrap.servers": brokers})
    wanted = [NewTopic(name, partitions, 1) for name in (COMMANDS, RESULTS, DEAD_LETTERS)]
    for future in admin.create_topics(wanted).values():
        future.result(30)


def load(brokers, count, ids=None):
    """Sends commands of `ids` different customers, as many as commands unless told."""
    producer = Producer({"bootstrap.servers": brokers, "linger.ms": 5, "queue.buffering.max.messages": count + 1})
    for index in range(count):
        number = index % (ids or count)
        producer.produce(COMMANDS, command(number), key=key_of(number))
    if producer.flush(120) != 0:
        raise SystemExit("the commands could not be loaded")


class Results:
    """Reads committed results from the beginning."""

    def __init__(self, brokers):
        self.consumer = Consumer({
            "bootstrap.servers": brokers, "group.id": "reader", "isolation.level": "read_committed", "log_level": 3,
            "auto.offset.reset": "earliest", "enable.auto.commit": False, "fetch.wait.max.ms": 5,
        })
        topic = self.consumer.list_topics(RESULTS, timeout=10).topics[RESULTS]
        self.consumer.assign([TopicPartition(RESULTS, partition, 0) for partition in topic.partitions])
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

    def __init__(self, brokers, rate, count):
        super().__init__(daemon=True)
        self.producer = Producer({"bootstrap.servers": brokers, "linger.ms": 0, "log_level": 2})
        self.rate, self.count, self.due = rate, count, {}

    def run(self):
        start = time.monotonic() + 0.1
        for index in range(1, self.count + 1):
            due = start + index / self.rate
            if (wait := due - time.monotonic()) > 0:
                time.sleep(wait)
            self.due[key_of(index).encode()] = due
            self.producer.produce(COMMANDS, command(index), key=key_of(index))
            self.producer.poll(0)
        self.producer.flush(30)
