#!/usr/bin/env python3
"""Looks at the console's pages as operators do: in Chromium, with a live worker, with the mouse and with the keyboard alone.

usage: console_pages.py PROGRAM [--screenshots] [NAME...]

--screenshots writes the pictures of the documentation again: every page at 1440 and 390 pixels, light and dark. A NAME is that of
a check below.
"""
import argparse
import contextlib
import json
import os
import re
import sys
import time

import harness
from browsing import NARROW, OPERATOR, PAGES, SECOND, VIEWER, WIDE, Browser, Site
from harness import expect, wait_until

PICTURES = os.path.join(harness.ROOT, "Sources", "customer-worker", "Documentation.docc", "Resources")
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
CHECKS = []
SITE = BROWSER = None


def check(function):
    CHECKS.append(function)
    return function


@check
def reading():
    """every page with a live worker: no finding of axe in either scheme, no message in the browser's log, no wider than its window"""
    lesser = set()
    for viewport, scheme in ((WIDE, "light"), (WIDE, "dark"), (NARROW, "light")):
        with BROWSER.person(SITE, viewport=viewport, scheme=scheme) as person:
            for name, path in PAGES.items():
                person.open(path)
                lesser |= {f"{name}: {finding}" for finding in person.accessible(f"{name}, {viewport['width']}, {scheme}")}
            person.ignored.append("404")
            person.open("/nowhere", status=404)
            person.shows("no such page")
            person.accessible("error")
    expect(not lesser, f"moderate findings: {sorted(lesser)}")


@check
def overview():
    """the overview: figures and charts follow the worker without a reload, and the keyboard reads single values of a chart"""
    with BROWSER.person(SITE) as person:
        page = person.page
        person.open("/")
        person.shows("ready", f"127.0.0.1:{SITE.admin}", "Nothing waits")
        before = SITE.status()["results"]["created"]
        page.evaluate("window.isSamePage = true")
        harness.inject(SITE.api, [{"fault": "delay_before_commit", "milliseconds": 4000, "external_ids": [f"seen_{n}" for n in range(40)]}])
        harness.produce_commands(SITE.broker.address, [f"seen_{n}" for n in range(40)])
        person.shows("40 in flight")
        wait_until(lambda: SITE.status()["results"]["created"] == before + 40 or SITE.status()["results"], 20, "their results")
        harness.inject(SITE.api, [])
        person.shows("Nothing waits")
        chart = page.get_by_role("img", name="Results per second")
        wait_until(lambda: chart.locator("path").count() == 1 or chart.inner_html(), 15, "a line in the chart")
        chart.scroll_into_view_if_needed()
        chart.focus()
        page.keyboard.press("End")
        expect(chart.locator(".cross").count() == 1, "no cross at the newest value")
        end = page.locator("[data-chart=rate] .now").inner_text()
        page.keyboard.press("ArrowLeft")
        said = page.locator("[data-chart=rate] [role=status]").inner_text()
        expect(re.match(r"\d\d:\d\d:\d\d", said) and not said.startswith(end), f"the value before that of {end} is said as {said!r}")
        page.locator("[data-chart=rate] summary").click()
        page.locator("[data-chart=rate] table tbody tr").nth(20).wait_for()
        expect(page.evaluate("window.isSamePage"), "the page was loaded again")
        person.press("24 hours", role="link")
        expect("span=24h" in page.url, page.url)
        wait_until(lambda: "last 24 hours" in (page.get_by_role("img", name="Latency").get_attribute("aria-label") or ""), 10, "24 hours")


@check
def hidden_tab():
    """a tab that is not seen has no open stream, and is up to date when it is seen again"""
    with BROWSER.person(SITE) as person:
        page, ended = person.page, []
        page.on("requestfailed", lambda request: ended.append(request.url))
        person.open("/")
        person.shows("Nothing waits")

        def show(isHidden):
            page.evaluate("""isHidden => {
                Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
                document.dispatchEvent(new Event("visibilitychange"));
            }""", isHidden)
        show(True)
        wait_until(lambda: bool(page.evaluate("1")) and f"{SITE.url}/live/overview" in ended or ended, 10, "the stream's end")
        page.evaluate("document.getElementById('workers').replaceChildren('old')")
        with page.expect_request("**/live/overview"):
            show(False)
        person.shows("Nothing waits")


