"""Starts the built program, a broker and the simulated API as processes, and reads what comes back.

Everything listens on free ports of 127.0.0.1, ends by its pid and is bounded in time. The broker is noida-db, which
Tests/Scripts/setup.sh tests installs. Set PROGRAM before anything else.
"""
import concurrent.futures
import contextlib
import faulthandler
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import traceback
import urllib.error
import urllib.request

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

# A shell that runs a script in the background has it ignore INT, and the programs that a test starts would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

PROGRAM = None
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
NOIDA = os.path.join(ROOT, ".build", "test-tools", "noida-db")
# Another broker in its place: a program that is called with a port and a folder for its data, and serves until TERM.
BROKER = os.environ.get("TEST_BROKER")
KEY = "sk_test_processes"


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


class Broker:
    """A broker that can be stopped and started again with its data, on the same port."""

    def __init__(self, folder):
        self.folder, self.port, self.process = folder, free_port(), None
        self.address = f"127.0.0.1:{self.port}"

    def start(self):
        command = [NOIDA, "start", "--data-dir", self.folder, "--only", "kafka", "--kafka-port", str(self.port)]
        if BROKER:
            command = [BROKER, str(self.port), self.folder]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        client = Producer({"bootstrap.servers": self.address, "log_level": 0})
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(Exception):
                client.list_topics(timeout=1)
                return
            expect(time.monotonic() < deadline, "the broker did not come up within 60 s")

    def stop(self):
        """TERM, so that it writes its data; the process has ended when this returns."""
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def restartable_broker():
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(folder)
        broker.start()
        try:
            yield broker
        finally:
            broker.stop()


@contextlib.contextmanager
def broker():
    with restartable_broker() as one:
        yield one.address


@contextlib.contextmanager
def simulator(latency=0, port=0):
    command = [PROGRAM, "simulate-flexprice", "--listen", f"127.0.0.1:{port}", "--api-key", KEY, "--latency", str(latency)]
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
        "FLEXPRICE_ADMIN_LISTEN": "127.0.0.1:0",
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


def committed(brokers, partitions):
    """What the group has committed, without becoming a member of it."""
    # Uncommitted: else Kafka keeps the answer back while a transaction of a killed worker is open.
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "customer_worker", "isolation.level": "read_uncommitted"})
    try:
        answer = consumer.committed([TopicPartition("customer_commands", p) for p in range(partitions)], timeout=30)
        # Not the metadata: this client takes it for a C string, which it is not, and may trip over what follows it.
        return {p.partition: p.offset for p in answer}
    finally:
        consumer.close()


def ends(brokers, partitions, topic="customer_commands"):
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "watermarks"})
    try:
        return {p: consumer.get_watermark_offsets(TopicPartition(topic, p), 10)[1] for p in range(partitions)}
    finally:
        consumer.close()


def read_all(brokers, topic, count, quiet=3):
    """Every committed record; waits for `count`, and then `quiet` seconds longer for any that should not be there."""
    consumer = Consumer({
        "bootstrap.servers": brokers, "group.id": "kill", "isolation.level": "read_committed",
        "auto.offset.reset": "earliest", "enable.auto.commit": False,
    })
    partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
    consumer.assign([TopicPartition(topic, p, 0) for p in partitions])
    records, deadline = [], time.monotonic() + 60
    while time.monotonic() < deadline:
        batch = [m for m in consumer.consume(5_000, timeout=0.5) if m.error() is None]
        records += batch
        if len(records) >= count and not batch and quiet is not None:
            deadline, quiet = min(deadline, time.monotonic() + quiet), None
    consumer.close()
    return records


def stats(api):
    """What the simulator counted."""
    with urllib.request.urlopen(f"{api}/_simulator/stats", timeout=10) as answer:
        return json.load(answer)


def requests_seen(api):
    """The requests that the simulator got, oldest first."""
    with urllib.request.urlopen(f"{api}/_simulator/requests", timeout=10) as answer:
        seen = json.load(answer)
    return seen["requests"] if isinstance(seen, dict) else seen


def get(port, path, timeout=5):
    """The status and the body of the admin endpoint's answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=timeout) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def wait_until(condition, seconds, what):
    """Waits for a fact; what the condition says last is in the message."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            said = condition()
        except OSError as error:  # Nobody listens there yet.
            said = error
        if said is True:
            return
        expect(time.monotonic() < deadline, f"{what}: not within {seconds} s ({said})")
        time.sleep(0.1)


