#!/usr/bin/env python3
"""Every exit code that scripts and systemd rely on, from the program itself, and thirty wrong configurations.

usage: exit_codes.py PROGRAM
0 and 2 are shown by stopping.py as well; 65 belongs to commands that read data.
"""
import concurrent.futures
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile

import harness
from harness import expect, wait_until

SECRET = "hunter2"

# A file, variables, and the keys or words that the answer must name, every one of them.
WRONG = [
    ("kafka:\n  brokrs: [\"a:9092\"]\n", {}, ["kafka.brokrs", "kafka.brokers"]),
    ("kafak:\n  brokers: [\"a:9092\"]\n", {}, ["kafak", "kafka"]),
    ("zebra: 1\n", {}, ["zebra"]),
    ("kafka.topic: commands\n", {}, ["kafka.topic", "dot"]),
    ("kafka:\n  brokers: [\"a:99999\"]\n", {}, ["kafka.brokers", ":2"]),
    ("kafka:\n  topic: a\n  topic: b\n", {}, ["topic"]),
    ("kafka:\n  topic: \"no spaces\"\n", {}, ["kafka.topic"]),
    ("kafka:\n  topic: same\n  topic_dlq: same\n", {}, ["kafka.topic_dlq", "kafka.topic"]),
    ("kafka:\n  reply_topics_allowed: [\"customer_*\"]\n", {}, ["kafka.reply_topics_allowed"]),
    ("kafka:\n  properties:\n    enable.auto.commit: true\n", {}, ["enable.auto.commit"]),
    ("kafka:\n  properties:\n    bootstrap.servers: a\n", {}, ["bootstrap.servers", "kafka.brokers"]),
    ("kafka:\n  properties:\n    no.such.property: 1\n", {}, ["no.such.property"]),
    ("kafka:\n  properties:\n    security.protocol: sasl_ssl\n", {}, ["kafka.properties.security.protocol", ":3", "sasl.mechanism"]),
    ("kafka:\n  properties:\n    security.protocol: ssl\n    ssl.ca.location: /no/ca.pem\n", {}, ["ssl.ca.location", ":4", "exists"]),
    ("kafka:\n  properties:\n    message.max.bytes: 5000000000\n", {}, ["kafka.properties.message.max.bytes", ":3", "2147483647"]),
    ("delivery:\n  guarantee: twice\n", {}, ["delivery.guarantee", "exactly_once"]),
    ("backend: flexprice\n", {}, ["api.host", "api.key"]),
    ("backend: nowhere\n", {}, ["backend", "flexprice"]),
    ("api:\n  timeout: fast\n", {}, ["api.timeout"]),
    ("api:\n  timeout: 30\n", {}, ["api.timeout"]),
    ("api:\n  max_concurrency: 0\n", {}, ["api.max_concurrency"]),
    ("api:\n  rate_limit: -1\n", {}, ["api.rate_limit"]),
    ("api:\n  key_file: /nonexistent/key\n", {}, ["api.key_file", "/nonexistent/key"]),
    ("api:\n  host: \"ftp://example.com\"\n", {}, ["api.host"]),
    ("store:\n  url: \"mysql://root:" + SECRET + "@db/x\"\n", {}, ["store.url"]),
    ("retry:\n  initial_interval: 1m\n  max_interval: 1s\n", {}, ["retry.max_interval", "retry.initial_interval"]),
    ("retry:\n  multiplier: 0.5\n", {}, ["retry.multiplier"]),
    ("limits:\n  max_in_flight: 10\n", {}, ["limits.max_in_flight", "api.max_concurrency"]),
    ("limits:\n  max_command_bytes: 1TiB\n", {}, ["limits.max_command_bytes"]),
    ("log:\n  level: loud\n", {}, ["log.level", "warning"]),
    ("shutdown:\n  drain_timeout: 0s\n", {}, ["shutdown.drain_timeout"]),
    ("admin:\n  listen: \"9464\"\n", {}, ["admin.listen"]),
    ("kafka: [\n", {}, [":"]),
    ("a: 1\nb: 2\nlog:\n  level: loud\n", {}, ["a (", "b (", "log.level", "3 problems"]),
    ("", {"FLEXPRICE_API_TIMEOUT": "sk_01K3A7Z9Q4M8T2V6X0B1C5" + SECRET}, ["FLEXPRICE_API_TIMEOUT"]),
    ("", {"FLEXPRICE_KAFKA_TOPICS": "x", "FLEXPRICE_LOG_LEVEL": "loud"}, ["FLEXPRICE_KAFKA_TOPICS", "FLEXPRICE_LOG_LEVEL"]),
    ("", {"FLEXPRICE_KAFKA_PROPERTIES": "{\"sasl.password\": \"" + SECRET + "\", \"group.id\": \"x\"}"}, ["group.id"]),
]