@check
def without_script():
    """without JavaScript: login, every page, a pause and its end, logout"""
    with BROWSER.person(SITE, script=False) as person:
        for path in PAGES.values():
            person.open(path)
        person.open("/partitions")
        person.page.get_by_text("Pause commands").click()
        person.page.get_by_label("One external_id", exact=True).check()
        person.page.get_by_label("External_id, beginning").fill("acct_held")
        person.page.get_by_label("Reason").fill("asked by the customer")
        person.press("Pause", exact=True)
        confirm(person)
        wait_until(lambda: [p["value"] for p in SITE.status()["pauses"]] == ["acct_held"] or SITE.status()["pauses"], 10, "the pause")
        person.open("/partitions")
        expect("asked by the customer" in person.text() and OPERATOR[0] in person.text(), person.text())
        person.press(re.compile("^Resume"))
        confirm(person)
        wait_until(lambda: SITE.status()["pauses"] == [] or SITE.status()["pauses"], 10, "the end of the pause")
        person.press("Log out")
        person.page.get_by_label("Token").wait_for()


def confirm(person):
    """Confirms, where a page asks for it."""
    button = person.page.locator("main form button:is(.primary, .danger)")
    if person.page.locator("h1").inner_text().endswith("?"):
        button.first.click()
        person.page.wait_for_load_state("load")


@check
def login():
    """a wrong token is refused with a sentence; the page that was asked for comes after the login; no page is seen without one"""
    with BROWSER.person(SITE, log_in=False) as person:
        person.open("/letters")
        expect(person.page.url.endswith("/login?next=%2Fletters"), person.page.url)
        person.accessible("login")
        person.ignored.append("403")
        person.page.get_by_label("Token").fill("wrong")
        person.press("Log in")
        person.page.get_by_role("alert").wait_for()
        person.accessible("login, refused")
        person.type_at(person.page.get_by_label("Token"), OPERATOR[1])
        with person.page.expect_navigation():
            person.page.keyboard.press("Enter")
        expect(person.page.url == f"{SITE.url}/letters", person.page.url)
        cookie, = person.context.cookies()
        expect(cookie["httpOnly"] and cookie["sameSite"] == "Strict", f"{cookie}")


@check
def keyboard():
    """the skip link comes first and leads to the page; what has the focus is seen"""
    with BROWSER.person(SITE) as person:
        person.open("/")
        person.page.keyboard.press("Tab")
        link = person.page.evaluate("document.activeElement.textContent")
        expect(link == "Skip to the content", f"the first stop is {link!r}")
        person.page.keyboard.press("Enter")
        expect(person.page.evaluate("document.activeElement.id") == "main", "the link leads elsewhere")
        person.open("/partitions")
        for _ in range(20):
            person.page.keyboard.press("Tab")
            outline = person.page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
            expect(outline == "3px", f"nothing shows the focus at {person.page.evaluate('document.activeElement.outerHTML')[:200]}")


@check
def viewer():
    """a viewer reads every page and changes nothing, even with a form of one's own"""
    with BROWSER.person(SITE, VIEWER) as person:
        for path in PAGES.values():
            person.open(path)
            forms = person.page.locator("main form[method=post]").count()
            expect(forms == 0, f"{path} offers a viewer {forms} forms")
        token = person.page.locator("input[name=csrf]").first.get_attribute("value")
        for path in ["/partitions/pause", "/partitions/resume", "/letters/redrive", "/letters/dismiss", "/letters/restore"]:
            status = person.write_anyway(path, csrf=token, scope="all", value="", reason="x", confirmed="1")
            expect(status == 403, f"POST {path} by a viewer: {status}")
        expect(SITE.status()["pauses"] == [], f"{SITE.status()['pauses']}")


