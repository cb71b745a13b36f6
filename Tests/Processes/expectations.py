"""What a soak test sent, what came back, and whether that is right; whoever sends, reads and breaks tells it here.

A command waits from its acknowledgement by the broker until a reader of committed results sees its result. Windows of time excuse waits:
those of everybody's faults every command's, those of an instance's faults the commands of its partitions.
"""
import collections
import dataclasses
import json
import threading
import time

TOPIC = "customer_commands"
# What the dead-letter topic's faults hold up: commands that fail, and others of their external_ids.
FAILURES = "failures"


@dataclasses.dataclass
class Command:
    id: str
    external_id: str
    # None where the command is invalid.
    name: str | None
    # Whether nothing is wrong with it or its customer: it must not wait, and its outcome is known in advance.
    is_ordinary: bool = True
    # How many times the topic had been made anew, and where the record is in that log.
    log: int = 0
    partition: int | None = None
    offset: int | None = None
    sent: float | None = None
    seen: float | None = None
    # Its log was deleted before it had a result, which it need not have any more.
    is_lost: bool = False
    # It came soon after its log: the worker may have read it before it knew that the log is another one.
    may_repeat: bool = False
    is_late: bool = False
    results: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Window:
    kind: str
    begin: float
    # Partitions whose commands are excused, all for everybody's; empty where nobody may wait; or FAILURES.
    partitions: frozenset | None | str
    # Seconds that recovery may take.
    grace: float
    end: float | None = None
    words: set = dataclasses.field(default_factory=set)

    def excuses(self, command, failing):
        if self.partitions == FAILURES:
            return command.external_id in failing
        return self.partitions is None or command.partition in self.partitions

    def until(self):
        return float("inf") if self.end is None else self.end + self.grace


