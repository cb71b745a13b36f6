"""Faults of a soak test: each takes the stack, a source of chance of its own and the longest time that it may last, and has ended when it
returns. A window tells whom it may keep waiting, and how long recovery may take."""
import os
import signal
import time

import harness
from confluent_kafka.admin import ConfigResource, NewPartitions
from expectations import FAILURES, TOPIC, Command
from harness import expect
from oracles import PARTITIONS
from poison import ANSWERS, RECORDS
from restarted_logs import admin, make_anew
from soak_stack import EVERYBODY, FEW, RESULTS

DLQ = "customer_commands_dlq"
ROUTES = ["create", "search", "list", "lookup", "get", "update", "me"]


def span(chance, longest, low, high):
    return chance.uniform(min(low, longest), min(high, longest))


def killed(s, chance, longest):
    member = chance.choice(s.members[1:])
    with s.window("instance killed", member.owned(), 15):
        member.is_away = True
        member.process.kill()
        member.process.wait()
        time.sleep(span(chance, longest, 0, 5))
        member.start(s.stack)
        s.settle()


def restarted(s, chance, longest):
    member = chance.choice(s.members[1:])
    with s.window("instance restarted", member.owned(), 15):
        member.is_away = True
        member.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        member.process.wait(timeout=60)
        took = time.monotonic() - began
        # 5 s for commands in flight and what an end takes besides; 2 when commands were abandoned.
        if member.process.returncode not in (0, 2) or took > 25:
            s.book.problem(f"{member.name} ended {took:.1f} s after TERM with {member.process.returncode}")
        time.sleep(span(chance, longest, 0, 3))
        member.start(s.stack)
        s.settle()


def stopped(s, chance, longest):
    member = chance.choice(s.members)
    with s.window("instance stopped", member.owned(), 15):
        member.is_away = True
        member.process.send_signal(signal.SIGSTOP)
        try:
            time.sleep(span(chance, longest, 5, 40))
        finally:
            member.process.send_signal(signal.SIGCONT)
        member.is_away = False
        s.settle()


def suspended(s, chance, longest):
    member = chance.choice(s.members)
    with s.window("intake suspended", member.owned(), 5) as window:
        member.process.send_signal(signal.SIGTSTP)
        time.sleep(span(chance, longest, 5, 30))
        member.process.send_signal(signal.SIGCONT)
    if "intake_paused" not in window.words:
        s.book.problem(f"s: {member.name} was suspended and said {window.words}")


def broker_frozen(s, chance, longest):
    with s.window("broker frozen", EVERYBODY, 20):
        pid = s.broker.process.pid if s.broker else s.options.broker_pid
        os.kill(pid, signal.SIGSTOP)
        try:
            # Shorter than a session on noida-db.
            time.sleep(span(chance, longest, 5, 60 if s.broker is None else 45))
        finally:
            os.kill(pid, signal.SIGCONT)
        s.settle()


def broker_restarted(s, chance, longest):
    # Only while nothing is under way, and after noida-db has written that, which it does every two seconds.
    with s.window("broker restarted", EVERYBODY, 20), s.pause():
        s.all_committed()
        time.sleep(5)
        s.broker.stop()
        time.sleep(span(chance, longest, 0, 8))
        s.broker.start()
        s.settle()


def partitions_added(s, chance, longest):
    if s.partitions > 10:
        return
    count = s.partitions + 2
    with s.window("partitions added", frozenset(range(s.partitions, count)), 5):
        client = admin(s.brokers)
        client.create_partitions([NewPartitions(TOPIC, count)])[TOPIC].result(timeout=20)
        s.partitions = count
        s.settle()


def commands_made_anew(s, chance, longest):
    # Every second time with commands under way: of those that have no result yet none is required.
    with s.window("command topic made anew", EVERYBODY, 20), s.pause():
        if chance.random() < 0.5:
            s.all_done()
        else:
            for _ in range(200):
                s.next()
            expect(s.producer.flush(60) == 0, "the commands could not be sent")
        make_anew(s.brokers, TOPIC, PARTITIONS)
        lost = s.book.lose_waiting()
        s.known = [id for id in s.known if id not in lost]
        s.partitions, first = PARTITIONS, s.number
        # The old one knows the old topic's partitions, for a while.
        s.new_producer()
        s.is_flowing.set()
        time.sleep(35)
        s.settle()
        with s.book.lock:
            for number in range(first + 1, s.number + 1):
                s.book.commands[f"n{number}"].may_repeat = True


def letters_made_anew(s, chance, longest):
    # A batch of results that was refused is tried again within 30 s.
    with s.window("dead-letter topic made anew", FAILURES, 30):
        make_anew(s.brokers, DLQ, PARTITIONS, gap=span(chance, longest, 0, 20))
        # What failed until now may have been written to the old one.
        s.letters_since = time.monotonic() + 5
        time.sleep(span(chance, longest, 10, 20))


def whole_api(kind, grace, *rules):
    def run(s, chance, longest):
        rule = {**chance.choice(rules), "routes": ROUTES}
        with s.window(f"API: {kind}", EVERYBODY, grace), s.api_fault(rule):
            time.sleep(span(chance, longest, 5, 40))
    run.__name__ = f"api_{kind}"
    return run


def api_throttled(s, chance, longest):
    wait = chance.randint(2, 12)
    # The last who are asked to wait may do so for as long after the fault's end.
    with s.window("API: 429", EVERYBODY, 10 + wait), s.api_fault({"fault": "too_many_requests", "retry_after": wait, "routes": ROUTES}):
        time.sleep(span(chance, longest, 2, 20))