@check
def partitions():
    """partitions and lanes: a slow command is seen, its external_id paused and resumed with the keyboard; the focus stays where it is"""
    slow = f"slow_{HOSTILE}"
    before = SITE.counts()
    harness.inject(SITE.api, [{"fault": "service_unavailable", "external_ids": [slow]}])
    harness.produce_commands(SITE.broker.address, [slow])
    with BROWSER.person(SITE) as person:
        page = person.page
        person.open("/partitions")
        person.shows(slow, "its next attempt", f"127.0.0.1:{SITE.admin}")
        person.tab_to(page.get_by_text("Pause commands"))
        page.keyboard.press("Enter")
        person.tab_to(page.get_by_label("One external_id", exact=True))
        page.keyboard.press("Space")
        person.type_at(page.get_by_label("External_id, beginning"), slow)
        person.type_at(page.get_by_label("Ends after"), "1x")
        person.ignored.append("400")
        person.enter_at(page.get_by_role("button", name="Pause", exact=True))
        expect("found 1x" in page.get_by_role("alert").inner_text(), page.get_by_role("alert").inner_text())
        expect(page.get_by_label("External_id, beginning").input_value() == slow, "what was written is lost")
        person.accessible("a pause with a problem")
        person.type_at(page.get_by_label("Ends after"), "2h")
        person.enter_at(page.get_by_role("button", name="Pause", exact=True))
        person.accessible("confirmation")
        expect(slow in person.text(), person.text())
        person.enter_at(page.locator("main form button").first)
        wait_until(lambda: [p["value"] for p in SITE.status()["pauses"]] == [slow] or SITE.status()["pauses"], 10, "the pause")
        resume = page.get_by_role("button", name="Resume")
        resume.wait_for()
        person.tab_to(resume)
        with page.expect_response("**/live/partitions"):
            # A new stream brings all parts again; the one with the focus keeps it.
            page.evaluate("dispatchEvent(new Event('pagehide')), dispatchEvent(new Event('pageshow'))")
        time_of_lanes = page.locator("#lanes").inner_text()
        wait_until(lambda: page.locator("#lanes").inner_text() != time_of_lanes, 10, "a newer state of the lanes")
        expect(page.evaluate("document.activeElement.textContent") == "Resume", "the focus is lost")
        person.enter_at(resume)
        person.enter_at(page.locator("main form button").first)
        wait_until(lambda: SITE.status()["pauses"] == [] or SITE.status()["pauses"], 10, "the end of the pause")
        harness.inject(SITE.api, [])
        SITE.settled(before[0] + 1, before[1])


class Mouse:
    """Works on a page with the mouse, and the keyboard for texts."""

    def __init__(self, person):
        self.person = person

    def follow(self, target):
        target.click()
        self.person.page.wait_for_load_state("load")

    def write(self, target, text):
        target.fill(text)


class Keys(Mouse):
    """Works on a page with the keyboard alone."""

    def follow(self, target):
        self.person.enter_at(target)

    def write(self, target, text):
        self.person.type_at(target, text)


def sign_ups_that_fail(prefix):
    """Three sign-ups, each with its cause: a wrong email, a tax rate that Flexprice lacks, an external_id that is taken."""
    brokers, refused, taken = SITE.broker.address, f"{prefix}_refused", f"{prefix}_taken"
    before = SITE.counts()
    harness.inject(SITE.api, [{"fault": "unknown_tax_rate", "external_ids": [refused]}])
    harness.produce_commands(brokers, [taken], email="first@acme.example")
    harness.produce_commands(brokers, [f"{prefix}_typo"], email="ada.acme.example", address_country="IN")
    harness.produce_commands(brokers, [refused])
    SITE.settled(before[0] + 1, before[1] + 2)
    harness.produce_commands(brokers, [taken], email="second@acme.example")
    SITE.settled(before[0] + 1, before[1] + 3)


def find_letter(hand, external_id, code):
    """From the navigation to the page of a letter, by the filter of the list."""
    page = hand.person.page
    hand.follow(page.get_by_role("navigation", name="Pages", exact=True).get_by_role("link", name="Letters"))
    hand.follow(page.get_by_role("link", name="By code"))
    group = page.get_by_role("row").filter(has_text=code).get_by_role("link").first
    group.wait_for()
    hand.follow(group)
    hand.write(page.get_by_label("External_id", exact=True), external_id)
    hand.follow(page.get_by_role("button", name="Show"))
    hand.follow(page.get_by_role("row").filter(has_text=external_id).get_by_role("link").first)
    hand.person.shows("Why it failed")


def send_back(hand, external_id):
    """From the form of a letter through plan and confirmation to the outcome, and what became of the customer."""
    page = hand.person.page
    hand.follow(page.get_by_role("button", name="Plan to send back"))
    order = page.get_by_role("button", name="Send 1 letter back")
    order.wait_for()
    hand.follow(order)
    hand.person.shows("Outcome")
    wait_until(lambda: SITE.results().get(external_id, {}).get("outcome") == "created" or SITE.results().get(external_id), 20, external_id)
    hand.write(page.get_by_role("searchbox", name="Search for"), external_id)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    hand.person.shows("the ledger remembers the customer (created)")


