"""A worker, the console, and Debian's Chromium in front of it, for the tests of the console's pages.

Playwright drives the browser of the system and brings none of its own. Whatever a page writes to the browser's log, what its
Content-Security-Policy refuses, and every dialog that opens is a finding of the test that looked at it.
"""
import contextlib
import json
import os
import shutil
import tempfile
import time
import urllib.parse

import harness
from harness import expect, wait_until

from axe_playwright_python.sync_playwright import Axe
from confluent_kafka import Consumer, TopicPartition
from playwright.sync_api import sync_playwright

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
OPERATOR, SECOND, VIEWER = ("ada", "a" * 32), ("bo", "b" * 32), ("cy", "c" * 32)
#: Every page of the navigation.
PAGES = {
    "overview": "/", "partitions": "/partitions", "letters": "/letters", "results": "/results", "jobs": "/jobs", "ledger": "/ledger",
    "configuration": "/configuration", "check": "/check", "search": "/search",
}


def token_file(folder, name, users):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.writelines(f"{user} {token}\n" for user, token in users)
    os.chmod(path, 0o600)
    return path


class Site:
    """A broker that can be stopped, the simulated API, one worker, and the console of both."""

    def __init__(self, stack, **more):
        self.stack = stack
        self.broker = stack.enter_context(harness.restartable_broker())
        self.folder = stack.enter_context(tempfile.TemporaryDirectory())
        self.api = stack.enter_context(harness.simulator())
        self.admin, self.listen = harness.free_port(), harness.free_port()
        self.url = f"http://127.0.0.1:{self.listen}"
        self.env = harness.environment(
            self.broker.address, self.folder, FLEXPRICE_BACKEND="flexprice", FLEXPRICE_API_HOST=self.api, FLEXPRICE_API_KEY=harness.KEY,
            FLEXPRICE_ADMIN_LISTEN=f"127.0.0.1:{self.admin}", FLEXPRICE_CONSOLE_LISTEN=f"127.0.0.1:{self.listen}",
            FLEXPRICE_CONSOLE_OPERATOR_TOKENS_FILE=token_file(self.folder, "operators", [OPERATOR, SECOND]),
            FLEXPRICE_CONSOLE_VIEWER_TOKENS_FILE=token_file(self.folder, "viewers", [VIEWER]), **more,
        )
        harness.create_topics(self.env, 3)
        self.worker = self.console = self.reader = None
        self.known = {}

    def start_worker(self):
        log = harness.Log(self.folder, "worker.log")
        self.stack.callback(log.file.close)
        self.worker = self.stack.enter_context(harness.process([harness.PROGRAM, "run"], env=self.env, stderr=log.file))
        wait_until(lambda: harness.is_ready(self.admin), 40, "the worker is ready")

    def start_console(self):
        log = harness.Log(self.folder, "console.log")
        self.stack.callback(log.file.close)
        # It needs no key of the API.
        env = {name: value for name, value in self.env.items() if name != "FLEXPRICE_API_KEY"}
        self.console = self.stack.enter_context(harness.process([harness.PROGRAM, "console"], env=env, stderr=log.file))
        wait_until(lambda: bool(log.find("Console listens")) or (self.console.poll(), open(log.path).read()), 20, "the console listens")

    @staticmethod
    def end(process):
        process.terminate()
        harness.wait_for_exit(process, 0)

    def status(self):
        return json.loads(harness.get(self.admin, "/status")[1])

    def results(self):
        """The newest result of each external_id."""
        if self.reader is None:
            self.reader = Consumer({
                "bootstrap.servers": self.broker.address, "group.id": "browsing", "isolation.level": "read_committed",
                "auto.offset.reset": "earliest", "enable.auto.commit": False, "log_level": 0,
            })
            self.stack.callback(self.reader.close)
            self.reader.assign([TopicPartition("customer_results", partition, 0) for partition in range(3)])
        while batch := self.reader.consume(1_000, timeout=0.2):
            self.known |= {r.key().decode(): json.loads(r.value()) for r in batch if r.error() is None and r.key()}
        return self.known

    def counts(self):
        """The results of the worker since it started: created in any way, and failed."""
        results = self.status()["results"]
        created = ("created", "existing", "updated", "replayed")
        return sum(results.get(k, 0) for k in created), sum(v for k, v in results.items() if k not in created)

    def settled(self, created, failed):
        """Waits until the worker has written this number of results."""
        wait_until(lambda: self.counts() == (created, failed) or self.counts(), 30, f"{created} created and {failed} failed")


