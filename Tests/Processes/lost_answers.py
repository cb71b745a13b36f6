#!/usr/bin/env python3
"""Shows that answers which are lost on the way make no second customer, and are counted.

usage: lost_answers.py PROGRAM [--count N] [--share S]

N commands of N ids; of a share S of the requests the API makes the customer and closes the connection without an answer.
Required: one customer and one created result for each command; a result is `existing` exactly where an answer was lost, and the
log says of each such customer that its request had been carried out.
"""
import argparse
import contextlib
import json
import os
import sys
import tempfile

import harness
from harness import expect, read_all
from kill import PARTITIONS, wait_until_done
from confluent_kafka import Producer


def run(count, share):
    with contextlib.ExitStack() as stack:
        brokers = stack.enter_context(harness.broker())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        api = stack.enter_context(harness.simulator(2))
        env = harness.environment(
            brokers, folder, FLEXPRICE_BACKEND="flexprice", FLEXPRICE_API_HOST=api, FLEXPRICE_API_KEY=harness.KEY,
            FLEXPRICE_LOG_LEVEL="notice", FLEXPRICE_RETRY_INITIAL_INTERVAL="50ms",
        )
        harness.create_topics(env, PARTITIONS)
        harness.inject(api, [{"fault": "drop_after_commit", "share": share, "seed": 7}])
        producer = Producer({"bootstrap.servers": brokers, "linger.ms": 5})
        for index in range(count):
            name = f"acct_{index}"
            producer.produce("customer_commands", json.dumps({"external_id": name, "name": f"Customer {index}"}), key=name)
        expect(producer.flush(60) == 0, "the commands could not be sent")
        log = stack.enter_context(open(os.path.join(folder, "worker.log"), "w+"))
        worker = stack.enter_context(harness.process([harness.PROGRAM, "run"], env=env, stderr=log))
        expect(wait_until_done(brokers, 120), "the commands are not done after 120 s")
        results = [json.loads(r.value()) for r in read_all(brokers, "customer_results", count)]
        letters = read_all(brokers, "customer_commands_dlq", 0, quiet=0.5)
        worker.terminate()
        harness.wait_for_exit(worker, 0)

        stats = harness.stats(api)
        lost = stats["answers_by_status"].get("0", 0)
        outcomes = {}
        for result in results:
            outcomes[result.get("outcome", "failed")] = outcomes.get(result.get("outcome", "failed"), 0) + 1
        log.seek(0)
        lines = [json.loads(line) for line in log if line.startswith("{")]
        ambiguous = {line["external_id"] for line in lines if "was carried out" in line["message"]}
        unknown = sum("Request outcome unknown" in line["message"] for line in lines)
        print(f"{count} commands: {outcomes}, {stats['customers_created']} customers, {unknown} unknown outcomes, "
              f"{len(ambiguous)} customers that had been made without an answer", flush=True)
        ids = {result["external_id"] for result in results}
        expect(len(results) == count and len(ids) == count, f"{len(results)} results of {len(ids)} ids")
        expect(stats["customers_created"] == count, f"{stats['customers_created']} customers for {count} commands")
        expect(set(outcomes) == {"created", "existing"} and not letters, f"{outcomes}, {len(letters)} dead letters")
        expect(count * share / 2 < outcomes["existing"] < count * share * 2, f"{outcomes['existing']} existing")
        existing = {result["external_id"] for result in results if result["outcome"] == "existing"}
        expect(ambiguous == existing, f"{len(ambiguous)} told as ambiguous, {len(existing)} are existing")
        expect(unknown == lost, f"{unknown} unknown outcomes told, {lost} answers lost")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--share", type=float, default=0.05)
    options = parser.parse_args()
    harness.PROGRAM = os.path.abspath(options.program)
    try:
        run(options.count, options.share)
    except AssertionError as error:
        print(f"FAILED  {error}\n0 passed, 1 failed")
        return 1
    print("1 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
