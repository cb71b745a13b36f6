#!/usr/bin/env python3
"""Runs `customer-worker check` in good and in broken surroundings, and looks at its code, its rows and what it changed.

usage: checks.py PROGRAM
"""
import contextlib
import json
import os
import sys
import tempfile
import time

import harness
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, ConfigResource
from harness import expect
from postgres import postgres

SECRET = "hunter2"


def check(env, code, **rows):
    """Runs the check, and compares its exit code and the state of rows, named by their first word."""
    done = harness.run(["check", "--json"], env)
    expect(done.returncode == code, f"code {done.returncode}, expected {code}: {done.stdout}{done.stderr}")
    found = json.loads(done.stdout)
    for name, state in rows.items():
        states = {row["state"] for row in found if row["check"].replace(" ", "_").startswith(name)}
        expect(states == {state}, f"{name} is {states}, expected {state}: {done.stdout}")
    for row in found:
        expect(row["state"] != "FAILED" or row["remedy"], f"no remedy for {row}")
    text = harness.run(["check"], env)
    expect(text.returncode == code and text.stdout.startswith("CHECK"), f"the table: {text.stdout}")
    expect(harness.KEY not in done.stdout + done.stderr + text.stdout + text.stderr, "the key is shown")
    return found


def configure(brokers, topic, settings):
    """Gives a topic these settings, and the defaults for all others."""
    admin = AdminClient({"bootstrap.servers": brokers, "log_level": 0})
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, set_config=settings)
    for done in admin.alter_configs([resource]).values():
        done.result(timeout=20)


def bury(brokers, days):
    """One dead letter whose command was sent so many days ago."""
    producer = Producer({"bootstrap.servers": brokers})
    then = int((time.time() - days * 86_400) * 1_000)
    producer.produce("customer_commands_dlq", b"{}", key=b"a", timestamp=then, headers={"dlq-error-code": "rejected"})
    expect(producer.flush(60) == 0, "the dead letter could not be sent")


RESULTS, LETTERS, REPLIES = "customer_results", "customer_commands_dlq", "replies_a"


