"""A worker on Bytewax, without a recovery store: after a kill it begins the topic again."""
from bytewax import operators as op
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.run import cli_main

import job

store = job.Store()


def create(messages):
    results = store.create([message.value for message in messages])
    return [KafkaSinkMessage(external_id.encode(), result) for external_id, result in results]


flow = Dataflow("customers")
commands = op.input("commands", flow, KafkaSource([job.BROKERS], [job.COMMANDS], tail=True, batch_size=1_000))
results = op.flat_map_batch("create", commands, create)
op.output("results", results, KafkaSink([job.BROKERS], job.RESULTS, add_config={"linger.ms": "5", "compression.type": "lz4"}))
cli_main(flow)
