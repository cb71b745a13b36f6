"""A worker on mq-bridge: its Rust core moves the records; this file configures it, and keeps customers for the local backend."""
import logging

import mq_bridge

import job

logging.basicConfig(level=logging.WARNING)
mq_bridge.init_logging("warn")
commands = {"kafka": {
    "url": job.BROKERS, "topic": job.COMMANDS, "group_id": job.GROUP,
    "consumer_options": [
        ["auto.offset.reset", "earliest"], ["session.timeout.ms", str(job.SESSION_MS)], ["queued.min.messages", "100000"],
        *([name, value] for name, value in job.MEMBERSHIP.items())]}}
results = {"kafka": {
    "url": job.BROKERS, "topic": job.RESULTS, "create_topic": False,
    "producer_options": [["linger.ms", "5"], ["compression.type", "lz4"], ["enable.idempotence", "true"]]}}

if job.BACKEND == "local":
    store = job.Store()

    def create(message):
        return message.with_payload(store.create([message.text().encode()])[0][1])

    route = mq_bridge.Route.from_config({"input": commands, "output": results, "batch_size": 512}).with_handler(create)
else:
    # A batch waits for all its requests, and at most 128 of one are under way: four of them overlap.
    http = {"http": {"url": f"{job.API}/customers", "method": "POST", "custom_headers": job.HEADERS, "pass_through_status": True}}
    retried = {"retry": {"max_attempts": job.ATTEMPTS, "initial_interval_ms": 50}}
    route = mq_bridge.Route.from_config({
        "input": commands, "batch_size": max(1, job.CONCURRENCY // 4), "concurrency": 4,
        "output": {"request": {"to": {**http, "middlewares": [retried]}, "forward_to": results}}})
route.run()