def correct(hand, prefix):
    page = hand.person.page
    hand.person.open("/")
    find_letter(hand, f"{prefix}_typo", "invalid_command")
    expect("ada.acme.example" in page.locator("mark.wrong").inner_text(), "the wrong field is not marked")
    email = page.get_by_label("email", exact=True)
    hand.write(email, "ada@")
    problem = page.locator("[data-problem=email]")
    wait_until(lambda: problem.is_visible() and email.get_attribute("aria-invalid") == "true" or problem.inner_text(), 5, "a rule, as it is typed")
    hand.person.accessible("a letter with a problem")
    hand.write(email, "ada@acme.example")
    wait_until(lambda: not problem.is_visible() and email.get_attribute("aria-invalid") is None or problem.inner_text(), 5, "no problem any more")
    send_back(hand, f"{prefix}_typo")

    find_letter(hand, f"{prefix}_refused", "rejected")
    hand.person.shows("Taxrate")
    # The one who is responsible for Flexprice adds the tax rate; the command goes back as it is.
    harness.inject(SITE.api, [])
    send_back(hand, f"{prefix}_refused")

    find_letter(hand, f"{prefix}_taken", "idempotency_conflict")
    hand.write(page.get_by_label("external_id", exact=True), f"{prefix}_other")
    send_back(hand, f"{prefix}_other")
    expect(SITE.results()[f"{prefix}_other"]["customer"]["email"] == "second@acme.example", "the customer of the corrected letter")
    hand.person.open("/jobs")
    hand.person.accessible("jobs")
    expect(hand.person.page.locator("main").inner_text().count(OPERATOR[0]) >= 3, "three jobs with who ran them")


@check
def with_the_mouse():
    """three sign-ups that failed in three ways are found, corrected, sent back, and seen created: with the mouse"""
    sign_ups_that_fail("mouse")
    with BROWSER.person(SITE) as person:
        correct(Mouse(person), "mouse")


@check
def with_the_keyboard():
    """three sign-ups that failed in three ways are found, corrected, sent back, and seen created: with the keyboard alone"""
    sign_ups_that_fail("keys")
    with BROWSER.person(SITE) as person:
        correct(Keys(person), "keys")


def letter_of(person, external_id):
    """The path of a letter's page, once the console has read it."""
    def link():
        person.page.goto("/letters/list?state=any")
        return person.page.get_by_role("row").filter(has_text=external_id).get_by_role("link").first
    wait_until(lambda: link().count() == 1 or person.text(), 20, f"the letter of {external_id}")
    return link().get_attribute("href")


@check
def two_operators():
    """two operators at once: both plan the same letter and both confirm; it goes back once, and each is told what became of it"""
    before = SITE.counts()
    harness.produce_commands(SITE.broker.address, ["both"], email="both.acme.example")
    SITE.settled(before[0], before[1] + 1)
    with BROWSER.person(SITE) as ada, BROWSER.person(SITE, SECOND) as bo:
        path = letter_of(ada, "both")
        orders = []
        for person in (ada, bo):
            person.open(path)
            person.page.get_by_label("email", exact=True).fill(f"{person is ada and 'ada' or 'bo'}@acme.example")
            person.press("Plan to send back")
            orders.append(person.page.get_by_role("button", name="Send 1 letter back"))
            orders[-1].wait_for()
        bo.ignored.append("409")
        plan = bo.page.url
        for order in orders:
            order.click()
        ada.shows("Outcome", "1 sent back")
        if "ada runs" in bo.text():
            # One job at a time; the one who was second asks again.
            bo.accessible("another job runs")
            bo.open(plan)
            bo.press("Send 1 letter back")
        bo.shows("changed from 1 to 0")
        wait_until(lambda: SITE.counts() == (before[0] + 1, before[1] + 1) or SITE.counts(), 20, "one result")
        customer = SITE.results()["both"]["customer"]
        expect(customer["email"] == "ada@acme.example", f"the customer is {customer}")


