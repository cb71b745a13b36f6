"""Three instances in one group, what they need, a steady stream of commands, a reader of results, and a watch on readiness."""
import contextlib
import fcntl
import json
import os
import random
import tempfile
import threading
import time

import harness
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import NewTopic
from expectations import TOPIC, Command, Expectations, Window
from flat_memory import resident
from harness import expect, get
from instances import Instance, settle
from oracles import PARTITIONS
from restarted_logs import admin

WITHIN, SLACK, SILENT = 15, 5, 20
# Of a topic with aborted transactions noida-db lets only a reader from the beginning see everything, and gives all it has at once.
READER, AT_ONCE = 4, 1_000_000_000
RESULTS, SMALL, GOOD = "customer_results", "replies.small", "replies.good"
# How an instance may end by itself: the code, what its last lines say, and the fault that must be there.
ENDS = [
    (1, "FENCED_INSTANCE_ID", ""), (69, "missing topic: customer_commands_dlq", "dead-letter topic made anew"),
    (69, "the store cannot be used", "PostgreSQL"),
]
# Whom a fault may keep waiting, besides partitions and FAILURES.
EVERYBODY, FEW = None, frozenset()


class Member(Instance):
    """A static member with a configuration file and an admin endpoint of its own, whose log is read from a small pipe."""

    def __init__(self, name, env, folder):
        super().__init__(name, env, None)
        self.port, self.config, self.path = harness.free_port(), os.path.join(folder, f"{name}.yaml"), os.path.join(folder, f"{name}.log")
        self.env |= {"FLEXPRICE_ADMIN_LISTEN": f"127.0.0.1:{self.port}", "FLEXPRICE_KAFKA_GROUP_INSTANCE_ID": name}
        self.is_read, self.samples, self.is_away, self.since, self.partitions = threading.Event(), [], False, 0.0, FEW
        self.is_read.set()
        self.write(16, "info")

    def write(self, concurrency, level):
        with open(self.config, "w") as file:
            file.write(f"api:\n  max_concurrency: {concurrency}\nlog:\n  level: {level}\n")

    def start(self, stack):
        read, write = os.pipe()
        fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4_096)
        command = [harness.PROGRAM, "run", "--config", self.config]
        self.process = stack.enter_context(harness.process(command, env=self.env, stderr=write))
        os.close(write)
        threading.Thread(target=self.copy, args=[read], daemon=True).start()
        self.samples, self.is_away, self.since = [], False, time.monotonic()

    def copy(self, read):
        with open(self.path, "ab") as log:
            while data := os.read(read, 65_536):
                log.write(data)
                log.flush()
                self.is_read.wait()
        os.close(read)

    def status(self, query=""):
        return json.loads(get(self.port, "/status" + query)[1])

    def owned(self):
        with contextlib.suppress(OSError, ValueError):
            return frozenset(p["partition"] for p in self.status()["partitions"])
        return frozenset()

    def sample(self):
        pid, age = self.process.pid, time.monotonic() - self.since
        with contextlib.suppress(OSError):
            self.samples.append((age, resident(pid), len(os.listdir(f"/proc/{pid}/fd")), len(os.listdir(f"/proc/{pid}/task"))))

    def last_lines(self):
        with open(self.path, errors="replace") as log:
            return "".join(log.readlines()[-2:])

    def find(self, text):
        with open(self.path, errors="replace") as log:
            return log.read().count(text)


