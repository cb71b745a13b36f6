#!/usr/bin/env python3
"""Every command names the reason for which Kafka fails, says what to do, and ends with 69, or 77 where something is not permitted.

usage: reasons.py PROGRAM [CHECK ...]

No Apache Kafka is needed: `guarded_broker.py` stands in for one with SASL and access rules.
"""
import concurrent.futures
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import harness
from api_access import CERTIFICATES, tls_in_front_of
from guarded_broker import GuardedBroker
from harness import expect, get, wait_until

USERS = {"worker": "right"}


def login(password, mechanism="PLAIN"):
    return {"security.protocol": "sasl_plaintext", "sasl.mechanism": mechanism, "sasl.username": "worker", "sasl.password": password}


class Cluster:
    """noida-db with the three topics, and in front of it listeners of every kind."""

    def __init__(self, stack):
        self.stack, self.folder = stack, stack.enter_context(tempfile.TemporaryDirectory())
        self.plain = stack.enter_context(harness.broker())
        self.upstream = int(self.plain.rsplit(":", 1)[1])
        harness.create_topics(self.environment(self.plain), 1)
        self.rows = os.path.join(self.folder, "rows.jsonl")
        with open(self.rows, "w") as file:
            file.write('{"external_id": "acct_1"}\n')

    def environment(self, brokers, properties=None, **more):
        quick = {"session.timeout.ms": "6000", "heartbeat.interval.ms": "500"}
        return harness.environment(brokers, self.folder, FLEXPRICE_KAFKA_PROPERTIES=json.dumps({**quick, **(properties or {})}), **more)

    def guarded(self, users=None, denied=()):
        return GuardedBroker(self.upstream, users, denied).begin()


def commands(rows):
    """Every command that talks to Kafka."""
    return {
        "run": ["run", "--accept-empty-ledger"], "check": ["check"], "topics create": ["topics", "create", "--partitions", "1", "--replication-factor", "1"],
        "produce": ["produce", rows], "produce --wait": ["produce", "--wait", rows], "results": ["results"], "results --follow": ["results", "--follow"],
        "explain": ["explain", "acct_1"], "dlq list": ["dlq", "list"], "dlq show": ["dlq", "show", "0/0"], "dlq redrive": ["dlq", "redrive", "--yes"],
        "dlq export": ["dlq", "export"],
    }


def verdicts(cases):
    """Runs (name, arguments, environment, code, words) side by side, since most of them wait; every failure at once."""
    def one(case):
        name, arguments, env, code, words = case
        try:
            said = harness.run(arguments, env)
        except subprocess.TimeoutExpired as error:
            return f"{name}: still running: {error.stderr[-700:] if error.stderr else ''}"
        output = " ".join((said.stdout + said.stderr).split())
        missing = [word for word in words if word not in output]
        return None if said.returncode == code and not missing else f"{name}: {said.returncode}, expected {code}; without {missing}: {output[-700:]}"

    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        failures = [failure for failure in pool.map(one, cases) if failure]
    expect(not failures, "\n    ".join([f"{len(failures)} of {len(cases)}", *failures]))
    print(f"        {len(cases)} commands")


def connections():
    """no connection: every command names the cause with its remedy"""
    with contextlib.ExitStack() as stack:
        cluster = Cluster(stack)
        behind_tls = tls_in_front_of(cluster.upstream).begin().port
        guarded = cluster.guarded(USERS)
        tls, trusting = {"security.protocol": "ssl"}, {"security.protocol": "ssl", "ssl.ca.location": os.path.join(CERTIFICATES, "ca.pem")}
        is_newer = librdkafka(cluster) >= (2, 6, 1)
        scram = "check sasl.username" if is_newer else "librdkafka 2.6.1 or later is needed"
        # Later versions tell only that the connection was closed, and guess nothing.
        guess = lambda old: "Disconnected" if is_newer else old
        troubles = {
            "an unknown host": ("no-such-host.invalid:9092", {}, 69, ["Failed to resolve", "no such host"]),
            "nobody listens": (f"127.0.0.1:{harness.free_port()}", {}, 69, ["Connection refused", "nothing listens there"]),
            "plaintext against TLS": (f"127.0.0.1:{behind_tls}", {}, 69, [guess("connecting to a SSL listener"), "TLS"]),
            "TLS against plaintext": (cluster.plain, tls, 69, [guess("SSL"), "security.protocol"]),
            "an authority that is not trusted": (f"localhost:{behind_tls}", tls, 69, ["(issuer is not trusted)", "ssl.ca.location"]),
            "a certificate for another name": (f"127.0.0.1:{behind_tls}", trusting, 69, ["mismatch)", "a name that it holds"]),
            "no login": (guarded.address, {}, 69, [guess("security.protocol is correctly configured"), "login"]),
            "a wrong password": (guarded.address, login("wrong"), 77, ["Invalid username or password", "sasl.password"]),
            "another mechanism": (guarded.address, login("right", "SCRAM-SHA-512"), 77, ["Unsupported SASL mechanism", "sasl.mechanism"]),
            "SCRAM": (guarded.address, login("right", "SCRAM-SHA-256"), 77, ["SASL authentication error", scram]),
        }
        verdicts([
            (f"{trouble}, {name}", arguments, cluster.environment(brokers, properties), code,
             # The table of `check` is cut at the width of a terminal; its JSON is not.
             words) for trouble, (brokers, properties, code, words) in troubles.items()
            for name, arguments in commands(cluster.rows).items() for arguments in [arguments + ["--json"] if name == "check" else arguments]
        ])
        # The same listeners, used rightly.
        for brokers, properties in ((guarded.address, login("right")), (f"localhost:{behind_tls}", trusting)):
            said = harness.run(["topics", "create", "--json"], cluster.environment(brokers, properties))
            expect(said.returncode == 0, f"{properties}: {said.stderr}")


