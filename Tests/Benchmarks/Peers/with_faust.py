"""A worker on Faust: batches for the store, an agent of CONCURRENCY for the API: at least once. Run with `worker`."""
import asyncio
import os

import aiohttp
import faust

import job

app = faust.App(
    job.GROUP, broker=f"kafka://{job.BROKERS}", store="memory://", datadir=os.path.join(job.FOLDER, "faust"),
    value_serializer="raw", key_serializer="raw", topic_partitions=int(os.environ["PEER_PARTITIONS"]), topic_disable_leader=True,
    consumer_auto_offset_reset="earliest", stream_wait_empty=False, producer_linger=0.005,
    **({"consumer_group_instance_id": job.INSTANCE} if job.INSTANCE else {}),
    broker_session_timeout=job.SESSION_MS / 1_000, broker_heartbeat_interval=job.SESSION_MS / 3_000)
commands = app.topic(job.COMMANDS, key_type=bytes, value_type=bytes)
results = app.topic(job.RESULTS, key_type=bytes, value_type=bytes)

if job.BACKEND == "local":
    store = job.Store()

    @app.agent(commands)
    async def create(stream):
        async for values in stream.take(1_000, within=0.02):
            sent = [await results.send(key=e.encode(), value=result) for e, result in store.create(values)]
            await asyncio.gather(*sent)

else:
    held = {}

    @app.agent(commands, concurrency=job.CONCURRENCY)
    async def create(stream):
        if not held:
            held["session"] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=job.CONCURRENCY), headers=job.HEADERS)
        async for value in stream:
            external_id, result = await job.post(held["session"], value)
            await (await results.send(key=external_id.encode(), value=result))


app.main()
