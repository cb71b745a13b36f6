#!/usr/bin/env python3
"""Runs the shipped alerts and the dashboard's queries on a day of events, made of what a worker really exports.

usage: alert_day.py PROGRAM [--self-test] [--record FILE | --replay FILE]

A worker with a broker, the simulated API and a ledger goes through each event for some seconds, and every answer of /metrics is kept.
synthetic_day.py stretches them into a day in which an event lasts as long as it would, counters continuing at the rate that was seen.
promtool evaluates config/prometheus/alerts.yml over it: each event fires what it must and nothing else, no page comes early, and between
events all is silent. prometheus evaluates every query of config/grafana/customer-worker.json: each has data, and none of other programs.

--self-test   rules, series and queries with mistakes in them must be noticed, on the same recording
--record      keep what was recorded; --replay uses it again, without a worker
"""
import argparse
import concurrent.futures
import contextlib
import functools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

import dashboard
import harness
from confluent_kafka import Producer
from harness import expect, get, wait_until
from synthetic_day import Event, Phase, Rules, Scrape, day_of

#: Minutes of each event, what it must fire, and what it may fire besides, depending on the rates around it. The time before which no
#: page may come is the shortest one that the rules have for it.
EVENTS = {
    "a restart": Event(2, set()),
    "brokers away": Event(7, {"NotReady"}, early=4.5),
    "the API away": Event(20, {"IntakePaused"}, may={"APIFails", "TransactionsFail"}, early=4.5),
    "a wrong key": Event(20, {"IntakePaused"}, may={"APIFails"}, early=4.5),
    "a full disk": Event(20, {"IntakePaused"}, early=4.5),
    "all refused alike": Event(20, {"Trickle"}, may={"CommandsFail", "DeadLettersGrow"}, early=0.5),
    "dead letters grow": Event(60, {"DeadLettersGrow", "CommandsFail"}),
    "a reload refused": Event(30, {"ReloadRefused"}),
    "a restart loop": Event(30, {"Restarts"}, may={"Down", "NotReady"}),
}


