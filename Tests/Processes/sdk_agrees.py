#!/usr/bin/env python3
"""Checks that the official Flexprice SDK and a server agree about customers.

    sdk_agrees.py BASE_URL API_KEY      a server that runs
    sdk_agrees.py PROGRAM               the simulator of this program, started for the time being

BASE_URL ends in /v1. Needs the PyPI package flexprice (2.1.43 was used to write it). Every check prints one line; the
last line counts them. Exit code 0 if all passed, 1 if one failed, 2 for wrong usage. Customers that it creates have
ids of their own for each run, so it can be run again against the same server.
"""

import json
import os
import sys
import time
import uuid

from flexprice import Flexprice
from flexprice.models import errors

TIMEOUT_MS = 10_000
RUN = uuid.uuid4().hex[:12]


def connect(base_url, api_key):
    return Flexprice(server_url=base_url, api_key_auth=api_key, timeout_ms=TIMEOUT_MS)


def refusal(call):
    """The SDK's error that `call` raises."""
    try:
        answer = call()
    except errors.FlexpriceError as error:
        return error
    raise AssertionError(f"the call succeeded: {answer!r}")


def equal(actual, expected, what):
    assert actual == expected, f"{what} is {actual!r}, not {expected!r}"


class Checks:
    def __init__(self, base_url, api_key):
        self.base_url = base_url
        self.api_key = api_key
        self.client = connect(base_url, api_key)
        self.customers = self.client.customers
        self.external_id = f"acct_{RUN}"

    def check_1_a_create_returns_the_customer(self):
        """A create returns the customer with all that was sent"""
        made = self.customers.create_customer(
            external_id=self.external_id,
            name="Acme",
            email="billing@acme.co",
            address_line1="1 Main St",
            address_city="Pune",
            address_country="IN",
            timezone="Asia/Kolkata",
            metadata={"plan": "pro"},
        )
        assert made.id.startswith("cust_") and len(made.id) == 31, f"id is {made.id!r}"
        equal(made.external_id, self.external_id, "external_id")
        equal(made.name, "Acme", "name")
        equal(made.email, "billing@acme.co", "email")
        equal(made.address_line1, "1 Main St", "address_line1")
        equal(made.address_line2, "", "address_line2, which was not sent,")
        equal(made.address_country, "IN", "address_country")
        equal(made.timezone, "Asia/Kolkata", "timezone")
        equal(made.metadata, {"plan": "pro"}, "metadata")
        equal(made.status, "published", "status")
        equal(made.contact, None, "contact, which was not sent,")
        assert made.created_at.tzinfo is not None, "created_at has no time zone"
        self.made = made

    def check_2_only_the_required_fields(self):
        """A create of external_id and name alone is enough"""
        made = self.customers.create_customer(external_id=self.external_id + "_b", name="B")
        equal(made.timezone, "UTC", "timezone")
        equal(made.metadata, None, "metadata")

    def check_3_a_duplicate_is_a_409(self):
        """A second create of the id is a 409 that names the id"""
        error = refusal(lambda: self.customers.create_customer(external_id=self.external_id, name="Other"))
        assert isinstance(error, errors.FlexpriceDefaultError), f"the error is {type(error).__name__}"
        equal(error.status_code, 409, "status")
        body = json.loads(error.body)
        equal(body["code"], "already_exists", "code")
        equal(body["http_status_code"], 409, "http_status_code")
        equal(body["details"], {"external_id": self.external_id}, "details")

    def check_4_a_search_finds_by_ids(self):
        """A search by external ids finds exactly those"""
        page = self.customers.query_customer(external_ids=[self.external_id, self.external_id.upper()], limit=2)
        equal([item.id for item in page.items], [self.made.id], "ids found")
        equal(page.items[0].created_by, self.made.created_by, "created_by")
        equal((page.pagination.total, page.pagination.limit, page.pagination.offset), (1, 2, 2), "pagination")

    def check_5_a_search_finds_nothing(self):
        """A search for an unknown id is an empty page"""
        page = self.customers.query_customer(external_ids=["unknown_" + RUN], limit=1)
        equal(page.items, [], "items")
        equal(page.pagination.total, 0, "total")

    def check_6_a_look_up_finds(self):
        """A look-up by external id finds the customer, its times in microseconds"""
        found = self.customers.get_customer_by_external_id(external_id=self.external_id)
        equal(found.id, self.made.id, "id")
        difference = abs((found.created_at - self.made.created_at).total_seconds())
        assert difference < 0.000002, f"created_at differs by {difference} s"

    def check_7_a_look_up_misses(self):
        """A look-up of an unknown id is a 404 of the SDK's own error type"""
        error = refusal(lambda: self.customers.get_customer_by_external_id(external_id="unknown_" + RUN))
        assert isinstance(error, errors.ErrorResponse), f"the error is {type(error).__name__}"
        equal(error.status_code, 404, "status")
        equal(error.data.code, "not_found", "code")

    def check_8_all_failing_fields(self):
        """A 400 lists every failing field"""
        error = refusal(
            lambda: self.customers.create_customer(
                external_id="", name="x" * 256, email="nope", address_country="usa", timezone="utc"
            )
        )
        assert isinstance(error, errors.ErrorResponse), f"the error is {type(error).__name__}"
        equal(error.status_code, 400, "status")
        equal(error.data.code, "validation_error", "code")
        equal(error.data.message, "Request validation failed", "message")
        details = json.loads(error.body)["details"]
        equal(sorted(details), ["AddressCountry", "Email", "ExternalID", "Name", "Timezone"], "fields")

    def check_9_a_wrong_key(self):
        """A wrong key is a 401, for a create and a search"""
        with connect(self.base_url, self.api_key + "x") as stranger:
            for call in (
                lambda: stranger.customers.create_customer(external_id="a", name="A"),
                lambda: stranger.customers.query_customer(external_ids=["a"]),
            ):
                error = refusal(call)
                assert isinstance(error, errors.FlexpriceDefaultError), f"the error is {type(error).__name__}"
                equal(error.status_code, 401, "status")
                equal(json.loads(error.body), {"error": "Unauthorized"}, "body")

    def check_a_an_update_changes_what_is_sent(self):
        """An update changes what is sent and nothing else"""
        changed = self.customers.update_customer(external_customer_id=self.external_id, name="Acme Ltd")
        equal((changed.id, changed.name, changed.email), (self.made.id, "Acme Ltd", "billing@acme.co"), "customer")

    def check_b_a_deleted_customer_frees_its_id(self):
        """A deleted customer is not found, and its id can be used again"""
        self.customers.delete_customer(id=self.made.id)
        page = self.customers.query_customer(external_ids=[self.external_id])
        equal(page.items, [], "items")
        again = self.customers.create_customer(external_id=self.external_id, name="Acme")
        assert again.id != self.made.id, "the id was used again"


def main(arguments):
    if len(arguments) == 1:
        # Only here, so that a server elsewhere can be looked at without this repository's other test tools.
        import harness

        harness.PROGRAM = os.path.abspath(arguments[0])
        with harness.simulator() as api:
            return main([f"{api}/v1", harness.KEY])
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    checks = Checks(*arguments)
    passed = failed = 0
    # In the order of their names: later checks look at what earlier ones made.
    for name in sorted(name for name in dir(checks) if name.startswith("check_")):
        check = getattr(checks, name)
        started = time.monotonic()
        try:
            check()
        except Exception as error:  # A transport error is as much a failure as a failed assertion.
            failed += 1
            print(f"FAILED  {check.__doc__}: {type(error).__name__}: {error}")
        else:
            passed += 1
            print(f"passed  {check.__doc__} ({(time.monotonic() - started) * 1000:.0f} ms)")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