class Expectations:
    def __init__(self, within, slack):
        self.within, self.slack = within, slack
        self.lock = threading.RLock()
        self.commands, self.waiting, self.windows, self.problems = {}, {}, [], []
        self.places, self.ids, self.failing = {}, {}, set()
        self.log, self.repeated, self.last = 0, 0, collections.Counter()
        self.began = time.monotonic()

    def at(self, moment):
        return f"{moment - self.began:.1f} s"

    def problem(self, text):
        with self.lock:
            self.problems.append(text)
        if len(self.problems) <= 30:
            print(f"        PROBLEM at {self.at(time.monotonic())}: {text}", flush=True)

    def send(self, command):
        with self.lock:
            command.log = self.log
            self.commands[command.id] = command
            if command.name != command.external_id:
                self.failing.add(command.external_id)

    def acknowledged(self, command, partition, offset):
        with self.lock:
            command.partition, command.offset, command.sent = partition, offset, time.monotonic()
            if not command.results:
                self.waiting[command.id] = command

    def lose_waiting(self):
        """The log is deleted: what waits need have no result, and of its ids no outcome is known."""
        with self.lock:
            lost = {command.external_id for command in self.waiting.values()}
            for command in self.waiting.values():
                command.is_lost = True
            self.waiting.clear()
            for command in self.commands.values():
                command.is_ordinary = command.is_ordinary and command.external_id not in lost
            self.log += 1
            return lost

    def result(self, record):
        """A record of a result topic; each is told once, however often it is read."""
        place = (record.topic(), record.partition(), record.offset())
        with self.lock:
            if place in self.places:
                return
            body, headers = json.loads(record.value()), dict(record.headers() or [])
            command = self.commands.get(body["command"]["id"])
            self.places[place] = command
            if command is None:
                return self.problem(f"a: a result of nobody's command at {place}: {body}")
            id = headers["ce_id"]
            if self.ids.setdefault(id, command.id) != command.id:
                self.problem(f"a: ce_id {id} is of {command.id} and of {self.ids[id]}")
            if command.results:
                self.repeated += 1
                first = command.results[0]
                if not command.may_repeat or first[1]["ce_id"] != id:
                    self.problem(f"a: {command.id} has another result at {place}: {body} {headers}; the first {first}, {command}")
            else:
                command.seen = time.monotonic()
                self.waiting.pop(command.id, None)
                self.last[command.partition] = command.seen
            command.results.append((place, headers, body))

    def unexcused(self, command, now):
        """Seconds of its wait that no window excuses."""
        begin, end = command.sent, command.seen or now
        spans = sorted((max(w.begin, begin), min(w.until(), end)) for w in self.windows if w.excuses(command, self.failing))
        wait, reached = 0, begin
        for first, last in spans:
            if first < last and last > reached:
                wait += max(0, first - reached)
                reached = last
        return wait + max(0, end - reached)

    def late(self, now):
        """Ordinary commands that have waited for too long, each told once."""
        with self.lock:
            found = [c for c in self.waiting.values() if c.is_ordinary and not c.is_late
                     and now - c.sent > self.within and self.unexcused(c, now) > self.within + self.slack]
            for command in found:
                command.is_late = True
            return found

    def report(self):
        """Of each kind of fault: how often it was, the longest wait beside it, and the words of readiness."""
        longest, raw, total = {}, {}, 0
        for command in self.commands.values():
            if not command.is_ordinary or command.sent is None or command.seen is None:
                continue
            wait = self.unexcused(command, command.seen)
            total = max(total, wait)
            for w in self.windows:
                if w.begin < command.seen and w.until() > command.sent:
                    longest[w.kind] = max(longest.get(w.kind, 0), wait)
                    raw[w.kind] = max(raw.get(w.kind, 0), command.seen - command.sent)
        for kind in sorted({w.kind for w in self.windows}):
            these = [w for w in self.windows if w.kind == kind]
            words = sorted(set().union(*(w.words for w in these)))
            print(f"        {kind}: {len(these)} times, the longest wait of others {longest.get(kind, 0):.1f} s "
                  f"({raw.get(kind, 0):.1f} s with what is excused); {', '.join(words) or 'ready'}", flush=True)
        print(f"        the longest unexcused wait of all {total:.1f} s", flush=True)

    def timeline(self):
        for w in sorted(self.windows, key=lambda w: w.begin):
            whose = "everybody's" if w.partitions is None else w.partitions if w.partitions == FAILURES else sorted(w.partitions) or "few"
            print(f"        {self.at(w.begin)} to {self.at(w.end) if w.end else 'the end'}: {w.kind} ({whose})", flush=True)

    def outcomes(self, stored, created):
        """At the end: every result that is missing or wrong, `stored` being the ledger's customer ids by external_id."""
        by_id = {}
        for command in self.commands.values():
            if command.sent is not None and not command.results and not command.is_lost:
                self.problem(f"a: no result of {command}")
            by_id.setdefault(command.external_id, []).append(command)
        made, perhaps, counts = set(), set(), collections.Counter()
        for external_id, commands in by_id.items():
            told = [(c, c.results[0][2]) for c in commands if c.results]
            for command, body in told:
                counts[outcome(body)] += 1
            successes = [(c, body) for c, body in told if body["status"] == "created"]
            customers = {body["customer"]["id"] for _, body in successes}
            if len(customers) > 1:
                self.problem(f"b: {external_id} has the customers {customers}")
            if successes:
                made.add(external_id)
                if stored.get(external_id) not in customers:
                    self.problem(f"b: the ledger has {stored.get(external_id)} for {external_id}, published are {customers}")
            if not all(c.is_ordinary for c in commands):
                perhaps.add(external_id)
                continue
            self.ordinary(external_id, told)
        extra = set(stored) - made - perhaps
        if extra:
            self.problem(f"b: the ledger has customers that nobody was told of: {sorted(extra)[:5]}")
        if not len(made) <= created <= len(made | perhaps):
            self.problem(f"b: the API created {created} customers; told were {len(made)}, and perhaps {len(perhaps - made)} more")
        self.order()
        return counts

    def ordinary(self, external_id, told):
        firsts = [(c, body) for c, body in told if outcome(body) in ("created", "existing")]
        valid = [(c, body) for c, body in told if c.name is not None]
        if len(firsts) != (1 if valid else 0):
            return self.problem(f"b: {external_id} was created by {len(firsts)} commands: {[(c.id, outcome(b)) for c, b in told]}")
        for command, body in told:
            if command.name is None:
                right = {"invalid_command"}
            elif firsts[0][0] is command:
                right = {"created", "existing"}
            else:
                right = {"replayed" if command.name == firsts[0][0].name else "idempotency_conflict"}
            if outcome(body) not in right:
                self.problem(f"b: {command.id} of {external_id} ended as {outcome(body)}, expected {right}: {body}")

    def order(self):
        """Results of an external_id are in the order of its commands, as far as these are in one log and partition."""
        reached = {}
        for place, command in sorted((item for item in self.places.items() if item[1]), key=lambda item: item[0]):
            if command.may_repeat or command.offset is None:
                continue
            key = (command.external_id, command.log, command.partition, place[0], place[1])
            if reached.get(key, -1) > command.offset:
                self.problem(f"c: the result of {command.id} ({command.external_id}) at {place} is behind that of a later command")
            reached[key] = max(reached.get(key, -1), command.offset)

    def letters(self, records, since):
        """Each failure has one dead letter in a topic that was made at `since`, each letter a failure."""
        found = collections.Counter()
        for record in records:
            found[dict(record.headers())["dlq-command-id"].decode()] += 1
        failed = {c.id for c in self.commands.values() if c.results and c.results[-1][2]["status"] == "failed"}
        doubled = [id for id, count in found.items() if count > 1 and (id not in self.commands or not self.commands[id].may_repeat)]
        if doubled or not set(found) <= failed:
            self.problem(f"f: dead letters that come twice: {doubled[:5]}, or of what did not fail: {sorted(set(found) - failed)[:5]}")
        needed = {id for id in failed if (self.commands[id].sent or 0) > since and "dead-letter-refused" not in self.commands[id].results[-1][1]}
        missing = needed - set(found)
        if missing:
            self.problem(f"f: {len(missing)} of {len(needed)} failures have no dead letter: {[self.commands[id] for id in sorted(missing)[:3]]}")
        return sum(found.values())


def outcome(body):
    return body.get("outcome") or body["error"]["code"]
