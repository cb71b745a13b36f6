"""A worker by hand on confluent-kafka: batches; with `exactly-once`, results and offsets in one transaction."""
import asyncio
import sys

from confluent_kafka import Consumer, Producer

import job

EXACTLY_ONCE = "exactly-once" in sys.argv[1:]
settings = {**job.PRODUCER, "transactional.id": job.GROUP} if EXACTLY_ONCE else job.PRODUCER
consumer, producer = Consumer(job.CONSUMER), Producer(settings)
refused = []


def told(error, _):
    if error is not None:
        refused.append(error)


def publish(results):
    for external_id, result in results:
        while True:
            try:
                producer.produce(job.RESULTS, result, external_id, on_delivery=None if EXACTLY_ONCE else told)
                break
            except BufferError:
                producer.poll(0.05)
    positions = consumer.position(consumer.assignment())
    if EXACTLY_ONCE:
        producer.send_offsets_to_transaction(positions, consumer.consumer_group_metadata(), 30)
        producer.commit_transaction(60)
        return
    producer.flush()
    if refused:
        raise SystemExit(f"not delivered: {refused[0]}")
    consumer.commit(offsets=positions, asynchronous=True)


def batch(limit):
    return [message for message in consumer.consume(limit, 0.01) if message.error() is None]


def begin():
    if EXACTLY_ONCE:
        producer.begin_transaction()


def local():
    store = job.Store()
    while True:
        if messages := batch(2_000):
            results = store.create([message.value() for message in messages])
            begin()
            publish(results)


async def through_api():
    import aiohttp

    connector = aiohttp.TCPConnector(limit=job.CONCURRENCY)
    async with aiohttp.ClientSession(connector=connector, headers=job.HEADERS) as session:
        while True:
            messages = await asyncio.to_thread(batch, job.CONCURRENCY * 16)
            if messages:
                results = await asyncio.gather(*(job.post(session, message.value()) for message in messages))
                begin()
                await asyncio.to_thread(publish, results)


if EXACTLY_ONCE:
    producer.init_transactions(30)
consumer.subscribe([job.COMMANDS])
if job.BACKEND == "local":
    local()
else:
    import uvloop

    uvloop.run(through_api())
