"""A worker on Quix Streams: one function for each message, checkpoints by the library; `exactly-once` or `at-least-once`."""
import logging
import os
import sys

from quixstreams import Application

import job

logging.disable(logging.CRITICAL)
app = Application(
    broker_address=job.BROKERS, consumer_group=job.GROUP, auto_offset_reset="earliest", loglevel=None,
    processing_guarantee=sys.argv[1], commit_interval=0.2, state_dir=os.path.join(job.FOLDER, "state"),
    consumer_extra_config={
        "session.timeout.ms": job.SESSION_MS, "queued.min.messages": 100_000, "fetch.queue.backoff.ms": 10, **job.MEMBERSHIP},
    producer_extra_config={"linger.ms": 5, "compression.type": "lz4"})
commands = app.topic(job.COMMANDS, value_deserializer="bytes", key_deserializer="bytes")
results = app.topic(job.RESULTS, value_serializer="bytes", key_serializer="bytes")
store = job.Store()
app.dataframe(commands).apply(lambda value: store.create([value])[0][1]).to_topic(results)
app.run()
