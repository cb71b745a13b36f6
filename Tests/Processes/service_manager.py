#!/usr/bin/env python3
"""Plays the service manager: captures what the daemon tells it, and wedges the daemon to see who notices.

usage: service_manager.py PROGRAM
"""
import contextlib
import os
import signal
import sys
import tempfile
import time

import harness
from harness import expect, get, wait_until


@contextlib.contextmanager
def daemon(partitions=3, arguments=(), watchdog_seconds=3, brokers=None, **more):
    """A worker with a socket of the service manager; yields it, its socket, its port and its log."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        if brokers is None:
            brokers = stack.enter_context(harness.broker())
            harness.create_topics(harness.environment(brokers, folder), partitions)
        notify = stack.enter_context(contextlib.closing(harness.NotifySocket(folder)))
        port = harness.free_port()
        log = harness.Log(folder)
        stack.callback(log.file.close)
        config = os.path.join(folder, "config.yaml")
        with open(config, "w") as file:
            file.write("log:\n  level: info\n")
        env = harness.environment(
            brokers, folder, NOTIFY_SOCKET=notify.path, WATCHDOG_USEC=str(watchdog_seconds * 1_000_000),
            FLEXPRICE_ADMIN_LISTEN=f"127.0.0.1:{port}", **more,
        )
        command = [harness.PROGRAM, "run", "--config", config, *arguments]
        worker = stack.enter_context(harness.process(command, env=env, stderr=log.file))
        worker.brokers, worker.config = brokers, config
        yield worker, notify, port, log


def conversation():
    """start, reload, watchdog and stop are told as sd_notify(3) asks"""
    with contextlib.ExitStack() as stack:
        api = stack.enter_context(harness.simulator())
        worker, notify, port, log = stack.enter_context(daemon(
            FLEXPRICE_BACKEND="flexprice", FLEXPRICE_API_HOST=api, FLEXPRICE_API_KEY=harness.KEY,
        ))
        heard = notify.listen(30, until="READY=1")
        expect(heard[0] != "READY=1" or len(heard) > 1, "nothing but READY was said")
        expect(log.find("Partitions assigned"), "READY before partitions were assigned")
        expect(get(port, "/readyz")[0] == 200, f"READY, but /readyz says {get(port, '/readyz')}")

        heard = notify.listen(4)
        pings = [at for at, assignment in notify.heard if assignment == "WATCHDOG=1"]
        expect(len([a for a in heard if a == "WATCHDOG=1"]) >= 3, f"too few signs of life in 4 s: {heard}")
        gaps = [later - earlier for earlier, later in zip(pings, pings[1:])]
        expect(max(gaps) < 3, f"{max(gaps):.1f} s without a sign of life, the watchdog waits 3 s")
        expect("READY=1" not in heard, "READY came again")

        harness.produce_commands(worker.brokers, [f"acct_{n}" for n in range(300)])
        wait_until(lambda: harness.stats(api)["customers_created"] == 300 or "not all created", 20, "300 customers")
        wait_until(lambda: '"lag":0,' in get(port, "/status")[1] or get(port, "/status")[1], 20, "no lag")
        rates = [a for _, a in notify.heard + [(0, a) for a in notify.listen(3)] if a.startswith("STATUS=3 partitions, ")]
        expect(any(not a.startswith("STATUS=3 partitions, 0/s") for a in rates), f"no rate in words: {rates}")

        before = time.clock_gettime(time.CLOCK_MONOTONIC)
        with open(worker.config, "w") as file:
            file.write("log:\n  level: debug\n")
        worker.send_signal(signal.SIGHUP)
        heard = notify.listen(10, until="READY=1")
        expect("RELOADING=1" in heard, f"no RELOADING before READY: {heard}")
        expect(heard.index("RELOADING=1") < heard.index("READY=1"), f"READY before RELOADING: {heard}")
        stamp = next(a for a in heard if a.startswith("MONOTONIC_USEC="))
        seconds = int(stamp.split("=")[1]) / 1_000_000
        after = time.clock_gettime(time.CLOCK_MONOTONIC)
        expect(before <= seconds <= after, f"{stamp} is not between {before} and {after}")
        expect(heard.index(stamp) == heard.index("RELOADING=1") + 1, f"the time is not beside RELOADING: {heard}")

        # Three requests that end one after the other, so that the drain gets further.
        harness.inject(api, [
            {"fault": "delay_before_commit", "milliseconds": wait, "external_ids": [name]}
            for name, wait in [("slow_1", 3_000), ("slow_2", 5_000), ("slow_3", 7_000)]
        ])
        harness.produce_commands(worker.brokers, ["slow_1", "slow_2", "slow_3"])
        wait_until(lambda: '"requests":3' in get(port, "/status")[1] or get(port, "/status")[1], 10, "three requests")
        worker.send_signal(signal.SIGTERM)
        heard = notify.listen(10, until="STOPPING=1")
        expect(get(port, "/readyz")[0] == 503, "ready while it stops")
        harness.wait_for_exit(worker, 0, seconds=25)
        heard = notify.listen(0.5)
        extensions = [a for a in heard if a.startswith("EXTEND_TIMEOUT_USEC=")]
        expect(2 <= len(extensions) <= 4, f"the drain got further three times, but asked for time so: {heard}")
        expect(any(a.startswith("STATUS=Draining: ") for a in heard), f"the drain is not told in words: {heard}")
        expect("READY=1" not in heard, "READY after STOPPING")
        print("\n".join(f"        {assignment}" for _, assignment in condensed(notify.heard)))


def condensed(heard):
    """Without the repetitions of WATCHDOG."""
    return [pair for index, pair in enumerate(heard) if index == 0 or pair[1] != "WATCHDOG=1" or heard[index - 1][1] != pair[1]]


def without_partitions():
    """a member that gets no partition is ready too, and says so"""
    with daemon(partitions=1, FLEXPRICE_KAFKA_GROUP_INSTANCE_ID="one") as (first, notify, _, _):
        notify.listen(30, until="READY=1")
        with daemon(brokers=first.brokers, FLEXPRICE_KAFKA_GROUP_INSTANCE_ID="two") as (_, notify, port, _):
            notify.listen(30, until="READY=1")
            said = [a for _, a in notify.heard if a.startswith("STATUS=")]
            expect(any(a.startswith("STATUS=0 partitions, 0/s, lag 0") for a in said), f"{said}")
            expect(get(port, "/readyz")[0] == 200, get(port, "/readyz")[1])


def wedge():
    """a stuck loop ends the signs of life, while the endpoint answers and says so"""
    with daemon(arguments=["--wedge-on-usr2"]) as (worker, notify, port, log):
        notify.listen(30, until="READY=1")
        expect(get(port, "/livez") == (200, '{"live":true}\n'), get(port, "/livez")[1])
        worker.send_signal(signal.SIGUSR2)
        wait_until(lambda: bool(log.find("The loop is blocked on purpose, by a test hook")) or "no line", 10, "the hook")
        notify.listen(1)  # One sign may have been on its way.
        heard = notify.listen(4)
        expect("WATCHDOG=1" not in heard, f"a stuck loop gave a sign of life: {heard}")
        start = time.monotonic()
        status, body = get(port, "/metrics")
        expect(status == 200 and "customer_worker_loop_turns_total" in body, f"/metrics answered {status}")
        expect(time.monotonic() - start < 3, "a stuck loop held up /metrics")
        expect(get(port, "/status")[0] == 200, "a stuck loop holds up /status")
        wait_until(lambda: get(port, "/livez")[0] == 503 or "still live", 20, "liveness turns false")
        expect('"loop_stuck"' in get(port, "/livez")[1], get(port, "/livez")[1])
        expect(get(port, "/readyz")[0] == 503, "ready although stuck")
        expect("WATCHDOG=1" not in notify.listen(0.5), "a sign of life although not live")
        worker.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        worker.send_signal(signal.SIGINT)
        harness.wait_for_exit(worker, 2, seconds=5)


if __name__ == "__main__":
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    sys.exit(harness.report([conversation, without_partitions, wedge]))