@check
def dismissing():
    """letters are chosen in the list and dismissed with a reason, the waiting number falls, and they are restored"""
    with BROWSER.person(SITE) as person:
        page = person.page
        letter_of(person, "bad_1")
        page.goto("/letters/list?code=invalid_command")
        count = page.locator("input[name=letter]").count()
        page.get_by_label("Select all").check()
        page.get_by_label("The checked letters").check()
        person.press("Dismiss")
        person.accessible("a reason is asked for")
        page.get_by_label("Reason").fill("test accounts")
        page.locator("main form button").first.click()
        person.press(f"Dismiss {count} letters")
        person.shows("Outcome")
        person.open("/letters")
        person.shows(f"Dismissed {count}")
        page.goto("/letters/list?state=dismissed")
        page.get_by_label("All of the selection").check()
        person.press("Restore")
        person.press(f"Restore {count} letters")
        person.shows("Outcome")
        person.open("/letters")
        person.shows("Dismissed 0")
        person.open("/jobs")
        expect("test accounts" in person.text(), "the reason is not in the history")


@check
def looking_things_up():
    """results come as they are published; the ledger, the configuration and a search tell what they know; a check runs at a click"""
    before = SITE.counts()
    with BROWSER.person(SITE) as person:
        page = person.page
        person.open("/results")
        person.shows("Of the newest")
        harness.produce_commands(SITE.broker.address, ["as_it_comes"])
        SITE.settled(before[0] + 1, before[1])
        person.shows("as_it_comes")
        page.get_by_label("Outcome or code").select_option("invalid_command")
        person.press("Show")
        person.shows(HOSTILE)
        expect("as_it_comes" not in person.text(), "the filter lets others through")
        person.press(HOSTILE, role="link")
        person.shows("dead letter waits", HOSTILE)
        person.accessible("a story")
        person.open("/ledger")
        page.get_by_label("External_id", exact=True).fill("acct_1")
        person.press("Look up")
        person.shows("cust_", '"name": "Customer acct_1"')
        person.accessible("an entry of the ledger")
        person.open("/configuration")
        expect("environment FLEXPRICE_STORE_URL" in person.text(), "an origin")
        for secret in (harness.KEY, OPERATOR[1], VIEWER[1]):
            expect(secret not in page.content(), "a secret is shown")
        person.open("/check")
        person.press("Check now")
        page.get_by_role("region", name="Findings").wait_for(timeout=60_000)
        person.shows(OPERATOR[0])
        person.accessible("a check")


@check
def worker_restarts():
    """the worker restarts: the open page says that it is away and then that it is back; a letter that goes back meanwhile is served then"""
    before = SITE.counts()
    harness.produce_commands(SITE.broker.address, ["meanwhile"], email="meanwhile.acme.example")
    SITE.settled(before[0], before[1] + 1)
    with BROWSER.person(SITE) as person, BROWSER.person(SITE, SECOND) as sender:
        sender.open(letter_of(sender, "meanwhile"))
        sender.page.get_by_label("email", exact=True).fill("meanwhile@acme.example")
        sender.press("Plan to send back")
        person.open("/")
        person.shows("Nothing waits")
        person.page.evaluate("window.isSamePage = true")
        SITE.end(SITE.worker)
        person.shows("no answer", "0 of 1")
        sender.press("Send 1 letter back")
        sender.shows("Outcome", "1 sent back")
        SITE.start_worker()
        person.shows("1 of 1", "Nothing waits")
        person.shows("New process", within=10)
        SITE.settled(1, 0)
        expect(person.page.evaluate("window.isSamePage"), "the page was loaded again")
        person.accessible("overview after a restart")


@check
def console_restarts():
    """the console restarts: an open page says so, then asks to log in again; charts and the time line are kept"""
    with BROWSER.person(SITE) as person:
        person.open("/")
        person.shows("Nothing waits")
        events = person.page.locator("#timeline li").all_inner_texts()
        # The browser notes each attempt in vain.
        person.ignored += ["Failed to load resource", "ERR_"]
        SITE.end(SITE.console)
        state = person.page.locator("#connection")
        wait_until(lambda: "Connection lost" in state.inner_text() or state.inner_text(), 15, "the page says that it is alone")
        SITE.start_console()
        wait_until(lambda: "Log in again" in state.inner_text() or state.inner_text(), 20, "the page says what to do")
        person.press("Log in again", role="link")
        person.page.get_by_label("Token").fill(OPERATOR[1])
        person.press("Log in")
        person.shows("Nothing waits")
        kept = person.page.locator("#timeline li").all_inner_texts()
        expect(events and kept[-len(events):] == events, f"of the time line {events} is kept {kept}")
        chart = person.page.get_by_role("img", name="Lag")
        wait_until(lambda: len(chart.locator("path").first.get_attribute("d") or "") > 40 or chart.inner_html(), 10, "the numbers from before")


