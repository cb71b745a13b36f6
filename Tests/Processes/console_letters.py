#!/usr/bin/env python3
"""Dead letters through the console's pages, without a browser: found, edited, sent back, dismissed, restored, exported.

usage: console_letters.py PROGRAM
"""
import contextlib
import html
import http.client
import json
import os
import re
import sys
import tempfile
import urllib.parse

from confluent_kafka import Producer

import harness
from harness import expect, wait_until

OPERATOR, SECOND, VIEWER = ("ada", "a" * 32), ("bo", "b" * 32), ("cy", "c" * 32)
HOSTILE = '<script>alert(1)</script>"\u0301\u202e\u0007'


class Client:
    """A user with a session."""

    def __init__(self, port, who):
        self.port, self.cookie, self.csrf = port, None, None
        status, headers, _ = self.request("POST", "/login", {"token": who[1]})
        expect(status == 303, f"login: {status}")
        self.cookie = headers["set-cookie"].split(";")[0]
        self.csrf = re.search(r'name="csrf" value="([^"]+)"', self.get("/jobs")).group(1)

    def request(self, method, path, fields=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Cookie": self.cookie} if self.cookie else {}
        body = None
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urllib.parse.urlencode(fields)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, text

    def get(self, path, status=200):
        found, _, text = self.request("GET", path)
        expect(found == status, f"GET {path}: {found}: {text[-800:]}")
        return text

    def post(self, path, fields, status=303):
        """The place that it leads to, or the page."""
        fields = [("csrf", self.csrf)] + (list(fields.items()) if isinstance(fields, dict) else fields)
        found, headers, text = self.request("POST", path, fields)
        expect(found == status, f"POST {path}: {found}: {plain(text)}")
        return headers.get("location") if status == 303 else text

    def wait(self, path, *words, seconds=20):
        """The page once it has these words."""
        page = [""]

        def look():
            page[0] = plain(self.get(path))
            return all(word in page[0] for word in words) or page[0]
        wait_until(look, seconds, f"{words} on {path}")
        return page[0]


def plain(text):
    """What a page says."""
    main = re.search(r"<main.*?</main>", text, re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", main.group(0) if main else text)))


def form(text, action):
    """The controls of a form as a browser would send them."""
    found = re.search(r'<form[^>]*action="' + re.escape(action) + r'[^"]*".*?</form>', text, re.S)
    expect(found, f"no form for {action}")
    fields = {}
    for tag in re.findall(r"<input[^>]*>", found.group(0)):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if attributes.get("type") in ("checkbox", "radio") or "name" not in attributes:
            continue
        fields[attributes["name"]] = html.unescape(attributes.get("value", ""))
    for name, value in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', found.group(0), re.S):
        fields[name] = html.unescape(value)
    return fields


class Site:
    """A broker, the simulated API, one worker, and the console of both."""

    def __init__(self, stack):
        self.brokers = stack.enter_context(harness.broker())
        self.folder = stack.enter_context(tempfile.TemporaryDirectory())
        self.api = stack.enter_context(harness.simulator())
        self.admin, self.port = harness.free_port(), harness.free_port()
        files = {}
        for name, users in (("operators", [OPERATOR, SECOND]), ("viewers", [VIEWER])):
            files[name] = os.path.join(self.folder, name)
            with open(files[name], "w") as file:
                file.writelines(f"{user} {token}\n" for user, token in users)
            os.chmod(files[name], 0o600)
        self.env = harness.environment(
            self.brokers, self.folder, FLEXPRICE_BACKEND="flexprice", FLEXPRICE_API_HOST=self.api, FLEXPRICE_API_KEY=harness.KEY,
            FLEXPRICE_ADMIN_LISTEN=f"127.0.0.1:{self.admin}", FLEXPRICE_CONSOLE_LISTEN=f"127.0.0.1:{self.port}",
            FLEXPRICE_CONSOLE_OPERATOR_TOKENS_FILE=files["operators"], FLEXPRICE_CONSOLE_VIEWER_TOKENS_FILE=files["viewers"],
        )
        harness.create_topics(self.env, 3)
        self.stack = stack
        log = harness.Log(self.folder, "worker.log")
        stack.callback(log.file.close)
        stack.enter_context(harness.process([harness.PROGRAM, "run"], env=self.env, stderr=log.file))
        wait_until(lambda: harness.is_ready(self.admin), 40, "the worker is ready")
        self.console = self.start_console()

    def start_console(self):
        log = harness.Log(self.folder, f"console-{harness.free_port()}.log")
        self.stack.callback(log.file.close)
        process = self.stack.enter_context(harness.process([harness.PROGRAM, "console"], env=self.env, stderr=log.file))
        wait_until(lambda: bool(log.find("Console listens")) or open(log.path).read(), 20, "the console listens")
        return process

    def send(self, commands):
        """Sends commands: (key, value as bytes or object, headers)."""
        producer = Producer({"bootstrap.servers": self.brokers})
        for key, value, headers in commands:
            value = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
            producer.produce("customer_commands", key=key, value=value, headers=headers)
        expect(producer.flush(20) == 0, "not sent")

    def waiting(self):
        output = harness.run(["dlq", "list", "--json"], self.env)
        return json.loads(output.stdout)["waiting"]

    def customer(self, external_id):
        connection = http.client.HTTPConnection(self.api.removeprefix("http://"), timeout=5)
        connection.request("GET", f"/v1/customers/external/{external_id}", headers={"x-api-key": harness.KEY})
        answer = connection.getresponse()
        return json.loads(answer.read()) if answer.status == 200 else None

    def audit(self):
        with open(os.path.join(self.folder, "audit.jsonl")) as file:
            return [json.loads(line) for line in file]


SITE = None
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


@check
def one_letter():
    """a letter is found by its group, edited under the real rules, sent back with its count, and its customer is created"""
    SITE.send([("acct_1", {"external_id": "acct_1", "name": "Acme", "address_country": "India", "metadata": {"plan": "x"}, "x_own": 12.50}, [])])
    wait_until(lambda: SITE.waiting() == 1, 20, "a dead letter")
    ada = Client(SITE.port, OPERATOR)
    page = ada.wait("/letters", "invalid_command", "stays: would fail again")
    expect("1 letter waits" in page, page)
    link = html.unescape(re.search(r'href="(/letters/list\?[^"]*)"', ada.get("/letters")).group(1))
    place = re.search(r'href="/letters/(\d+/\d+)"', ada.get(link)).group(1)
    path = f"/letters/{place}"
    text = ada.get(path)
    expect(re.search(r'<mark class="wrong">&quot;address_country&quot;: &quot;India&quot;</mark>', text), text)
    fields = form(text, f"{path}/redrive")
    fields.pop("csrf")
    answer = json.loads(ada.post(f"{path}/check", fields, 200))
    expect(not answer["ok"] and [p["field"] for p in answer["problems"]] == ["address_country"], answer)
    again = ada.post(f"{path}/redrive", fields, 422)
    expect("address_country must be" in plain(again), plain(again))
    fields["field.address_country"] = "IN"
    fields["metadata.1.key"], fields["metadata.1.value"] = "tier", "gold"
    answer = json.loads(ada.post(f"{path}/check", fields, 200))
    expect(answer["ok"] and answer["problems"] == [], answer)
    job = ada.post(f"{path}/redrive", fields)
    page = ada.wait(job, "Send 1 letter back")
    expect("1 waiting dead letter" in page and "1 goes to customer_commands" in page, page)
    expect(SITE.waiting() == 1, "sent before it was confirmed")
    expect(ada.post(f"{job}/confirm", {"confirmed": "1"}) == job, "the job's page")
    ada.wait(job, "It is done.", "1 sent back")
    wait_until(lambda: SITE.customer("acct_1") is not None, 20, "the customer")
    customer = SITE.customer("acct_1")
    expect(customer["address_country"] == "IN" and customer["metadata"] == {"plan": "x", "tier": "gold"}, customer)
    began = [line for line in SITE.audit() if line["action"] == "redrive.began"][-1]
    expect(began["user"] == "ada" and f"--letter {place}" in began["command"], began)
    expect('--patch {"metadata":{"tier":"gold"},"address_country":"IN"}' in began["command"] or len(began["command"]) == 2, began)
    ada.wait("/letters", "No dead letters wait.")
    ada.wait("/letters?state=redriven", "invalid_command")
    ada.wait(path, "sent back")
    ada.wait("/jobs", "ended: finished", "ada@")


@check
def a_group():
    """a group is dismissed with a reason, restored, and sent back with a change of all, rate and canary; viewers see no values"""
    SITE.send([(f"grp_{n}", {"external_id": f"grp_{n}", "name": f"Secret {n}", "address_country": "Indien"}, [("x-note", b"Secret header")]) for n in range(7)])
    wait_until(lambda: SITE.waiting() == 7, 20, "seven dead letters")
    ada, cy = Client(SITE.port, OPERATOR), Client(SITE.port, VIEWER)
    ada.wait("/letters", "7 letters wait")
    query = {"scope": "all", "code": "invalid_command", "state": "waiting"}
    asked = ada.post("/letters/dismiss", query, 200)
    expect("Dismiss the chosen letters?" in asked and 'name="reason"' in asked, plain(asked))
    job = ada.post("/letters/dismiss", {**form(asked, "/letters/dismiss"), "reason": "a test"})
    ada.wait(job, "Dismiss 7 letters")
    # The number changes before it is confirmed.
    SITE.send([("grp_7", {"external_id": "grp_7", "name": "Secret 7", "address_country": "Indien"}, [])])
    wait_until(lambda: SITE.waiting() == 8, 20, "one more")
    ada.post(f"{job}/confirm", {"confirmed": "7"})
    ada.wait(job, "The number has changed from 7 to 8", "Dismiss 8 letters")
    expect(SITE.waiting() == 8, "done all the same")
    bo = Client(SITE.port, SECOND)
    expect("ada planned this job" in plain(bo.post(f"{job}/confirm", {"confirmed": "8"}, 409)), "another one confirmed it")
    ada.post(f"{job}/confirm", {"confirmed": "8"})
    ada.wait(job, "It is done.", "8 dismissed")
    expect(SITE.waiting() == 0, SITE.waiting())
    ada.wait("/letters?state=dismissed", "invalid_command")
    dismissed = ada.get("/letters/list?state=dismissed")
    places = re.findall(r'name="letter" value="([^"]+)"', dismissed)
    expect(len(places) == 8, places)
    job = ada.post("/letters/restore", [("scope", "checked")] + [("letter", place) for place in places])
    ada.wait(job, "Restore 8 letters")
    ada.post(f"{job}/confirm", {"confirmed": "8"})
    ada.wait(job, "8 restored")
    cy.wait("/letters", "8 letters wait")
    for path in ("/letters", "/letters/list", f"/letters/{places[0]}", "/jobs"):
        text = cy.get(path)
        expect("Secret" not in text and "Indien" not in text, f"a viewer sees values on {path}")
    expect("hidden" in cy.get(f"/letters/{places[0]}"), "nothing says so")
    expect(cy.request("GET", "/letters/export")[0] == 403, "a viewer exports")
    lines = [json.loads(line) for line in ada.get("/letters/export").splitlines()]
    exported = [json.loads(line) for line in harness.run(["dlq", "export"], SITE.env).stdout.splitlines()]
    def order(line): return line["dead_letter"]["position"]
    expect(len(lines) == 8 and sorted(lines, key=order) == sorted(exported, key=order), lines)
    expect(len(ada.get(f"/letters/export?letter={places[0]}").splitlines()) == 1, "one letter")
    wrong = plain(ada.post("/letters/redrive", {**query, "edits": "emial=x"}, 400))
    expect("did you mean email?" in wrong, wrong)
    job = ada.post("/letters/redrive", {**query, "edits": "address_country=IN\r\nmetadata.by=console\r\n", "rate": "50", "canary": "2"})
    ada.wait(job, "Send 8 letters back", "At 50 a second")
    ada.post(f"{job}/confirm", {"confirmed": "8"})
    ada.wait(job, "It is done.", "8 sent back")
    wait_until(lambda: all(SITE.customer(f"grp_{n}") for n in range(8)), 20, "their customers")
    expect(SITE.customer("grp_3")["metadata"] == {"by": "console"}, SITE.customer("grp_3"))


@check
def stopped_and_resumed():
    """a slow job is seen by both operators, refuses a second, is stopped with the console, and resumed after its restart"""
    count = 60
    SITE.send([(f"slow_{n}", {"external_id": f"slow_{n}", "timezone": "Nowhere"}, []) for n in range(count)])
    wait_until(lambda: SITE.waiting() == count, 30, "the dead letters")
    ada, bo = Client(SITE.port, OPERATOR), Client(SITE.port, SECOND)
    ada.wait("/letters", f"{count} letters wait")
    job = ada.post("/letters/redrive", {"scope": "all", "edits": "-timezone", "rate": "4"})
    ada.wait(job, f"Send {count} letters back")
    other = bo.post("/letters/redrive", {"scope": "all", "edits": "-timezone"})
    bo.wait(other, "Plan")
    ada.post(f"{job}/confirm", {"confirmed": str(count)})
    page = bo.wait(job, "sent back, 4/s", seconds=30)
    expect("left" in page, page)
    for path, fields in ((f"{other}/confirm", {"confirmed": str(count)}), ("/letters/dismiss", {"scope": "all", "reason": "x"})):
        refused = plain(bo.post(path, fields, 409))
        expect("ada runs job" in refused and "wait for its end, or stop it" in refused, refused)
    name = [line["job"] for line in SITE.audit() if line["action"] == "redrive.began"][-1]
    SITE.console.terminate()
    harness.wait_for_exit(SITE.console, 0)
    expect([line["ending"] for line in SITE.audit() if line["action"] == "redrive.ended"][-1] == "cancelled", SITE.audit()[-1])
    left = SITE.waiting()
    expect(0 < left < count, left)
    SITE.console = SITE.start_console()
    bo = Client(SITE.port, SECOND)
    bo.wait("/jobs", "paused")
    bo.wait(f"/jobs/{name}", "can be resumed", "Resume")
    job = bo.post(f"/jobs/{name}/resume", {"rate": "0"})
    page = bo.wait(job, f"Resuming job {name} of ada")
    planned = re.search(r"Resume with (\d+) letter", page)
    expect(planned and int(planned.group(1)) == left, page)
    bo.post(f"{job}/confirm", {"confirmed": str(left)})
    page = bo.wait(job, "It is done.", f"{left} sent back")
    wait_until(lambda: all(SITE.customer(f"slow_{n}") for n in range(count)), 30, "their customers")
    lines = [line for line in SITE.audit() if line.get("job") == name]
    expect(sum(line.get("moved", 0) for line in lines if line["action"] == "redrive.ended") == count, lines)
    expect([line["user"] for line in lines if line["action"] == "redrive.resumed"] == ["bo"], lines)


@check
def hostile_letters():
    """whatever a command, its key and its headers hold is shown as text; what is no JSON can only be exported or dismissed"""
    value = {"external_id": HOSTILE, "name": HOSTILE, "email": HOSTILE, "metadata": {HOSTILE: HOSTILE}, HOSTILE: HOSTILE, "timezone": 7}
    SITE.send([(HOSTILE.encode(), value, [(HOSTILE, HOSTILE.encode()), ("ce_id", HOSTILE.encode())]), ("raw", b"\x00\xff", []), ("text", b"[1]", []),
               ("large", {"external_id": "large", "name": "x" * 300_000}, [])])
    wait_until(lambda: SITE.waiting() == 4, 20, "the dead letters")
    ada = Client(SITE.port, OPERATOR)
    ada.wait("/letters", "4 letters wait")
    paths = ["/letters", "/letters?by=field", "/letters?by=code&code=" + urllib.parse.quote(HOSTILE), "/letters/list",
             "/letters/list?" + urllib.parse.urlencode({"external_id": HOSTILE, "field": HOSTILE, "why": HOSTILE, "state": "all"})]
    places = re.findall(r'name="letter" value="([^"]+)"', ada.get("/letters/list"))
    expect(len(places) == 4, places)
    paths += [f"/letters/{place}" for place in places] + ["/jobs/" + urllib.parse.quote("<script>")]
    for path in paths:
        status, _, text = ada.request("GET", path)
        expect(status == (404 if "%3C" in path and "jobs" in path else 200), f"{path}: {status}")
        body = text.split("</head>")[1]
        expect("<script" not in body and "\u202e" not in body and "\u0007" not in body, f"not escaped on {path}")
    texts = {place: ada.get(f"/letters/{place}") for place in places}
    expect(sum("not a JSON object, so it cannot be edited" in plain(text) for text in texts.values()) == 2, "no form")
    expect(sum("more than a command may have" in plain(text) for text in texts.values()) == 1, "a form for a value that is too large")
    expect(max(len(text) for text in texts.values()) < 400_000, "a value is shown without a bound")
    expect(any("00 ff" in plain(text) for text in texts.values()), "no hexadecimal digits")
    place = next(place for place, text in texts.items() if f'action="/letters/{place}/redrive' in text)
    fields = form(texts[place], f"/letters/{place}/redrive")
    fields["field.email"], fields["field.timezone"] = "a@example.com", ""
    fields["field.name"] = json.dumps("A \u0007 name")
    fields.pop("csrf")
    job = ada.post(f"/letters/{place}/redrive", {**fields, "force": "1"})
    page = ada.wait(job, "Send 1 letter back")
    job = ada.post("/letters/dismiss", [("scope", "all"), ("reason", HOSTILE)])
    ada.wait(job, "Dismiss 4 letters")
    ada.post(f"{job}/confirm", {"confirmed": "4"})
    ada.wait(job, "It is done.")
    ada.wait("/jobs", "alert(1)")
    expect("<script" not in ada.get("/jobs").split("</head>")[1], "the reason is not escaped")
    for path in ("/letters/9/9", "/letters/0/999999", "/letters/x/1", "/letters/0/-1", "/letters/0/9223372036854775807", "/jobs/none"):
        expect(ada.request("GET", path)[0] == 404, path)
    expect(ada.request("GET", "/letters?since=soon")[0] == 400, "a time that is none")
    expect("no letter is checked" in plain(ada.post("/letters/redrive", {}, 400)), "without letters")


if __name__ == "__main__":
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    with contextlib.ExitStack() as stack:
        SITE = Site(stack)
        sys.exit(harness.report(harness.chosen(CHECKS, sys.argv[2:])))