def librdkafka(cluster):
    """The version of the librdkafka that the program has loaded, from its start line."""
    said = harness.run(["run"], cluster.environment(f"127.0.0.1:{harness.free_port()}"))
    line = next(json.loads(line) for line in said.stderr.splitlines() if line.startswith("{") and '"Starting"' in line)
    return tuple(int(part) for part in line["librdkafka"].split("-")[0].split("."))


def permissions():
    """not permitted: every command that needs it ends with 77, and names what to allow"""
    with contextlib.ExitStack() as stack:
        cluster = Cluster(stack)
        COMMANDS, RESULTS, LETTERS = "customer_commands", "customer_results", "customer_commands_dlq"
        rights = [
            (("see", COMMANDS), ["TOPIC_AUTHORIZATION_FAILED", "Describe on the topic customer_commands"],
             ["run", "check", "topics create", "produce", "produce --wait", "explain"]),
            (("see", RESULTS), ["TOPIC_AUTHORIZATION_FAILED", "Describe on the topic customer_results"],
             ["run", "check", "topics create", "produce --wait", "results", "results --follow", "explain"]),
            (("see", LETTERS), ["TOPIC_AUTHORIZATION_FAILED", "Describe on the topic customer_commands_dlq"],
             ["run", "check", "topics create", "explain", "dlq list", "dlq show", "dlq redrive", "dlq export"]),
            (("write", COMMANDS), ["TOPIC_AUTHORIZATION_FAILED"], ["produce"]),
            (("group", "customer_worker"), ["GROUP_AUTHORIZATION_FAILED", "on the group"], ["run", "check"]),
            (("transactions", None), ["TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "transactional id"], ["run", "check"]),
        ]
        cases = []
        for right, words, names in rights:
            guarded = cluster.guarded(USERS, [right])
            for number, name in enumerate(names):
                arguments = commands(cluster.rows)[name]
                env = cluster.environment(guarded.address, login("right"), FLEXPRICE_STORE_URL=f"sqlite:{cluster.folder}/{right[0]}-{number}.sqlite")
                cases.append((f"{right}, {name}", arguments + ["--json"] if name == "check" else arguments, env, 77, words))
        guarded = cluster.guarded(USERS, [("create",)])
        env = cluster.environment(guarded.address, login("right"), FLEXPRICE_KAFKA_TOPIC="another")
        cases.append(("create, topics create", commands(cluster.rows)["topics create"], env, 77, ["CLUSTER_AUTHORIZATION_FAILED", "Create on the cluster"]))
        verdicts(cases)


def while_it_runs():
    """a right that is taken away while the worker runs: readiness, `status` and `why` name it, one line tells it, one its end"""
    with contextlib.ExitStack() as stack:
        cluster = Cluster(stack)
        guarded, port = cluster.guarded(USERS), harness.free_port()
        env = cluster.environment(guarded.address, login("right"), FLEXPRICE_ADMIN_LISTEN=f"127.0.0.1:{port}")
        log = harness.Log(cluster.folder)
        stack.callback(log.file.close)
        worker = stack.enter_context(harness.process([harness.PROGRAM, "run"], env=env, stderr=log.file))
        wait_until(lambda: harness.is_ready(port), 40, "ready")

        def denied(right, word, *words):
            guarded.denied = {right}
            harness.produce_commands(cluster.plain, [f"acct_{word}_{right[1]}"], **({"email": "wrong"} if right[1].endswith("dlq") else {}))
            wait_until(lambda: word in get(port, "/readyz")[1] or get(port, "/readyz")[1], 40, f"{right}: {word}")
            for command in (["status"], ["why"]):
                said = harness.run(command, env)
                output = " ".join(said.stdout.split())
                expect(said.returncode == 1 and all(one in output for one in words), f"{command}: {said.returncode} {output}")
            time.sleep(5)
            guarded.denied = set()
            wait_until(lambda: harness.is_ready(port), 60, "ready again")

        denied(("write", "customer_results"), "publishing_trouble", "TOPIC_AUTHORIZATION_FAILED", "Describe on the topic customer_results")
        denied(("write", "customer_commands_dlq"), "publishing_trouble", "dead letters", "Describe on the topic customer_commands_dlq")
        denied(("read", "customer_commands"), "leader_missing", "TOPIC_AUTHORIZATION_FAILED")
        worker.send_signal(signal.SIGTERM)
        harness.wait_for_exit(worker, 0)
        lines = [line["message"] for line in log.lines() if line["level"] in ("notice", "warning", "error", "critical")]
        for message in ("Results were not published; they are tried again", "Recovered: results are published",
                        "Dead letters were not published; they are tried again, other results continue", "Recovered: dead letters are published"):
            expect(lines.count(message) == 1, f"«{message}» comes {lines.count(message)} times in {lines}")
        expect("librdkafka" not in lines, f"librdkafka tells it too: {lines}")


def outage():
    """the brokers are away for 75 s: few lines, each says what a person needs, and the end is told with its duration"""
    with contextlib.ExitStack() as stack:
        folder, port = stack.enter_context(tempfile.TemporaryDirectory()), harness.free_port()
        broker = stack.enter_context(harness.restartable_broker())
        env = harness.environment(broker.address, folder, FLEXPRICE_ADMIN_LISTEN=f"127.0.0.1:{port}")
        harness.create_topics(env, 3)
        log = harness.Log(folder)
        stack.callback(log.file.close)
        worker = stack.enter_context(harness.process([harness.PROGRAM, "run"], env=env, stderr=log.file))
        wait_until(lambda: harness.is_ready(port), 40, "ready")
        harness.produce_commands(broker.address, ["acct_1"])
        wait_until(lambda: 'outcome="created",code=""} 1' in get(port, "/metrics")[1] or "none", 20, "a result")
        before = len(log.lines())
        broker.stop()
        begun = time.monotonic()
        wait_until(lambda: "brokers_unreachable" in get(port, "/readyz")[1] or get(port, "/readyz")[1], 20, "the outage is noticed")
        wait_until(lambda: "nothing listens there" in harness.run(["why"], env).stdout or harness.run(["why"], env).stdout, 20, "why")
        time.sleep(max(0, begun + 75 - time.monotonic()))
        broker.start()
        lasted = time.monotonic() - begun
        wait_until(lambda: harness.is_ready(port), 60, "ready again")
        harness.produce_commands(broker.address, ["acct_2"])
        wait_until(lambda: 'outcome="created",code=""} 2' in get(port, "/metrics")[1] or "none", 30, "a result after the outage")
        wait_until(lambda: bool(log.find("Recovered: connected to the Kafka broker")) or "no line", 10, "the line of the end")
        lines = log.lines()[before:]
        told = [line for line in lines if line["message"] == "Connection to a Kafka broker failed; it is tried again"]
        # An attempt at the moment of the stop is accepted, and reset.
        causes = {"Connection refused": "nothing listens there", "Connection reset": "the broker closed the connection"}
        expect(1 <= len(told) <= 2 and any(cause in told[0]["error"] and hint in told[0].get("hint", "") for cause, hint in causes.items()),
               f"{told}")
        expect(len(told) == 1 or int(told[1]["times"]) > 1 and told[1]["lasting"].endswith("s"), f"{told}")
        end = log.find("Recovered: connected to the Kafka broker")
        expect(len(end) == 1 and abs(int(end[0]["duration"][:-1]) - lasted) <= 12, f"{end} after {lasted:.0f} s")
        expect(not [line for line in lines if line["message"] == "librdkafka"], f"librdkafka tells it too: {lines}")
        expect(len(lines) <= 12, f"{len(lines)} lines: " + "\n".join(f"{line['level']} {line['message']}" for line in lines))
        worker.send_signal(signal.SIGTERM)
        harness.wait_for_exit(worker, 0)
        print(f"        {len(lines)} lines of an outage of {lasted:.0f} s")


if __name__ == "__main__":
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    sys.exit(harness.report_at_once(harness.chosen([connections, permissions, while_it_runs, outage], sys.argv[2:]), 600))
