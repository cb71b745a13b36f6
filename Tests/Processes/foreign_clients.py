#!/usr/bin/env python3
"""Drives the built program as its users do: processes, exit codes, signals, and clients that are not ours.

usage: foreign_clients.py PROGRAM      (run by Tests/Scripts/check.sh; needs Tests/Scripts/setup.sh tests)

Producers are kcat and confluent-kafka, the broker is noida-db, the API is `simulate-flexprice`. Everything listens on free
ports of 127.0.0.1, ends by its pid, and is bounded in time.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import harness
from confluent_kafka import Producer
from harness import KEY, ROOT, Results, broker, environment, expect, free_port, process, run, simulator, wait_for_exit

SEED = (
    '{"address_city": "Pune", "address_country": "IN", "address_line1": "1 Main St", "address_line2": "Floor 2", '
    '"address_postal_code": "411001", "address_state": "MH", "email": "billing@acme.co", "external_id": "%s", '
    '"metadata": {}, "name": "Acme"}'
)
SEED_FIELDS = set(json.loads(SEED))
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def produce_with_confluent_kafka(brokers, external_id):
    producer = Producer({"bootstrap.servers": brokers})
    headers = {"kafka_correlationId": b"\x00\xff\x01", "ce_id": b"signup-1"}
    producer.produce("customer_commands", SEED % external_id, key=external_id, headers=headers)
    expect(producer.flush(20) == 0, "confluent-kafka could not deliver")


def produce_with_kcat(brokers, external_id):
    command = ["kcat", "-P", "-b", brokers, "-t", "customer_commands", "-k", external_id, "-H", "correlationId=kcat-7"]
    subprocess.run(command, input=SEED % external_id, text=True, check=True, timeout=30)


def serve_seed_commands(backend):
    with broker() as brokers, simulator() as api, tempfile.TemporaryDirectory() as folder:
        env = environment(
            brokers, folder, FLEXPRICE_BACKEND=backend, FLEXPRICE_API_HOST=api, FLEXPRICE_API_KEY=KEY,
        )
        created = run(["topics", "create", "--partitions", "3", "--replication-factor", "1", "--json"], env)
        expect(created.returncode == 0, f"topics create failed: {created.stderr}")
        expect([t["state"] for t in json.loads(created.stdout)] == ["created"] * 3, created.stdout)
        with process([harness.PROGRAM, "run"], env=env, stderr=subprocess.PIPE, text=True) as worker:
            results = Results(brokers)
            for produce, external_id in [(produce_with_confluent_kafka, "acct_python"), (produce_with_kcat, "acct_kcat")]:
                produce(brokers, external_id)
                message, body = results.next()
                expect(body["status"] == "created" and body["outcome"] == "created", f"{body}")
                expect(body["external_id"] == external_id and message.key() == external_id.encode(), f"{body}")
                customer = body["customer"]
                expect(customer["id"].startswith("cust_") and customer["status"] == "published", f"{customer}")
                expect(all(customer[k] == v for k, v in json.loads(SEED % external_id).items()), f"{customer}")
                headers = dict(message.headers())
                echoed = headers.get("kafka_correlationId") or headers.get("correlationId")
                expect(echoed in (b"\x00\xff\x01", b"kcat-7"), f"{headers}")
            results.close()
            worker.send_signal(signal.SIGTERM)
            wait_for_exit(worker, 0)
            log = worker.stderr.read()
        expect(all(json.loads(line)["level"] for line in log.splitlines()), "a log line is not a JSON object")
        expect(KEY not in log, "the key stands in the log")
        expect("billing@acme.co" not in log, "an e-mail address stands in the log")
        if backend == "flexprice":
            creations = [r for r in harness.requests_seen(api) if (r["method"], r["path"]) == ("POST", "/v1/customers")]
            bodies = [json.loads(r["body"]) for r in creations]
            expect(len(bodies) == 2, f"{len(bodies)} creations at the API, expected 2")
            expect(all(set(b) == SEED_FIELDS for b in bodies), f"the API saw other fields than were sent: {bodies}")


@check
def foreign_producers_are_served_from_the_local_store():
    serve_seed_commands("local")


@check
def foreign_producers_are_served_through_the_api():
    serve_seed_commands("flexprice")


@check
def a_missing_topic_is_named_with_the_command_that_creates_it():
    with broker() as brokers, tempfile.TemporaryDirectory() as folder:
        ended = run(["run"], environment(brokers, folder))
        expect(ended.returncode == 69, f"exit code {ended.returncode}, expected 69")
        for word in ["customer_commands", "customer_results", "customer_commands_dlq", "topics create"]:
            expect(word in ended.stderr, f"{word!r} is not in {ended.stderr!r}")


@check
def a_broker_that_is_not_there_is_exit_69():
    with tempfile.TemporaryDirectory() as folder:
        ended = run(["run"], environment(f"127.0.0.1:{free_port()}", folder))
        expect(ended.returncode == 69 and "kafka.brokers" in ended.stderr, f"{ended.returncode}: {ended.stderr}")


@check
def mistakes_in_the_settings_are_exit_78_and_name_the_key():
    with tempfile.TemporaryDirectory() as folder:
        env = environment("127.0.0.1:1", folder, FLEXPRICE_RETRY_MULTIPLIER="fast", FLEXPRICE_BACKEND="flexprise")
        for command in (["run"], ["config", "show"], ["topics", "create"]):
            ended = run(command, env)
            expect(ended.returncode == 78, f"{command}: exit code {ended.returncode}, expected 78")
            for word in ("FLEXPRICE_RETRY_MULTIPLIER", "FLEXPRICE_BACKEND"):
                expect(word in ended.stderr, f"{word!r} is not in {ended.stderr!r}")


@check
def an_unknown_option_is_exit_64():
    ended = run(["run", "--fast"], dict(os.environ))
    expect(ended.returncode == 64, f"exit code {ended.returncode}, expected 64")


@check
def config_show_masks_the_key():
    with tempfile.TemporaryDirectory() as folder:
        env = environment("127.0.0.1:9092", folder, FLEXPRICE_API_KEY=KEY)
        for arguments in (["config", "show"], ["config", "show", "--json"]):
            shown = run(arguments, env)
            expect(shown.returncode == 0 and KEY not in shown.stdout + shown.stderr, shown.stderr)
            expect("FLEXPRICE_KAFKA_BROKERS" in shown.stdout, "the origin of kafka.brokers is not shown")


@check
def the_demo_ends_well_within_twenty_seconds():
    began = time.monotonic()
    ended = run(["demo"], dict(os.environ), timeout=60)
    took = time.monotonic() - began
    expect(ended.returncode == 0, f"exit code {ended.returncode}: {ended.stdout}{ended.stderr}")
    expect(took < 20, f"the demo took {took:.1f} s")


@check
def the_official_sdk_agrees_with_the_simulator():
    with simulator() as api:
        script = os.path.join(ROOT, "Tests", "Processes", "sdk_agrees.py")
        ended = subprocess.run(
            [sys.executable, script, f"{api}/v1", KEY], capture_output=True, text=True, timeout=120,
        )
        expect(ended.returncode == 0, ended.stdout + ended.stderr)


def main():
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    failed = 0
    for function in CHECKS:
        name = function.__name__.replace("_", " ")
        began = time.monotonic()
        try:
            function()
            print(f"ok      {name} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception as error:
            failed += 1
            print(f"FAILED  {name}: {type(error).__name__}: {error}", flush=True)
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
