"""A worker by hand on confluent-kafka: always CONCURRENCY requests under way, the lowest unfinished offset committed behind them.

What was answered beyond that offset is forgotten at a kill, and made again: at least once.
"""
import asyncio

import aiohttp
import uvloop
from confluent_kafka import Consumer, Producer, TopicPartition

import job

consumer, producer = Consumer(job.CONSUMER), Producer(job.PRODUCER)
next_offset, finished, moved = {}, {}, set()


def delivered(error, partition, offset):
    if error is not None:
        raise SystemExit(f"not delivered: {error}")
    done = finished[partition]
    done.add(offset)
    while next_offset[partition] in done:
        done.discard(next_offset[partition])
        next_offset[partition] += 1
        moved.add(partition)


async def answer(session, waiting):
    while True:
        message = await waiting.get()
        external_id, result = await job.post(session, message.value())
        partition, offset = message.partition(), message.offset()
        producer.produce(
            job.RESULTS, result, external_id,
            on_delivery=lambda error, _, partition=partition, offset=offset: delivered(error, partition, offset))


async def commit():
    turns = 0
    while True:
        await asyncio.sleep(0.005)
        producer.poll(0)
        turns += 1
        if moved and turns >= 20:
            turns = 0
            consumer.commit(offsets=[TopicPartition(job.COMMANDS, p, next_offset[p]) for p in moved], asynchronous=True)
            moved.clear()


async def main():
    waiting = asyncio.Queue(job.CONCURRENCY)
    connector = aiohttp.TCPConnector(limit=job.CONCURRENCY)
    async with aiohttp.ClientSession(connector=connector, headers=job.HEADERS) as session, asyncio.TaskGroup() as group:
        group.create_task(commit())
        for _ in range(job.CONCURRENCY):
            group.create_task(answer(session, waiting))
        while True:
            for message in await asyncio.to_thread(consumer.consume, job.CONCURRENCY * 4, 0.01):
                if message.error() is None:
                    next_offset.setdefault(message.partition(), message.offset())
                    finished.setdefault(message.partition(), set())
                    await waiting.put(message)


consumer.subscribe([job.COMMANDS])
uvloop.run(main())
