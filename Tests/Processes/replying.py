"""A client that does what Spring's ReplyingKafkaTemplate does, with its header names and encodings.

Of it: the correlation id is a UUID's sixteen bytes, the reply topic is UTF-8, the reply partition is four bytes with the most significant
first and is named only by a client that reads one partition. The reply container stands at the end of its partitions before the
first request leaves. A reply with a correlation id that nobody waits for is dropped, which is what `setSharedReplyTopic(true)` is for.
"""
import json
import struct
import time
import uuid

from confluent_kafka import OFFSET_END, Consumer, Producer, TopicPartition

CORRELATION, REPLY_TOPIC, REPLY_PARTITION = "kafka_correlationId", "kafka_replyTopic", "kafka_replyPartition"


class ReplyingClient:
    def __init__(self, brokers, reply_topic, partition=None):
        self.reply_topic, self.partition, self.waiting, self.dropped = reply_topic, partition, {}, 0
        self.producer = Producer({"bootstrap.servers": brokers, "enable.idempotence": True})
        self.consumer = Consumer({
            "bootstrap.servers": brokers, "group.id": f"replies-{uuid.uuid4()}", "isolation.level": "read_committed",
            "enable.auto.commit": False, "auto.offset.reset": "latest",
        })
        known = self.consumer.list_topics(reply_topic, timeout=10).topics[reply_topic].partitions
        wanted = known if partition is None else [partition]
        places = [TopicPartition(reply_topic, p, OFFSET_END) for p in wanted]
        # The place is taken before anything is sent, or a quick reply would come before it.
        for place in places:
            place.offset = self.consumer.get_watermark_offsets(place, 10)[1]
        self.consumer.assign(places)

    def send(self, value, key=None):
        """Sends a request; its correlation id."""
        correlation = uuid.uuid4().bytes
        headers = [(CORRELATION, correlation), (REPLY_TOPIC, self.reply_topic.encode())]
        if self.partition is not None:
            headers.append((REPLY_PARTITION, struct.pack(">i", self.partition)))
        self.waiting[correlation] = None
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.producer.produce("customer_commands", body, key=key or (value["external_id"] if isinstance(value, dict) else None),
                              headers=headers)
        return correlation

    def receive(self, correlations, timeout=30):
        """The replies to these requests, by correlation id: those that came in time."""
        self.producer.flush(timeout)
        deadline = time.monotonic() + timeout
        while any(self.waiting[c] is None for c in correlations) and time.monotonic() < deadline:
            for message in self.consumer.consume(500, timeout=0.2):
                if message.error() is None:
                    self._take(message)
        return {c: self.waiting.pop(c) for c in correlations if self.waiting[c] is not None}

    def _take(self, message):
        correlation = dict(message.headers() or []).get(CORRELATION)
        if correlation in self.waiting and self.waiting[correlation] is None:
            self.waiting[correlation] = message
        else:
            self.dropped += 1

    def close(self):
        self.consumer.close()