def publishing(local, brokers, folder):
    """Each topic is written to for trial and says what it refuses; no reader of committed records sees it, and no worker is fenced."""
    harness.create_topic(brokers, REPLIES)
    env = {**local, "FLEXPRICE_KAFKA_REPLY_TOPICS_ALLOWED": f"{REPLIES},replies_missing,replies.*"}

    def rows(code, **expected):
        """The check's rows about topics that were written to: state and words."""
        found = check(env, code, **expected)
        return {row["check"].removeprefix("publishing to "): (row["state"], row["found"]) for row in found
                if row["check"].startswith("publishing to ")}

    def written():
        return {topic: sum(harness.ends(brokers, partitions, topic).values()) for topic, partitions in ((RESULTS, 3), (LETTERS, 3), (REPLIES, 1))}

    found = rows(0, transactional_id="ok", publishing="ok", committing="ok", reply_topic_replies_missing="warning")
    expect(set(found) == {RESULTS, LETTERS, REPLIES}, f"{found}")
    before = written()
    expect(all(before.values()), f"nothing was written to some of them: {before}")
    for topic in before:
        seen = harness.read_all(brokers, topic, 0, quiet=1)
        expect(seen == [], f"a reader of committed records sees {len(seen)} in {topic}")
    expect(set(harness.committed(brokers, 3).values()) == {-1001}, "an offset was committed")

    configure(brokers, RESULTS, {"cleanup.policy": "compact"})
    configure(brokers, LETTERS, {"max.message.bytes": "200000", "message.timestamp.type": "LogAppendTime"})
    configure(brokers, REPLIES, {"max.message.bytes": "300"})
    found = rows(0, committing="ok", topic_customer_results="warning", topic_customer_commands_dlq="warning")
    expect(found[RESULTS][0] == "warning" and "without a key are refused (INVALID_RECORD)" in found[RESULTS][1], f"{found}")
    expect(found[LETTERS][0] == "ok" and "takes records of 200000 bytes" in found[LETTERS][1], f"{found}")
    expect(found[REPLIES][0] == "warning" and "even a record of" in found[REPLIES][1], f"{found}")
    configure(brokers, LETTERS, {"max.message.bytes": "300"})
    found = rows(69, committing="ok")
    expect(found[LETTERS][0] == "FAILED" and "even a record of" in found[LETTERS][1], f"{found}")
    for topic in before:
        configure(brokers, topic, {})

    before = written()
    env["FLEXPRICE_DELIVERY_GUARANTEE"] = "at_least_once"
    expect(rows(0, publishing="skipped") == {} and written() == before, "something was written that cannot be aborted")
    del env["FLEXPRICE_DELIVERY_GUARANTEE"]

    port = harness.free_port()
    running = {**env, "FLEXPRICE_ADMIN_LISTEN": f"127.0.0.1:{port}", "FLEXPRICE_STORE_URL": f"sqlite:{folder}/running.sqlite"}
    log = harness.Log(folder)
    with harness.process([harness.PROGRAM, "run"], env=running, stderr=log.file) as worker:
        harness.wait_until(lambda: harness.is_ready(port), 40, "ready")
        for name in ("acct_before", "acct_after"):
            harness.produce_commands(brokers, [name])
            harness.wait_until(lambda: name in [r.key().decode() for r in harness.read_all(brokers, RESULTS, 0, quiet=0.5)], 20, f"a result of {name}")
            rows(0, transactional_id="ok", publishing="ok", committing="ok")
        worker.terminate()
        harness.wait_for_exit(worker, 0)
    log.file.close()
    warnings = [line["message"] for line in log.lines() if line["level"] in ("warning", "error", "critical")]
    expect(warnings == [], f"the worker says {warnings}")


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    try:
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            explained = harness.run(["check", "--explain-answers", "--json"], {**os.environ, "FLEXPRICE_BACKEND": "wrong"})
            expect(explained.returncode == 0, explained.stderr)
            rows = json.loads(explained.stdout)
            expect(len({row["row"] for row in rows}) == len(rows) > 60, f"{len(rows)} rows")
            expect({"created", "existing", "rejected", "retry", "pause", "configuration_error"}
                   <= {row["decision"] for row in rows}, "a decision is missing")
            text = harness.run(["check", "--explain-answers"], dict(os.environ))
            expect(text.returncode == 0 and len(text.stdout.splitlines()) == len(rows) + 1, text.stdout)
            print("passed  answers are explained, without a broker and whatever the configuration", flush=True)

            nowhere = harness.environment(f"127.0.0.1:{harness.free_port()}", folder)
            check({**nowhere, "FLEXPRICE_KAFKA_TOPIC": "a b", "FLEXPRICE_NONSENSE": "1"}, 78, configuration="FAILED", broker="skipped")
            check({**nowhere, "FLEXPRICE_KAFKA_PROPERTIES": '{"no.such.property":"1"}'}, 78, configuration="FAILED", broker="skipped")
            check(nowhere, 69, configuration="ok", broker="FAILED", topic="skipped", group="skipped", store="ok")
            print("passed  a wrong configuration is 78, no broker is 69", flush=True)

            brokers = stack.enter_context(harness.broker())
            local = harness.environment(brokers, folder)
            check(local, 69, broker="ok", topic="FAILED", group="skipped")
            harness.create_topics(local, 3)
            found = check(local, 0, broker="ok", group="ok", api="skipped", store="ok")
            topics = {row["check"]: row["state"] for row in found if row["check"].startswith("topic ")}
            expect(len(topics) == 3 and set(topics.values()) <= {"ok", "warning"}, f"{topics}")
            expect(os.listdir(folder) == [], f"the check left {os.listdir(folder)}")
            with tempfile.TemporaryDirectory() as another:
                publishing(local, brokers, another)
            print("passed  topics are written to for trial: refusals have rows, readers see nothing, a worker goes on", flush=True)
            check({**local, "FLEXPRICE_STORE_URL": f"sqlite:{folder}/missing/l.sqlite"}, 77, broker="ok", store="FAILED")
            print("passed  topics that are missing are 69, a store that cannot be written is 77", flush=True)

            port = harness.free_port()
            with postgres(port=port) as server:
                shared = {**local, "FLEXPRICE_STORE_URL": server.url}
                check(shared, 0, store="ok")
                # Not even tables.
                expect(server.query("SELECT 1 FROM pg_class WHERE relname LIKE 'customer_worker%'") == [], "the check made something")
                check({**shared, "FLEXPRICE_STORE_URL": server.url.replace("/postgres?", "/absent?")}, 78, store="FAILED")
                # A host and not a socket, so that the server asks for a password.
                row = check({**local, "FLEXPRICE_STORE_URL": f"postgres://postgres:{SECRET}@127.0.0.1:{port}/postgres"}, 77,
                            store="FAILED")
                expect(SECRET not in str(row), f"the password is shown: {row}")
                server.stop()
                check(shared, 69, store="FAILED")
                said = harness.run(["run"], shared)
                expect(said.returncode == 69 and server.folder in said.stderr, f"{said.returncode}: {said.stderr}")
            print("passed  a PostgreSQL that is away is 69, one that refuses 77, a wrong database 78", flush=True)

            check(local, 0, dead_letters="ok")
            # Kept for ten days, and of a command of nine days ago.
            configure(brokers, "customer_commands_dlq", {"retention.ms": str(10 * 86_400_000)})
            bury(brokers, days=9)
            found = check(local, 0, dead_letters="warning")
            row = next(row for row in found if row["check"] == "dead letters")
            expect("1 wait" in row["found"] and "in about 2" in row["found"], f"{row}")
            print("passed  dead letters that their topic is about to delete are a warning", flush=True)

            api = stack.enter_context(harness.simulator())
            remote = {**local, "FLEXPRICE_BACKEND": "flexprice", "FLEXPRICE_API_HOST": api, "FLEXPRICE_API_KEY": harness.KEY}
            check(remote, 0, api="ok")
            for host in (api + "/", api + "/v1", api + "/v1/"):
                check({**remote, "FLEXPRICE_API_HOST": host}, 0, api="ok")
            check({**remote, "FLEXPRICE_API_KEY": "sk_wrong_key_of_somebody"}, 77, api_key="FAILED")
            check({**remote, "FLEXPRICE_API_HOST": f"http://127.0.0.1:{harness.free_port()}"}, 69, api_key="skipped")
            check({**remote, "FLEXPRICE_API_HOST": api.replace("http:", "https:")}, 78, api_key="skipped")
            check({**remote, "FLEXPRICE_API_CA_FILE": "/nowhere/ca.pem"}, 78, api="FAILED")
            check({**remote, "HTTP_PROXY": "https://proxy:1"}, 78, api="FAILED")
            stats = harness.stats(api)
            expect(stats["customers_created"] == 0 and "create" not in stats["requests_by_route"], f"{stats}")
            print("passed  the API, its address, its key", flush=True)
    except AssertionError as error:
        print(f"FAILED  {error}")
        return 1
    print("7 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