def misconfigurations():
    """every wrong configuration: 78, every problem named, no secret printed"""
    expect(len(WRONG) >= 30, f"only {len(WRONG)}")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "config.yaml")
        for text, variables, names in WRONG:
            with open(path, "w") as file:
                file.write(text)
            os.chmod(path, 0o600)
            env = {k: v for k, v in os.environ.items() if not k.startswith("FLEXPRICE_")}
            said = harness.run(["run", "--config", path], {**env, **variables})
            what = text or str(variables)
            output = said.stdout + said.stderr
            expect(said.returncode == 78, f"{what!r} ended with {said.returncode}: {output}")
            for name in names:
                expect(name in output, f"{what!r}: nothing about {name} in {output}")
            expect(SECRET not in output, f"{what!r}: a secret is printed: {output}")
            # `config show` says the same about everything but what librdkafka alone knows, and what only the API's key needs.
            if "no.such.property" not in text and "key_file" not in text:
                shown = harness.run(["config", "show", "--config", path], {**env, **variables})
                expect(shown.returncode == 78, f"config show of {what!r} ended with {shown.returncode}")
    print(f"        {len(WRONG)} wrong configurations")


def usage():
    """a wrong command line: 64"""
    for arguments in [["run", "--no-such-option"], ["no-such-command"], ["run", "--embedded-partitions", "many"],
                      ["topics", "create", "--partitions", "0"], ["status", "--interval", "0"], ["status", "--address", "nowhere"],
                      ["why", "--address", "nowhere"], ["why", "one", "two"], ["reload", "--pid", "1"]]:
        said = harness.run(arguments, os.environ)
        expect(said.returncode == 64, f"{arguments} ended with {said.returncode}: {said.stderr}")


def without_key():
    """every tool but run and check's row of the API goes on where the key cannot be read"""
    with tempfile.TemporaryDirectory() as folder:
        path, key = os.path.join(folder, "config.yaml"), os.path.join(folder, "key")
        with open(path, "w") as file:
            file.write(f"backend: flexprice\napi:\n  host: http://127.0.0.1:1/v1\n  key_file: {key}\n"
                       f"kafka:\n  brokers: [\"127.0.0.1:{harness.free_port()}\"]\nstore:\n  url: sqlite://{folder}/c.sqlite\n"
                       f"admin:\n  listen: 127.0.0.1:{harness.free_port()}\n")
        with open(os.path.join(folder, "rows.jsonl"), "w") as file:
            file.write('{"external_id": "acct_1"}\n')
        env = {k: v for k, v in os.environ.items() if not k.startswith("FLEXPRICE_")}
        rows = os.path.join(folder, "rows.jsonl")
        tools = [["status"], ["why"], ["reload"], ["results"], ["explain", "acct_1"], ["dlq", "list"], ["dlq", "redrive"], ["topics", "create"],
                 ["produce", rows], ["dlq", "dismiss", "--reason", "x"], ["dlq", "restore"], ["dlq", "jobs"]]
        # Side by side: most of them wait for a broker that is not there.
        with concurrent.futures.ThreadPoolExecutor(len(tools)) as pool:
            ends = list(pool.map(lambda tool: harness.run([*tool, "--config", path], env), tools))
        for tool, said in zip(tools, ends):
            expect(said.returncode == 69, f"{tool} without a key ended with {said.returncode}: {said.stdout}{said.stderr}")
        shown = harness.run(["config", "show", "--config", path], env)
        expect(shown.returncode == 0 and key in shown.stderr, f"config show: {shown.returncode}, {shown.stderr}")
        checked = harness.run(["check", "--config", path], env)
        expect(checked.returncode == 69 and key in checked.stdout, f"check: {checked.returncode}, {checked.stdout}")
        expect("the configuration comes first" not in checked.stdout, f"check looks at nothing: {checked.stdout}")
        ran = harness.run(["run", "--config", path], env)
        expect(ran.returncode == 78 and key in ran.stdout + ran.stderr, f"run: {ran.returncode}, {ran.stderr}")


