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


def keep(brokers, topic, days):
    admin = AdminClient({"bootstrap.servers": brokers})
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, set_config={"retention.ms": str(days * 86_400_000)})
    for done in admin.alter_configs([resource]).values():
        done.result(timeout=20)


def bury(brokers, days):
    """One dead letter whose command was sent so many days ago."""
    producer = Producer({"bootstrap.servers": brokers})
    then = int((time.time() - days * 86_400) * 1_000)
    producer.produce("customer_commands_dlq", b"{}", key=b"a", timestamp=then, headers={"dlq-error-code": "rejected"})
    expect(producer.flush(60) == 0, "the dead letter could not be sent")


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
            check({**nowhere, "FLEXPRICE_KAFKA_PROPERTIES": '{"no.such.property":"1"}'}, 78, broker="FAILED")
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
            keep(brokers, "customer_commands_dlq", 10)
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
    print("6 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
