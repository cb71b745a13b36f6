#!/usr/bin/env python3
"""Drives the built program as its users do: processes, exit codes, signals, and clients that are not ours.

usage: check.py PROGRAM      (run by Tests/Scripts/check.sh; needs Tests/Scripts/setup.sh tests)

Producers are kcat and confluent-kafka, the broker is noida-db, the API is `simulate-flexprice`. Everything listens on free
ports of 127.0.0.1, ends by its pid, and is bounded in time.
"""
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from confluent_kafka import Consumer, Producer, TopicPartition

PROGRAM = os.path.abspath(sys.argv[1])
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
NOIDA = os.path.join(ROOT, ".build", "test-tools", "noida-db")
KEY = "sk_foreign_clients"
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


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def process(arguments, **options):
    p = subprocess.Popen(arguments, **options)
    try:
        yield p
    finally:
        if p.poll() is None:
            p.terminate()
            try:
                p.wait(timeout=20)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()


@contextlib.contextmanager
def broker():
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [NOIDA, "start", "--data-dir", folder, "--only", "kafka", "--kafka-port", str(port)]
        with process(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
            client = Producer({"bootstrap.servers": f"127.0.0.1:{port}", "log_level": 0})
            deadline = time.monotonic() + 30
            while True:
                with contextlib.suppress(Exception):
                    client.list_topics(timeout=1)
                    break
                expect(time.monotonic() < deadline, "the broker did not come up within 30 s")
            yield f"127.0.0.1:{port}"


@contextlib.contextmanager
def simulator():
    command = [PROGRAM, "simulate-flexprice", "--listen", "127.0.0.1:0", "--api-key", KEY]
    with process(command, stdout=subprocess.PIPE, text=True) as p:
        line = p.stdout.readline()
        found = re.match(r"listening on (http://127\.0\.0\.1:\d+)/v1$", line.strip())
        expect(found, f"the simulator said {line!r}")
        yield found.group(1)


def environment(brokers, folder, **more):
    settings = {
        "FLEXPRICE_KAFKA_BROKERS": brokers,
        "FLEXPRICE_STORE_URL": f"sqlite:{folder}/ledger.sqlite",
        "FLEXPRICE_LOG_FORMAT": "json",
        "FLEXPRICE_KAFKA_PROPERTIES": json.dumps({"session.timeout.ms": "6000", "heartbeat.interval.ms": "500"}),
    }
    return {**os.environ, **settings, **more}


def run(arguments, env, timeout=60):
    return subprocess.run([PROGRAM, *arguments], env=env, capture_output=True, text=True, timeout=timeout)


class Results:
    """Reads every result from the beginning, committed ones only."""

    def __init__(self, brokers):
        self.consumer = Consumer({
            "bootstrap.servers": brokers, "group.id": "foreign", "isolation.level": "read_committed",
            "auto.offset.reset": "earliest", "enable.auto.commit": False,
        })
        topic = self.consumer.list_topics("customer_results", timeout=10).topics["customer_results"]
        self.consumer.assign([TopicPartition("customer_results", p, 0) for p in topic.partitions])

    def next(self, timeout=30):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            message = self.consumer.poll(0.5)
            if message is not None and message.error() is None:
                return message, json.loads(message.value())
        raise AssertionError(f"no result within {timeout} s")

    def close(self):
        self.consumer.close()


def wait_for_exit(worker, code, seconds=30):
    try:
        worker.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"the worker was still running {seconds} s after the signal") from None
    expect(worker.returncode == code, f"exit code {worker.returncode}, expected {code}")


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
        with process([PROGRAM, "run"], env=env, stderr=subprocess.PIPE, text=True) as worker:
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
            with urllib.request.urlopen(f"{api}/_simulator/requests", timeout=10) as answer:
                seen = json.load(answer)
            seen = seen["requests"] if isinstance(seen, dict) else seen
            bodies = [json.loads(r["body"]) for r in seen if r["path"] == "/v1/customers" and r["method"] == "POST"]
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
        script = os.path.join(ROOT, "Tests", "PythonSDK", "sdk_agrees.py")
        ended = subprocess.run(
            [sys.executable, script, f"{api}/v1", KEY], capture_output=True, text=True, timeout=120,
        )
        expect(ended.returncode == 0, ended.stdout + ended.stderr)


def main():
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