class Soak:
    def __init__(self, stack, options, address, broker, server):
        self.stack, self.options, self.broker, self.server = stack, options, broker, server
        self.brokers, self.book = address, Expectations(WITHIN, SLACK)
        self.folder = os.environ.get("KEEP_LOG") or stack.enter_context(tempfile.TemporaryDirectory())
        os.makedirs(self.folder, exist_ok=True)
        self.api, self.faults, self.turn = stack.enter_context(harness.simulator(20)), {}, threading.Lock()
        env = harness.environment(
            address, self.folder, FLEXPRICE_BACKEND="flexprice", FLEXPRICE_API_HOST=self.api, FLEXPRICE_API_KEY=harness.KEY,
            FLEXPRICE_STORE_URL=server.url, FLEXPRICE_API_TIMEOUT="5s", FLEXPRICE_LIMITS_MAX_IN_FLIGHT="128",
            FLEXPRICE_RETRY_MAX_INTERVAL="3s", FLEXPRICE_RETRY_MAX_ELAPSED_TIME="60s", FLEXPRICE_SHUTDOWN_DRAIN_TIMEOUT="5s",
            FLEXPRICE_KAFKA_REPLY_TOPICS_ALLOWED="replies.*")
        harness.create_topics(env, PARTITIONS)
        # Command topics of clusters take larger records than these by default; what is refused here is results.
        client = admin(address)
        made = client.create_topics([NewTopic(GOOD, 3, 1), NewTopic(SMALL, 1, 1, config={"max.message.bytes": "3000"})])
        for future in made.values():
            future.result(timeout=20)
        self.partitions, self.letters_since = PARTITIONS, 0.0
        # noida-db never drops a member, and takes what a former one publishes: there no session ends, and on Kafka not the first one's.
        sessions = {1: "60000", 2: "6000" if broker is None else "60000", 3: "6000" if broker is None else "60000"}
        self.members = [Member(f"worker-{number}", {**env, "FLEXPRICE_KAFKA_PROPERTIES": json.dumps({
            "session.timeout.ms": session, "heartbeat.interval.ms": "500"})}, self.folder) for number, session in sessions.items()]
        for member in self.members:
            member.start(stack)
        self.settle()
        # Commands: what was sent to whom, so that it can come again.
        self.chance, self.known, self.number, self.is_flowing = random.Random(options.seed), [], 0, threading.Event()
        self.producer, self.ending, self.idle = None, threading.Event(), threading.Event()
        self.new_producer()

    def new_producer(self):
        # A frozen broker would get a command twice.
        self.producer = Producer({"bootstrap.servers": self.brokers, "linger.ms": 5, "message.max.bytes": 9_000_000,
                                  "enable.idempotence": self.broker is None or harness.BROKER is not None,
                                  "topic.metadata.refresh.interval.ms": 2_000, "message.timeout.ms": 0, "log_level": 2})

    def settle(self):
        """Every partition has an owner, in a group of all instances."""
        owned = lambda: {member.name: sorted(member.owned()) for member in self.members}
        whole = lambda: sorted(p for these in owned().values() for p in these) == list(range(self.partitions)) or owned()
        # New partitions are looked for every 30 s.
        try:
            harness.wait_until(whole, 45, f"{self.partitions} partitions have owners")
        except AssertionError:
            expect(self.broker is not None, f"{self.partitions} partitions have no owners but {owned()}")
            # What this broker alone does: see there.
            settle(self.brokers, self.members, self.partitions)
            harness.wait_until(whole, 20, f"{self.partitions} partitions have owners")
        for member in self.members:
            harness.wait_until(lambda: harness.is_ready(member.port), 60, f"{member.name} is ready")

    # Commands

    def produce(self, command, **record):
        self.book.send(command)
        headers = list(record.pop("headers", [])) + [("ce_id", command.id.encode())]

        def done(error, message):
            if error is not None:
                return self.book.problem(f"a command could not be sent: {error}")
            self.book.acknowledged(command, message.partition(), message.offset())
        self.producer.produce(TOPIC, headers=headers, on_delivery=done, **record)

    def send(self, external_id, name, is_ordinary=True, **more):
        with self.turn:
            self.number += 1
            command = Command(f"n{self.number}", external_id, name, is_ordinary)
        value = {"external_id": external_id, **({"name": name} if name else {"address_country": "Germany"}), **more.pop("fields", {})}
        self.produce(command, key=external_id, value=json.dumps(value), **more)
        return command

    def next(self):
        draw, id = self.chance.random(), f"acct_{self.number}"
        if draw < 0.24 and self.known:
            before = self.chance.choice(self.known[-20:] if draw < 0.12 else self.known)
            return self.send(before, f"Another {before}" if draw >= 0.20 else before)
        if draw < 0.27:
            return self.send(id, None)
        if draw < 0.30:
            topic = self.chance.choice([GOOD, SMALL])
            return self.send(id, id, headers=[("replyTo", topic.encode())], fields={"metadata": {"blob": "x" * 5_000}})
        self.known.append(id)
        return self.send(id, id)

    def stream(self):
        due = time.monotonic()
        while not self.ending.is_set():
            if self.is_flowing.is_set():
                self.idle.clear()
                self.next()
                self.producer.poll(0)
            else:
                self.producer.flush(5)
                self.idle.set()
                due = time.monotonic()
            due = max(due + 1 / self.options.rate, time.monotonic() - 1)
            time.sleep(max(0, due - time.monotonic()))

    @contextlib.contextmanager
    def pause(self):
        """No command is sent meanwhile."""
        self.is_flowing.clear()
        self.idle.wait(timeout=60)
        expect(self.producer.flush(60) == 0, "the commands could not be sent")
        try:
            yield
        finally:
            self.is_flowing.set()

    def all_done(self, seconds=120):
        harness.wait_until(lambda: not self.book.waiting or f"{len(self.book.waiting)} wait, such as {list(self.book.waiting.values())[:3]}",
                           seconds, "every command has its result")

    def all_committed(self):
        self.all_done()
        done = lambda: {p: max(o, 0) for p, o in harness.committed(self.brokers, self.partitions).items()}
        ends = lambda: harness.ends(self.brokers, self.partitions)
        harness.wait_until(lambda: done() == ends() or f"{done()} of {ends()}", 60, "d: everything committed")

    # What comes back

    def read(self):
        while not self.ending.is_set():
            try:
                reader, began, is_behind = self.reader(), time.monotonic(), True
                # From where it caught up it reads on for a while; a reader of Kafka for as long as it can.
                while not self.ending.is_set() and (is_behind or self.broker is None or time.monotonic() - began < READER):
                    records = reader.consume(10_000, timeout=0.1)
                    is_behind = len(records) > 1_000
                    for record in records:
                        if record.error() is None:
                            self.book.result(record)
                reader.close()
            except KafkaException:
                time.sleep(0.2)

    def unseen(self):
        """Of the commands that wait, how many have results that only a reader of uncommitted records sees."""
        reader, found, until = self.reader("read_uncommitted"), {}, time.monotonic() + 20
        while time.monotonic() < until and (records := reader.consume(10_000, timeout=2)):
            for record in records:
                if record.error() is None and (record.topic(), record.partition(), record.offset()) not in self.book.places:
                    found.setdefault(json.loads(record.value())["command"]["id"], (record.topic(), record.partition(), record.offset()))
        reader.close()
        found = {id: place for id, place in found.items() if id in self.book.waiting}
        return f"{len(found)} of {len(self.book.waiting)} that wait have results which are not committed: {sorted(found.values())[:8]}"

    def reader(self, level="read_committed"):
        reader = Consumer({"bootstrap.servers": self.brokers, "group.id": "soak-reader", "isolation.level": level,
                           "enable.auto.commit": False, "auto.offset.reset": "earliest", "log_level": 2, "fetch.wait.max.ms": 200,
                           "receive.message.max.bytes": AT_ONCE})
        try:
            topics = reader.list_topics(timeout=5).topics
        except KafkaException:
            reader.close()
            raise
        places = [(t, p) for t in topics if t == RESULTS or t.startswith("replies.") for p in topics[t].partitions]
        reader.assign([TopicPartition(t, p, 0) for t, p in places])
        return reader

    # What is looked at

    def watch(self):
        silent_for, unanswered, tick, told_until = {}, {}, 0, 0.0
        while not self.ending.wait(1):
            tick, now, live, words = tick + 1, time.monotonic(), [], set()
            for member in self.members:
                process = member.process
                if member.is_away or process is None:
                    unanswered.pop(member.name, None)
                    continue
                if process.poll() is not None:
                    self.start_again(member)
                    continue
                member.partitions = member.owned() or member.partitions
                try:
                    status, text = get(member.port, "/readyz", timeout=3)
                    reasons = json.loads(text).get("reasons", [])
                    unanswered.pop(member.name, None)
                except (OSError, ValueError):
                    since = unanswered.setdefault(member.name, now)
                    if now - since > SILENT and now - member.since > SILENT and not member.is_away:
                        self.book.problem(f"s: the admin endpoint of {member.name} has not answered for {now - since:.0f} s")
                        unanswered[member.name] = now + 60
                    words.add("unanswered")
                    continue
                if status != 200 and not all(r["reason"] and r["detail"] for r in reasons or [{"reason": "", "detail": ""}]):
                    self.book.problem(f"s: {member.name} is not ready without a reason: {text}")
                words |= {r["reason"] for r in reasons}
                live.append(member)
                if tick % 10 == 0:
                    member.sample()
            with self.book.lock:
                for window in self.book.windows:
                    if window.begin < now < window.until():
                        window.words |= words
                stuck = {c.partition for c in self.book.waiting.values() if c.is_ordinary and now - c.sent > SLACK
                         and now - self.book.last[c.partition] > SLACK}
                excused = {p for w in self.book.windows if w.begin < now < w.until() and isinstance(w.partitions, frozenset)
                           for p in w.partitions}
            for partition in range(self.partitions):
                if partition not in stuck - excused or words:
                    silent_for.pop(partition, None)
                elif now - silent_for.setdefault(partition, now) > SILENT:
                    self.book.problem(f"s: partition {partition} has not moved for {SILENT + SLACK} s, and all {len(live)} instances say ready")
                    self.picture([])
                    silent_for[partition] = now + 60
            late = self.book.late(now)
            # One problem makes many wait: it is told now and then.
            if late and now > told_until:
                told_until = now + 30
                self.book.problem(f"w: {len(late)} wait for more than {WITHIN} s, such as {late[0]} for {now - late[0].sent:.1f} s")
                self.picture(late[:2])

    def start_again(self, member):
        """Does what a service manager would. Ending is right for one that was fenced, and for a start without what it needs."""
        code, said, now = member.process.returncode, member.last_lines(), time.monotonic()
        kinds = " ".join(w.kind for w in self.book.windows if now < w.until())
        if not any(code == right and word in said and kind in kinds for right, word, kind in ENDS):
            self.book.problem(f"{member.name} ended by itself with {code}: {said}")
        with self.window(f"instance ended by itself ({code})", member.partitions, 15):
            member.start(self.stack)

    def picture(self, commands):
        """What the instances say at this moment, of these commands too."""
        with open(os.path.join(self.folder, "pictures.log"), "a") as file:
            for member in self.members:
                for query in [""] + [f"?external_id={c.external_id}" for c in commands]:
                    try:
                        said = get(member.port, "/status" + query, timeout=2)[1]
                    except OSError as error:
                        said = f"{error}\n"
                    file.write(f"{self.book.at(time.monotonic())} {member.name} {said}")

    @contextlib.contextmanager
    def window(self, kind, partitions, grace):
        window = Window(kind, time.monotonic(), partitions, grace)
        with self.book.lock:
            self.book.windows.append(window)
        print(f"        {self.book.at(window.begin)}: {kind}", flush=True)
        try:
            yield window
        finally:
            window.end = time.monotonic()

    @contextlib.contextmanager
    def api_fault(self, *rules):
        mark = object()
        with self.turn:
            self.faults[mark] = list(rules)
            self.inject()
        try:
            yield
        finally:
            with self.turn:
                del self.faults[mark]
                self.inject()

    def inject(self):
        # Of those that decide an answer the first that fits wins: what is about few customers goes first.
        rules = [rule for these in self.faults.values() for rule in these]
        harness.inject(self.api, sorted(rules, key=lambda rule: "external_ids" not in rule))