class Browser:
    """One Chromium; every context of it is another person."""

    def __init__(self, stack):
        path = shutil.which("chromium")
        expect(path, "no chromium: Tests/Scripts/setup.sh tests installs it")
        # Its sandbox wants to be somebody else than root.
        arguments = ["--no-sandbox"] if os.getuid() == 0 else []
        self.playwright = stack.enter_context(sync_playwright())
        self.chromium = self.playwright.chromium.launch(executable_path=path, args=arguments)
        stack.callback(self.chromium.close)

    @contextlib.contextmanager
    def person(self, site, who=OPERATOR, viewport=WIDE, scheme="light", script=True, log_in=True):
        context = self.chromium.new_context(
            viewport=viewport, color_scheme=scheme, java_script_enabled=script, base_url=site.url, reduced_motion="reduce",
            has_touch=viewport is NARROW,
        )
        context.set_default_timeout(15_000)
        person = Person(context, site)
        try:
            if log_in:
                person.log_in(who)
            yield person
            expect(not person.findings, f"in the browser's log: {person.findings}")
        finally:
            context.close()


class Person:
    """One person's browser with one page open."""

    def __init__(self, context, site):
        self.context, self.site, self.findings, self.ignored = context, site, [], []
        self.page = context.new_page()
        self.listen_to(self.page)

    def listen_to(self, page):
        def note(kind, text):
            if not any(word in text for word in self.ignored):
                self.findings.append(f"{page.url}: {kind}: {text}")
        page.on("console", lambda m: note(m.type, m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: note("exception", str(error)))
        # A page that shows something foreign as HTML could open one.
        page.on("dialog", lambda dialog: (note("dialog", dialog.message), dialog.dismiss()))

    def log_in(self, who):
        self.page.goto("/login")
        self.page.get_by_label("Token").fill(who[1])
        self.page.get_by_role("button", name="Log in").click()
        self.page.get_by_role("heading", level=1, name="Overview").wait_for()

    def open(self, path, status=200):
        """Loads a page; what is wrong with every page alike fails here."""
        answer = self.page.goto(path, wait_until="load")
        expect(answer.status == status, f"{path}: status {answer.status}, expected {status}: {self.text()[:300]}")
        expect(self.page.locator("h1").count() == 1, f"{path}: {self.page.locator('h1').count()} headings of level 1")
        self.fits()
        return answer

    def fits(self):
        """The page is no wider than its window."""
        excess = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        expect(excess <= 0, f"{self.page.url}: {excess} pixels wider than the window of {self.page.viewport_size['width']}")

    def text(self):
        return self.page.locator("body").inner_text()

    def shows(self, *texts, within=15):
        """Waits until the page's main part says all of these, without loading it again."""
        main = self.page.locator("main")
        wait_until(lambda: all(text in main.inner_text() for text in texts) or [t for t in texts if t not in main.inner_text()],
                   within, f"{self.page.url} shows {texts}")

    def press(self, name, role="button", **more):
        """Clicks, and waits for the page that follows."""
        self.page.get_by_role(role, name=name, **more).first.click()
        self.page.wait_for_load_state("load")

    def tab_to(self, target, most=120, backwards=False):
        """Moves the focus with the Tab key alone until it is at the target."""
        for _ in range(most):
            # Asked each time, since a live part may be another by now.
            if target.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Shift+Tab" if backwards else "Tab")
        raise AssertionError(f"{self.page.url}: {target} is not reached in {most} presses of the Tab key")

    def type_at(self, target, text):
        """Reaches a control with the Tab key, and types over what it has."""
        self.tab_to(target)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def enter_at(self, target):
        """Reaches a button or link with the Tab key, presses Enter, and waits for the page that follows."""
        self.tab_to(target)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def accessible(self, name):
        """No serious or critical finding of axe; returns the lesser ones."""
        found = Axe().run(self.page).response["violations"]
        severe = [f"{v['id']} ({v['impact']}) at {[n['target'] for n in v['nodes']][:3]}: {v['help']}"
                  for v in found if v["impact"] in ("serious", "critical")]
        expect(not severe, f"{name}: {severe}")
        return [v["id"] for v in found if v["impact"] not in ("serious", "critical")]

    def write_anyway(self, path, **fields):
        """Sends a form that no page offers to this person; the status of the answer."""
        answer = self.context.request.post(path, form=fields, max_redirects=0, headers={"Origin": self.site.url})
        return answer.status
