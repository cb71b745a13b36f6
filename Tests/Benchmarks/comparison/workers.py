"""The workers: ours, and the peers with what they are known to promise."""
import json
import os
import sys
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(os.path.dirname(HERE), "Peers")
SESSION_MS = 6_000


@dataclass(frozen=True)
class Worker:
    """One row: a name, a promise, the backends it can do within reason, and the program."""

    name: str
    exactly_once: bool
    backends: tuple
    arguments: tuple
    is_ours: bool = False
    quick: bool = False

    @property
    def label(self):
        return f"{self.name}, {'exactly' if self.exactly_once else 'at least'} once"

    def command(self, program):
        return [program, "run"] if self.is_ours else [sys.executable, os.path.join(PEERS, self.arguments[0]), *self.arguments[1:]]

    def environment(self, run):
        """The settings of one run, in the worker's own words."""
        if not self.is_ours:
            settings = {
                "PEER_BROKERS": run.brokers, "PEER_GROUP": run.topics.group,
                "PEER_COMMANDS": run.topics.commands, "PEER_RESULTS": run.topics.results,
                "PEER_DEAD_LETTERS": run.topics.dead_letters,
                "PEER_BACKEND": run.backend, "PEER_FOLDER": run.folder, "PEER_CONCURRENCY": str(run.concurrency),
                "PEER_SESSION_MS": str(SESSION_MS), "PEER_PARTITIONS": str(run.partitions),
                "PEER_API": f"{run.api}/v1", "PEER_API_KEY": run.key,
            }
            if run.instance:
                settings["PEER_INSTANCE"] = run.instance
            return {**os.environ, "PYTHONUNBUFFERED": "1", **settings}
        settings = {
            "FLEXPRICE_KAFKA_BROKERS": run.brokers, "FLEXPRICE_STORE_URL": f"sqlite:{run.folder}/customers.sqlite",
            "FLEXPRICE_KAFKA_PROPERTIES": json.dumps({"session.timeout.ms": str(SESSION_MS)}), "FLEXPRICE_BACKEND": run.backend,
            "FLEXPRICE_DELIVERY_GUARANTEE": "exactly_once" if self.exactly_once else "at_least_once",
            "FLEXPRICE_ADMIN_LISTEN": "127.0.0.1:0", "FLEXPRICE_KAFKA_CONSUMER_GROUP": run.topics.group,
            "FLEXPRICE_KAFKA_TOPIC": run.topics.commands, "FLEXPRICE_KAFKA_TOPIC_RESULTS": run.topics.results,
            "FLEXPRICE_KAFKA_TOPIC_DLQ": run.topics.dead_letters, **run.more,
        }
        if run.instance:
            settings["FLEXPRICE_KAFKA_GROUP_INSTANCE_ID"] = run.instance
        if run.backend == "flexprice":
            settings.update(
                FLEXPRICE_API_HOST=run.api, FLEXPRICE_API_KEY=run.key, FLEXPRICE_API_MAX_CONCURRENCY=str(run.concurrency))
        return {**os.environ, **settings}


BOTH, STORE, API = ("local", "flexprice"), ("local",), ("flexprice",)
# Quix Streams and Bytewax handle one message after another: with an API of 20 ms they make 50 customers a second, whatever the limit.
WORKERS = (
    Worker("customer-worker", True, BOTH, (), is_ours=True, quick=True),
    Worker("customer-worker", False, BOTH, (), is_ours=True, quick=True),
    Worker("confluent-kafka by hand", True, BOTH, ("with_confluent.py", "exactly-once"), quick=True),
    Worker("confluent-kafka by hand", False, BOTH, ("with_confluent.py",)),
    Worker("confluent-kafka, equal promises", True, STORE, ("with_equal_promises.py",), quick=True),
    Worker("confluent-kafka, sliding window", False, API, ("with_confluent_window.py",), quick=True),
    Worker("FastStream", False, BOTH, ("with_faststream.py",)),
    Worker("Quix Streams", True, STORE, ("with_quix.py", "exactly-once")),
    Worker("Quix Streams", False, STORE, ("with_quix.py", "at-least-once")),
    Worker("mq-bridge", False, BOTH, ("with_mq_bridge.py",), quick=True),
    Worker("Bytewax", False, STORE, ("with_bytewax.py",)),
    Worker("Faust", False, BOTH, ("with_faust.py", "worker", "-l", "error", "--without-web")),
)