class Recorder(threading.Thread):
    """Scrapes a port twice a second, and files each answer under the phase that is now."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.phases, self.process, self.is_over = port, [], 0, threading.Event()
        self.begin("start", is_steady=False)
        self.start()

    def begin(self, name, is_steady):
        self.phases.append(Phase(name, is_steady, []))

    def run(self):
        while not self.is_over.wait(0.5):
            phase, process = self.phases[-1], self.process
            try:
                text = get(self.port, "/metrics", timeout=2)[1]
            except OSError:
                text = None
            if phase is self.phases[-1] and process == self.process:
                phase.scrapes.append(Scrape.read(time.time(), process, text))

    def last(self, series):
        scrapes = self.phases[-1].scrapes
        return scrapes[-1].samples.get(series) if scrapes and scrapes[-1].samples else None

    def keep(self, name, series, value, seconds, settle=0):
        """Waits until a series has a value, then keeps the scrapes of the next `seconds`."""
        wait_until(lambda: self.last(series) == value or f"{series} is {self.last(series)}", 60, name)
        # What a state does to itself after a while belongs to the transition: a session timeout, say.
        self.pass_by(settle)
        self.begin(name, is_steady=True)
        self.pass_by(seconds)
        self.begin("after " + name, is_steady=False)

    def pass_by(self, seconds):
        end = time.monotonic() + seconds
        wait_until(lambda: time.monotonic() >= end, seconds + 1, "time")


class Stack(contextlib.ExitStack):
    """A worker with everything around it, commands that come in all the time, and the recorder."""

    def __init__(self):
        super().__init__()
        self.folder = self.enter_context(tempfile.TemporaryDirectory())
        self.broker = self.enter_context(harness.restartable_broker())
        self.api_port, self.port = harness.free_port(), harness.free_port()
        self.start_api()
        self.config = os.path.join(self.folder, "config.yaml")
        self.write("log:\n  level: info\n")
        shim = os.path.join(self.folder, "failing_disk.so")
        source = os.path.join(harness.ROOT, "Tests", "Processes", "failing_disk.c")
        subprocess.run(["clang", "-shared", "-fPIC", "-o", shim, source, "-ldl"], check=True)
        self.disk = os.path.join(self.folder, "disk")
        os.mkdir(self.disk)
        self.env = harness.environment(
            self.broker.address, self.disk, FLEXPRICE_BACKEND="flexprice", FLEXPRICE_API_HOST=f"http://127.0.0.1:{self.api_port}",
            FLEXPRICE_API_KEY=harness.KEY, FLEXPRICE_ADMIN_LISTEN=f"127.0.0.1:{self.port}", FLEXPRICE_KAFKA_GROUP_INSTANCE_ID="one",
            FLEXPRICE_BREAKER_PROBE_INTERVAL="1s", FLEXPRICE_BREAKER_PROBE_MAX_INTERVAL="1s", LD_PRELOAD=shim, FAILING_DISK=self.disk)
        harness.create_topics(self.env, 3)
        self.start_worker()
        self.recorder = Recorder(self.port)
        self.callback(self.recorder.is_over.set)
        self.invalid = 0
        feeder = threading.Thread(target=self.feed, daemon=True)
        feeder.start()
        self.recorder.keep("healthy", "customer_worker_ready", 1, 5, settle=2)

    def feed(self):
        """Twenty commands a second, some of them a second time, and as many invalid ones as are asked for."""
        producer = Producer({"bootstrap.servers": self.broker.address, "log_level": 0, "message.timeout.ms": 300_000})
        number = 0
        while not self.recorder.is_over.wait(0.5):
            for index in range(10 + self.invalid):
                name = f"acct_{number if index % 5 else number // 2}"
                body = {"external_id": name, "name": "Ada"} | ({"address_country": "Germany"} if index >= 10 else {})
                producer.produce("customer_commands", json.dumps(body), key=name)
                number += 1
            producer.poll(0)

    def start_api(self):
        self.api = self.enter_context(contextlib.ExitStack())
        self.api_url = self.api.enter_context(harness.simulator(port=self.api_port))

    def start_worker(self):
        command = [harness.PROGRAM, "run", "--config", self.config]
        self.worker = self.enter_context(harness.process(command, env=self.env, stderr=subprocess.DEVNULL))

    def write(self, config):
        with open(self.config, "w") as file:
            file.write(config)
        os.chmod(self.config, 0o600)

    def reload(self, config):
        self.write(config)
        self.worker.send_signal(signal.SIGHUP)

    def fill_disk(self, code):
        path = os.path.join(self.disk, "errno")
        if code is None:
            return os.remove(path)
        with open(path + ".new", "w") as file:
            file.write(str(code))
        os.rename(path + ".new", path)

    def fault(self, name):
        harness.inject(self.api_url, [{"fault": name}] if name else [])

    def recover(self, settle=1):
        self.recorder.keep("healthy", "customer_worker_ready", 1, 3, settle=settle)


def paused(reason):
    return f'customer_worker_intake_paused{{reason="{reason}"}}'


def not_ready(reason):
    return f'customer_worker_not_ready{{reason="{reason}"}}'


def with_brokers():
    with Stack() as s:
        s.broker.stop()
        # Until the session timeout has passed, and with it the partitions have gone, and what could not be published of them.
        wait_until(lambda: not json.loads(harness.get(s.port, "/status")[1])["partitions"] or "partitions", 60, "the loss of the partitions")
        s.recorder.keep("brokers away", not_ready("brokers_unreachable"), 1, 5, settle=2)
        s.broker.start()
        # The group may divide its partitions a second time once the broker is whole again.
        s.recover(settle=8)
        s.recorder.begin("a restart loop", is_steady=True)
        for _ in range(3):
            s.worker.kill()
            s.worker.wait()
            s.recorder.process += 1
            s.start_worker()
            wait_until(lambda: harness.get(s.port, "/livez")[0] == 200, 20, "the next start")
            s.recorder.pass_by(1.5)
        return s.recorder.phases


def with_api():
    with Stack() as s:
        s.api.close()
        s.recorder.keep("the API away", paused("not_connected"), 1, 5)
        s.start_api()
        s.recover()
        s.fault("unauthorized")
        s.recorder.keep("a wrong key", paused("unauthorized"), 1, 5)
        s.fault(None)
        s.recover()
        s.fault("inactive_tax_rate")
        s.recorder.keep("all refused alike", not_ready("refused_alike"), 1, 6)
        s.fault(None)
        s.recover()
        s.recorder.begin("a restart", is_steady=False)
        s.worker.terminate()
        harness.wait_for_exit(s.worker, 0)
        s.recorder.process += 1
        s.start_worker()
        s.recover()
        return s.recorder.phases


def with_files():
    with Stack() as s:
        s.fill_disk(28)
        s.recorder.keep("a full disk", paused("store_full"), 1, 5)
        s.fill_disk(None)
        s.recover()
        s.reload("log:\n  level: loud\n")
        s.recorder.keep("a reload refused", "customer_worker_last_reload_success", 0, 3)
        s.reload("log:\n  level: info\n")
        wait_until(lambda: s.recorder.last("customer_worker_last_reload_success") == 1 or "refused", 10, "the next reload")
        s.recover()
        s.invalid = 4
        waiting = 'customer_worker_dead_letters_waiting{code="invalid_command"}'
        wait_until(lambda: (s.recorder.last(waiting) or 0) > 0 or "no letter waits", 30, "waiting letters are counted")
        # Two counts, which come every ten seconds.
        s.recorder.keep("dead letters grow", "customer_worker_ready", 1, 21)
        s.invalid = 0
        s.recover()
        return s.recorder.phases


def record():
    # Mostly waiting, so two at once; three of them on two cores make a lag that really grows for a moment.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        made = [pool.submit(one) for one in (with_api, with_files, with_brokers)]
        return [one.result() for one in made]


def kept_lag(recordings):
    """While the brokers are away the lag keeps its last value, with its age, and each reason and code has a series."""
    phase = next(phase for phases in recordings for phase in phases if phase.name == "brokers away")
    lags = [{n: v for n, v in s.samples.items() if n.startswith("customer_worker_consumer_lag{")} for s in phase.scrapes]
    expect(lags and lags[0] and all(lag == lags[0] for lag in lags), f"the lag changes or vanishes: {lags}")
    ages = [scrape.samples["customer_worker_consumer_lag_age_seconds"] for scrape in phase.scrapes]
    expect(ages == sorted(ages) and ages[-1] > 8, f"the lag does not age: {ages}")


def events(recordings):
    """each event of the day fires its alerts, in time, and nothing fires besides"""
    kept_lag(recordings)
    problems, facts = Rules().judge(day_of(recordings, EVENTS))
    expect(not problems, "\n    ".join(["", *problems]))
    print(f"        {facts}")


def queries(recordings, is_self_test):
    """each query of the dashboard has data, and none of other programs"""
    with dashboard.Prometheus(day_of(recordings, EVENTS)) as server:
        problems, facts = server.judge(dashboard.read())
        expect(not problems, "\n    ".join(["", *problems]))
        print(f"        {facts}")
        for name, change, expected in dashboard.MISTAKES if is_self_test else []:
            problems, _ = server.judge(change(dashboard.read()))
            expect(any(expected in problem for problem in problems), f"{name} is not noticed: {problems}")


def mistakes(recordings):
    """mistakes in rules and series are noticed"""
    def part(*names):
        return day_of(recordings, {name: EVENTS[name] for name in names})

    def wavering(series, values):
        return [v and v + (i % 2) * 0.0009 for i, v in enumerate(values)] if series.startswith("process_start") else values

    def without(word):
        return lambda series, values: [v and 0 for v in values] if word in series else values

    cases = [
        ("a rule that is missing", part("brokers away"), Rules(drop="NotReady"), "brokers away"),
        ("a page that comes late", part("a wrong key"), Rules(change=('for: 5m', 'for: 30m')), "a wrong key"),
        ("a page that comes early", part("brokers away"), Rules(change=('for: 5m', 'for: 1m')), "too early"),
        ("a start that wavers", part("a restart").changed(wavering), Rules(), "Restarts"),
        ("a reason without a series", part("brokers away").changed(without("customer_worker_not_ready")), Rules(), "brokers away"),
        ("other programs' restarts", part("a restart"), Rules(change=('process_start_time_seconds{job=~"customer-worker.*"}',
                                                                      'process_start_time_seconds')), "Restarts"),
    ]
    for name, day, rules, expected in cases:
        problems, _ = rules.judge(day)
        expect(any(expected in problem for problem in problems), f"{name} is not noticed: {problems}")
    print(f"        {len(cases)} mistakes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--self-test", action="store_true", help="check that mistakes are noticed")
    parser.add_argument("--record", metavar="FILE", help="keep the recording")
    parser.add_argument("--replay", metavar="FILE", help="use a kept recording")
    options = parser.parse_args()
    harness.PROGRAM = os.path.abspath(options.program)
    start = time.monotonic()
    if options.replay:
        with open(options.replay) as file:
            recordings = [[Phase.of(phase) for phase in phases] for phases in json.load(file)]
    else:
        recordings = record()
    if options.record:
        with open(options.record, "w") as file:
            json.dump([[phase.json() for phase in phases] for phases in recordings], file)
    scrapes = sum(len(phase.scrapes) for phases in recordings for phase in phases)
    print(f"        {scrapes} answers of /metrics in {time.monotonic() - start:.0f} s")
    checks = [(events, recordings), (queries, recordings, options.self_test)]
    checks += [(mistakes, recordings)] if options.self_test else []
    sys.exit(harness.report([functools.update_wrapper(functools.partial(*check), check[0]) for check in checks]))


if __name__ == "__main__":
    main()
