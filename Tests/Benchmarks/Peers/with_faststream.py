"""A worker on FastStream over confluent-kafka: batches, acknowledged after their results: at least once."""
import asyncio

import aiohttp
import uvloop
from faststream import AckPolicy, FastStream
from faststream.confluent import KafkaBroker, KafkaPublishMessage

import job

broker = KafkaBroker(
    job.BROKERS, logger=None, linger_ms=5, compression_type="lz4", enable_idempotence=True,
    config={"session.timeout.ms": job.SESSION_MS, "queued.min.messages": 100_000, **job.MEMBERSHIP})
app = FastStream(broker, logger=None)
held = {}


@app.on_startup
async def prepare():
    if job.BACKEND == "local":
        held["store"] = job.Store()
    else:
        held["session"] = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=job.CONCURRENCY), headers=job.HEADERS)


async def bytes_of(message):
    """The value as it is, without a model for each message."""
    return message.body


@broker.subscriber(
    job.COMMANDS, group_id=job.GROUP, batch=True, auto_offset_reset="earliest", decoder=bytes_of,
    ack_policy=AckPolicy.NACK_ON_ERROR, session_timeout_ms=job.SESSION_MS, polling_interval=0.01,
    max_records=1_000 if job.BACKEND == "local" else job.CONCURRENCY * 16)
async def handle(values: list):
    if job.BACKEND == "local":
        results = held["store"].create(values)
    else:
        results = await asyncio.gather(*(job.post(held["session"], value) for value in values))
    messages = (KafkaPublishMessage(result, key=external_id.encode()) for external_id, result in results)
    await broker.publish_batch(*messages, topic=job.RESULTS)


uvloop.run(app.run())