def api_slow(s, chance, longest):
    rule = {"fault": "delay_before_commit", "milliseconds": chance.randint(200, 900)}
    with s.window("API: slow", FEW, 0), s.api_fault(rule):
        time.sleep(span(chance, longest, 5, 40))


def answers_lost(s, chance, longest):
    rule = {"fault": "drop_after_commit", "share": 0.2, "seed": chance.randrange(1 << 30)}
    with s.window("API: answers lost", FEW, 0), s.api_fault(rule):
        time.sleep(span(chance, longest, 5, 40))


def customers_fail(s, chance, longest):
    rules, names = [], []
    for kind in chance.sample(sorted(ANSWERS), 4):
        these = [f"{kind.replace(' ', '_')}_{s.number}_{n}" for n in range(2)]
        rules.append({**ANSWERS[kind], "external_ids": these})
        names += these
    # Longer than retry.max_elapsed_time at times, so that some end as failed.
    with s.window("customers that fail", FEW, 0), s.api_fault(*rules):
        for name in names:
            s.send(name, name, is_ordinary=False)
        time.sleep(span(chance, longest, 10, 80))


def poison_records(s, chance, longest):
    with s.window("poison", FEW, 0):
        # Kafka refuses a record from the future, and the batch that it is in.
        kinds = sorted(kind for kind in RECORDS if s.broker is not None or kind != "time of 2200")
        for kind in chance.sample(kinds, len(kinds)):
            with s.turn:
                s.number += 1
                number = s.number
            name = f"poison_{number}"
            s.produce(Command(f"n{number}", name, name, is_ordinary=False), **RECORDS[kind](name))
            time.sleep(span(chance, longest, 0, 1))
        time.sleep(5)


def results_refused(s, chance, longest):
    def limit(value):
        resource, client = ConfigResource("topic", RESULTS, set_config={"max.message.bytes": str(value)}), admin(s.brokers)
        for future in client.alter_configs([resource]).values():
            future.result(timeout=10)

    with s.window("results refused", FEW, 0):
        limit(4_000)
        until = time.monotonic() + span(chance, longest, 5, 30)
        while time.monotonic() < until:
            id = f"wide_{s.number}"
            s.send(id, id, is_ordinary=False, fields={"metadata": {"blob": "x" * 10_000}})
            time.sleep(0.5)
        limit(1_048_588)


def replies_gone(s, chance, longest):
    with s.window("reply topics that are not there", FEW, 0):
        until = time.monotonic() + span(chance, longest, 5, 20)
        while time.monotonic() < until:
            id = f"reply_{s.number}"
            s.send(id, id, is_ordinary=False, headers=[("replyTo", b"replies.gone." + str(s.number).encode())])
            time.sleep(0.5)


def ledger_restarted(s, chance, longest):
    with s.window("PostgreSQL restarted", EVERYBODY, 15):
        s.server.stop()
        time.sleep(span(chance, longest, 0, 20))
        s.server.start()


def ledger_frozen(s, chance, longest):
    with s.window("PostgreSQL frozen", EVERYBODY, 20):
        s.server.freeze()
        time.sleep(span(chance, longest, 5, 30))
        s.server.thaw()


def reloaded(s, chance, longest):
    member = chance.choice(s.members)
    with s.window("settings reloaded", FEW, 0):
        before = member.find("Setting changed")
        for concurrency in (chance.randint(9, 15), 16):
            member.write(concurrency, "info")
            member.process.send_signal(signal.SIGHUP)
            before += 1
            harness.wait_until(lambda: member.find("Setting changed") >= before or "no line", 20, "the reload is told")
            time.sleep(span(chance, longest, 1, 5))


def log_unread(s, chance, longest):
    member = chance.choice(s.members)
    with s.window("log not read", FEW, 0):
        member.write(16, "debug")
        member.process.send_signal(signal.SIGHUP)
        member.is_read.clear()
        time.sleep(span(chance, longest, 10, 40))
        member.write(16, "info")
        member.process.send_signal(signal.SIGHUP)
        time.sleep(1)
        member.is_read.set()
        time.sleep(1)


# Alone: nothing else may be wrong meanwhile. Of the group, and of the topics: one of these at a time, since instances must hear their
# signals, and a broker must answer what it is asked to change.
# Last: noida-db that was restarted does not know transactional ids any more. The open transaction of a producer whose successor asks for
# the same id is then never ended, and stands in front of all later results.
ALONE, LAST = [commands_made_anew], broker_restarted
GROUP = [killed, restarted, stopped, suspended, broker_frozen, partitions_added, reloaded, log_unread]
TOPICS = [broker_frozen, partitions_added, letters_made_anew, results_refused]
OTHERS = [
    whole_api("hangs up", 15, {"fault": "drop_before_commit"}), whole_api("silent", 20, {"fault": "black_hole"}),
    whole_api("5xx", 15, *({"fault": f} for f in ("service_unavailable", "internal_error", "bad_gateway", "gateway_timeout", "panic"))),
    whole_api("401", 15, {"fault": "unauthorized"}), whole_api("403", 15, {"fault": "forbidden", "reason": "permissions"}),
    api_throttled, api_slow, answers_lost, customers_fail, poison_records, letters_made_anew, results_refused, replies_gone,
    ledger_restarted, ledger_frozen,
]


def clash(one, other):
    """Whether they must not be at the same time."""
    return one in ALONE or other in ALONE or any(one in these and other in these for these in (GROUP, TOPICS))
