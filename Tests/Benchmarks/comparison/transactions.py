"""The floor of exactly once: one transaction after another, each with one record and one offset, and nothing else done."""
import contextlib
import statistics
import time

import harness
from confluent_kafka import Consumer, Producer, TopicPartition

from .workload import own_topics

COUNT = 1_000


def bare_transactions(given_brokers):
    """Milliseconds from begin to the record being visible to a reader of committed records."""
    with contextlib.ExitStack() as stack:
        brokers = given_brokers or stack.enter_context(harness.broker())
        topics = stack.enter_context(own_topics(brokers, 1))
        settings = {"bootstrap.servers": brokers, "log_level": 2}
        # The defaults wait 100 ms for a broker that still completes the last transaction.
        producer = Producer({**settings, "transactional.id": "bare", "linger.ms": 0, "retry.backoff.ms": 20})
        producer.init_transactions(30)
        reader = Consumer({
            **settings, "group.id": topics.group, "isolation.level": "read_committed", "enable.auto.commit": False,
            "fetch.wait.max.ms": 5,
        })
        reader.assign([TopicPartition(topics.results, 0, 0)])
        waits = []
        for number in range(COUNT):
            begun = time.monotonic()
            producer.begin_transaction()
            # With a report of its own: without one librdkafka's flush sleeps for 10 ms.
            producer.produce(topics.results, b"x", on_delivery=lambda *_: None)
            producer.send_offsets_to_transaction(
                [TopicPartition(topics.commands, 0, number + 1)], reader.consumer_group_metadata(), 30)
            producer.commit_transaction(30)
            while (message := reader.poll(5)) is None or message.error() is not None:
                pass
            waits.append((time.monotonic() - begun) * 1_000)
        reader.close()
        cuts = statistics.quantiles(waits, n=100)
        return {"p50": cuts[49], "p90": cuts[89], "p99": cuts[98]}