@check
def broker_away():
    """the broker is away: pages say so within seconds and none hangs; when it is back, they show what they did before"""
    with BROWSER.person(SITE) as person:
        SITE.broker.stop()
        try:
            person.open("/")
            person.shows("not ready", within=40)
            # The pages that need a broker may be an error page, and the browser notes its status.
            person.ignored.append("503")
            for name, path in PAGES.items():
                began = time.monotonic()
                answer = person.page.goto(path, timeout=20_000)
                took = time.monotonic() - began
                expect(answer.status in (200, 503), f"{path}: {answer.status}")
                expect(took < 15, f"{path}: {took:.1f} s without a broker")
                expect(person.page.locator("h1").count() == 1, f"{path}: no page")
                person.accessible(f"{name} without a broker")
        finally:
            SITE.broker.start()
        wait_until(lambda: harness.is_ready(SITE.admin), 60, "the worker is ready again")
        for path in PAGES.values():
            wait_until(lambda: person.page.goto(path).status == 200 or person.text()[:200], 30, f"{path} with a broker again")
        person.open("/")
        person.shows("Nothing waits")


def screenshots():
    """Writes the pictures of the documentation: windows and not whole pages, with few colours, so that all are small."""
    from io import BytesIO

    from PIL import Image
    busy_minute()
    os.makedirs(PICTURES, exist_ok=True)
    total = 0
    for viewport, size in ((WIDE, "wide"), (NARROW, "narrow")):
        for scheme in ("light", "dark"):
            with BROWSER.person(SITE, viewport=viewport, scheme=scheme) as person:
                letter = letter_of(person, "acct_typo")
                for name, path in (PAGES | {"letter": letter, "search": "/search?q=acct_1"}).items():
                    person.open(path)
                    person.page.wait_for_timeout(1_500)
                    picture = Image.open(BytesIO(person.page.screenshot())).convert("RGB").quantize(200)
                    # The name by which DocC takes the second for the dark one of the first.
                    file = os.path.join(PICTURES, f"console-{name}-{size}{'~dark' if scheme == 'dark' else ''}.png")
                    picture.save(file, optimize=True)
                    total += os.path.getsize(file)
    print(f"{total / 1e6:.2f} MB of pictures in {PICTURES}")


def busy_minute():
    """Something for charts and tables to show: customers, some of them slow, one that is retried, and failures of some kinds."""
    brokers = SITE.broker.address
    harness.produce_commands(brokers, ["acct_typo"], email="ada.acme.example", address_country="IN")
    harness.produce_commands(brokers, [f"trial_{n}" for n in range(12)], address_country="Germany")
    for second in range(70):
        down = 35 < second < 45
        harness.inject(SITE.api, [
            {"fault": "service_unavailable", "external_ids": ["acct_slow"]},
            {"fault": "service_unavailable", "share": 0.4 if down else 0.02, "seed": second},
            {"fault": "delay_before_commit", "milliseconds": 300, "share": 0.1, "seed": second},
        ])
        rate = 20 + second % 7 + second % 3 * 2
        harness.produce_commands(brokers, [f"sign_up_{second}_{n}" for n in range(rate)])
        if second == 40:
            harness.produce_commands(brokers, ["acct_slow"])
        time.sleep(1)


def fill():
    """What the pages have to show: customers that were created, and commands that failed."""
    harness.produce_commands(SITE.broker.address, [f"acct_{n}" for n in range(30)])
    harness.produce_commands(SITE.broker.address, ["bad_1", "bad_2", HOSTILE], address_country="Germany")
    harness.produce_commands(SITE.broker.address, ["acct_1"], email="other@acme.example")
    SITE.settled(30, 4)


def main():
    global SITE, BROWSER
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--screenshots", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    harness.PROGRAM = os.path.abspath(options.program)
    with contextlib.ExitStack() as stack:
        SITE, BROWSER = Site(stack), Browser(stack)
        SITE.start_worker()
        SITE.start_console()
        fill()
        if options.screenshots:
            screenshots()
            return 0
        return harness.report(harness.chosen(CHECKS, options.names), limit=240)


if __name__ == "__main__":
    sys.exit(main())