def is_ready(port):
    with contextlib.suppress(OSError):
        status, body = get(port, "/readyz")
        return True if status == 200 else body
    return "nobody listens"


def produce_commands(brokers, names, **more):
    producer = Producer({"bootstrap.servers": brokers, "linger.ms": 5})
    for name in names:
        value = json.dumps({"external_id": name, "name": f"Customer {name}", **more})
        producer.produce("customer_commands", value, key=name)
    expect(producer.flush(60) == 0, "the commands could not be sent")


def create_topic(brokers, name):
    # Kept by a name: what it began ends with it.
    admin = AdminClient({"bootstrap.servers": brokers})
    admin.create_topics([NewTopic(name, 1, 1)])[name].result(timeout=20)


class Log:
    """A worker's log in a file, as JSON lines."""

    def __init__(self, folder, name="worker.log"):
        self.path = os.path.join(folder, name)
        self.file = open(self.path, "wb")

    def lines(self):
        with open(self.path) as file:
            return [json.loads(line) for line in file if line.startswith("{")]

    def find(self, message):
        return [line for line in self.lines() if line["message"] == message]


class NotifySocket:
    """The service manager's end of sd_notify: keeps every datagram with the time of its arrival."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.heard = []

    def listen(self, seconds, until=None):
        """Listens for so long, or until an assignment begins with `until`; the assignments heard meanwhile."""
        first, deadline = len(self.heard), time.monotonic() + seconds
        while True:
            heard = [assignment for _, assignment in self.heard[first:]]
            if until is not None and any(a.startswith(until) for a in heard):
                return heard
            left = deadline - time.monotonic()
            if left <= 0:
                expect(until is None, f"no {until} within {seconds} s, but {heard}")
                return heard
            self.socket.settimeout(left)
            with contextlib.suppress(TimeoutError):
                data = self.socket.recv(65_536)
                self.heard += [(time.monotonic(), assignment) for assignment in data.decode().split("\n")]

    def close(self):
        self.socket.close()


def report(checks, limit=None, summary=True):
    """Runs checks one after the other, each for at most `limit` seconds; the exit code.

    Whatever a check ends with, and wherever it hangs, it has a verdict.
    """
    failed = 0

    def too_long(number, frame):
        where = "".join(traceback.format_stack(frame, limit=4))
        raise AssertionError(f"still running after {limit} s, in\n{where}")

    if limit:
        signal.signal(signal.SIGALRM, too_long)
    for check in checks:
        start = time.monotonic()
        try:
            if limit:
                signal.alarm(limit)
                # For a call that does not come back to Python at all, which a signal cannot end.
                faulthandler.dump_traceback_later(limit + 60, exit=True)
            check()
            print(f"passed  {check.__doc__.splitlines()[0]} ({time.monotonic() - start:.1f} s)", flush=True)
        except Exception as error:
            failed += 1
            if not isinstance(error, (AssertionError, OSError, subprocess.TimeoutExpired)):
                traceback.print_exc()
            print(f"FAILED  {check.__doc__.splitlines()[0]}: {type(error).__name__}: {error}", flush=True)
        finally:
            if limit:
                signal.alarm(0)
                faulthandler.cancel_dump_traceback_later()
    if summary:
        print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


def chosen(checks, names):
    """Those of the checks that are named, all of them without a name."""
    return [check for check in checks if not names or check.__name__ in names]


def report_at_once(checks, limit):
    """Runs checks at the same time, since they mostly wait; the exit code. What still runs after `limit` seconds ends all."""
    faulthandler.dump_traceback_later(limit, exit=True)
    try:
        with concurrent.futures.ThreadPoolExecutor(len(checks)) as pool:
            failed = sum(pool.map(lambda check: report([check], summary=False), checks))
    finally:
        faulthandler.cancel_dump_traceback_later()
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


def inject(api, faults):
    """Replaces the simulator's faults."""
    body = json.dumps(faults).encode()
    urllib.request.urlopen(urllib.request.Request(f"{api}/_simulator/faults", data=body, method="PUT"), timeout=10)


def create_topics(env, partitions):
    made = run(["topics", "create", "--partitions", str(partitions), "--replication-factor", "1"], env)
    expect(made.returncode == 0, made.stderr)