def unavailable():
    """no broker, a missing topic, an occupied port of the admin endpoint, nobody to ask for the status: 69"""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        nowhere = f"127.0.0.1:{harness.free_port()}"
        said = harness.run(["run"], harness.environment(nowhere, folder))
        expect(said.returncode == 69 and nowhere in said.stderr, f"{said.returncode}: {said.stderr}")
        for arguments in [["status"], ["why"], ["why", "acct_1", "--json"], ["reload"]]:
            said = harness.run(arguments, harness.environment(nowhere, folder, FLEXPRICE_ADMIN_LISTEN=nowhere))
            expect(said.returncode == 69 and nowhere in said.stderr, f"{arguments}: {said.returncode}: {said.stderr}")

        brokers = stack.enter_context(harness.broker())
        said = harness.run(["run"], harness.environment(brokers, folder))
        expect(said.returncode == 69, f"{said.returncode}: {said.stderr}")
        for word in ["customer_commands", "customer_results", "customer_commands_dlq", "topics create"]:
            expect(word in said.stderr, f"nothing about {word}: {said.stderr}")

        harness.create_topics(harness.environment(brokers, folder), 1)
        with socket.socket() as occupied:
            occupied.bind(("127.0.0.1", 0))
            occupied.listen()
            address = f"127.0.0.1:{occupied.getsockname()[1]}"
            said = harness.run(["run"], harness.environment(brokers, folder, FLEXPRICE_ADMIN_LISTEN=address))
            expect(said.returncode == 69 and "admin.listen" in said.stderr, f"{said.returncode}: {said.stderr}")


def not_permitted():
    """a store that cannot be opened: 77"""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        brokers = stack.enter_context(harness.broker())
        harness.create_topics(harness.environment(brokers, folder), 1)
        env = harness.environment(brokers, folder, FLEXPRICE_STORE_URL="sqlite:/proc/no/such/place.sqlite")
        said = harness.run(["run"], env)
        expect(said.returncode == 77 and "/proc/no/such" in said.stderr, f"{said.returncode}: {said.stderr}")


def foreign_address():
    """an admin address of another machine: 78"""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        brokers = stack.enter_context(harness.broker())
        harness.create_topics(harness.environment(brokers, folder), 1)
        env = harness.environment(brokers, folder, FLEXPRICE_ADMIN_LISTEN="192.0.2.1:9464")
        said = harness.run(["run"], env)
        expect(said.returncode == 78 and "admin.listen" in said.stderr, f"{said.returncode}: {said.stderr}")


def fenced():
    """another instance with the same transactional id: 1, and it says so"""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        brokers = stack.enter_context(harness.broker())
        log = harness.Log(folder)
        stack.callback(log.file.close)
        port = harness.free_port()
        first_env = harness.environment(brokers, folder, FLEXPRICE_ADMIN_LISTEN=f"127.0.0.1:{port}")
        harness.create_topics(first_env, 1)
        first = stack.enter_context(harness.process([harness.PROGRAM, "run"], env=first_env, stderr=log.file))
        wait_until(lambda: harness.is_ready(port), 30, "the first one ready")
        # In a group of its own, so that both have work; the id is the same.
        second_port = harness.free_port()
        second_env = harness.environment(
            brokers, folder, FLEXPRICE_KAFKA_CONSUMER_GROUP="another", FLEXPRICE_STORE_URL=f"sqlite:{folder}/second.sqlite",
            FLEXPRICE_DELIVERY_TRANSACTIONAL_ID=f"customer_worker-{socket.gethostname()}",
            FLEXPRICE_ADMIN_LISTEN=f"127.0.0.1:{second_port}",
        )
        harness.produce_commands(brokers, ["acct_1"])
        wait_until(lambda: "customer_worker_commands_total{status=\"created\",outcome=\"created\",code=\"\"} 1"
                   in harness.get(port, "/metrics")[1] or "none", 20, "the first one has published")
        second = stack.enter_context(
            harness.process([harness.PROGRAM, "run"], env=second_env, stderr=subprocess.DEVNULL)
        )
        wait_until(lambda: harness.is_ready(second_port), 30, "the second one ready")
        wait_until(lambda: re.search(r"outcome=\"created\",code=\"\"} 1", harness.get(second_port, "/metrics")[1])
                   is not None or "none", 20, "the second one has published")
        harness.produce_commands(brokers, ["acct_2"])
        harness.wait_for_exit(first, 1, seconds=30)
        expect(any("transactional_id" in str(line.get("error")) for line in log.lines()), "the log does not say why")
        second.send_signal(signal.SIGTERM)
        harness.wait_for_exit(second, 0)


def stopped():
    """TERM while idle: 0"""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        brokers = stack.enter_context(harness.broker())
        port = harness.free_port()
        env = harness.environment(brokers, folder, FLEXPRICE_ADMIN_LISTEN=f"127.0.0.1:{port}")
        harness.create_topics(env, 1)
        worker = stack.enter_context(harness.process([harness.PROGRAM, "run"], env=env, stderr=subprocess.DEVNULL))
        wait_until(lambda: harness.is_ready(port), 30, "ready")
        worker.send_signal(signal.SIGTERM)
        harness.wait_for_exit(worker, 0, seconds=10)


if __name__ == "__main__":
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    sys.exit(harness.report([
        misconfigurations, usage, without_key, unavailable, not_permitted, foreign_address, fenced, stopped,
    ]))
