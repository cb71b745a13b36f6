#!/usr/bin/env python3
"""Shows that Retry-After is kept: after a 429 nobody's request goes before its time, and then all go on as before.

usage: throttled.py PROGRAM [--rate R] [--concurrency C|auto]

R commands a second come in. For a moment the API answers 429 with `Retry-After: 2`. Required, by the API's own log of requests:
no request of a command that met the 429 comes again within the second before the probe at half time, nobody else's request comes in a
span of a second that begins with what was under way, no command fails, and the lag is back to 0 within 10 s. Then api.rate_limit is measured the same way.
"""
import argparse
import contextlib
import datetime
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request

import harness
from confluent_kafka import Producer
from harness import expect, read_all
from outage import PARTITIONS, Load, wait_for_lag

WAIT = 2.0


def creates(api):
    """When each create arrived, and for whom, oldest first."""
    with urllib.request.urlopen(f"{api}/_simulator/requests?limit=100000", timeout=30) as answer:
        seen = json.load(answer)
    return [
        (datetime.datetime.fromisoformat(r["received_at"][:26].rstrip("Z") + "+00:00").timestamp(),
         json.loads(r["body"])["external_id"])
        for r in seen if r["path"] == "/v1/customers"
    ]


def run(rate, concurrency):
    with contextlib.ExitStack() as stack:
        brokers = stack.enter_context(harness.broker())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        api = stack.enter_context(harness.simulator(20))
        env = harness.environment(
            brokers, folder, FLEXPRICE_BACKEND="flexprice", FLEXPRICE_API_HOST=api, FLEXPRICE_API_KEY=harness.KEY,
            FLEXPRICE_API_MAX_CONCURRENCY=concurrency,
        )
        harness.create_topics(env, PARTITIONS)
        worker = stack.enter_context(harness.process([harness.PROGRAM, "run"], env=env, stderr=subprocess.DEVNULL))
        load = Load(brokers, rate)
        load.start()
        time.sleep(1)
        expect(wait_for_lag(brokers, rate // 2, 40) is not None, "the worker does not keep up")
        time.sleep(2)
        fault = {"fault": "too_many_requests", "retry_after": int(WAIT), "for_milliseconds": 300}
        began = time.time()
        harness.inject(api, [fault])
        time.sleep(6)
        load.stop()
        recovered = wait_for_lag(brokers, 0, 60)
        results = [json.loads(r.value()) for r in read_all(brokers, "customer_results", load.count)]
        worker.terminate()
        harness.wait_for_exit(worker, 0)

        seen = creates(api)
        times = {}
        for at, name in seen:
            times.setdefault(name, []).append(at)
        again = [later - earlier for each in times.values() for earlier, later in zip(each, each[1:])]
        after = [at for at, _ in seen if at >= began]
        gap, gap_start = max((later - earlier, earlier) for earlier, later in zip(after, after[1:]))
        before_rate = sum(began - 2 <= at < began for at, _ in seen) / 2
        end = gap_start + gap
        after_rate = sum(end <= at < end + 2 for at, _ in seen) / 2
        print(f"{len(again)} requests met 429 and came again after {min(again, default=0):.3f} to {max(again, default=0):.3f} s; nobody's "
              f"request for {gap:.3f} s; {before_rate:.0f}/s before, {after_rate:.0f}/s in the 2 s after", flush=True)
        expect(again, "no request met the 429")
        # One probe goes when half of the wait has passed; its success ends the wait for those that met the 429 as well.
        expect(min(again) >= WAIT / 2, f"a request came again after {min(again)} s")
        # What was sent before the 429 came back may arrive behind it; the wait is counted from the answer.
        expect(gap >= WAIT / 2 - 0.1, f"the longest time without a request was {gap} s")
        expect(gap_start - after[0] < 1, f"requests went on for {gap_start - after[0]} s after the first 429")
        expect(len(results) == load.count and all(r["status"] == "created" for r in results),
               f"{len(results)} results for {load.count} commands, {sum(r['status'] != 'created' for r in results)} failed")
        expect(recovered is not None and recovered <= 10, f"the lag was back to 0 after {recovered} s")


def run_rate_limit(limit, count):
    """Under api.rate_limit no span of requests is denser than it allows, look-ups among them."""
    with contextlib.ExitStack() as stack:
        brokers = stack.enter_context(harness.broker())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        api = stack.enter_context(harness.simulator())
        env = harness.environment(
            brokers, folder, FLEXPRICE_BACKEND="flexprice", FLEXPRICE_API_HOST=api, FLEXPRICE_API_KEY=harness.KEY,
            FLEXPRICE_API_MAX_CONCURRENCY="auto", FLEXPRICE_API_RATE_LIMIT=str(limit),
        )
        harness.create_topics(env, PARTITIONS)
        producer = Producer({"bootstrap.servers": brokers})
        for index in range(count):
            name = f"acct_{index}"
            producer.produce("customer_commands", json.dumps({"external_id": name, "name": name}), key=name)
        expect(producer.flush(30) == 0, "the commands could not be sent")
        worker = stack.enter_context(harness.process([harness.PROGRAM, "run"], env=env, stderr=subprocess.DEVNULL))
        results = read_all(brokers, "customer_results", count, quiet=0.5)
        worker.terminate()
        harness.wait_for_exit(worker, 0)
        times = [at for at, _ in creates(api)]
        span = times[-1] - times[0]
        print(f"rate limit {limit}/s: {len(times)} requests in {span:.1f} s", flush=True)
        expect(len(results) == count == len(times), f"{len(results)} results, {len(times)} requests")
        burst = max(1, limit / 10)
        # A request arrives a little later or sooner after it was sent than the next one: so much is allowed for.
        slack = 0.25
        for first in range(0, count, 3):
            for last in range(first + 1, count, 7):
                most = limit * (times[last] - times[first] + slack) + burst
                expect(last - first + 1 <= most, f"{last - first + 1} requests within {times[last] - times[first]:.3f} s")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--concurrency", default="64")
    options = parser.parse_args()
    harness.PROGRAM = os.path.abspath(options.program)
    try:
        run(options.rate, options.concurrency)
        run_rate_limit(20, 80)
    except AssertionError as error:
        print(f"FAILED  {error}\n0 passed, 1 failed")
        return 1
    print("2 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
