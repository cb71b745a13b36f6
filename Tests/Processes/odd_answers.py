#!/usr/bin/env python3
"""Gives the program answers that no well-behaved server gives, byte by byte, and looks at what becomes of each command.

usage: odd_answers.py PROGRAM [WORD ...]

The server is made of plain sockets. A case is one command and a script: what each of its requests is answered; what the script
does not say is answered as a faithful server would. Of each case are required: the result, the number of requests by route, whether
the worker stayed ready or said why it was not, and words of its log. Then scenes with a worker of their own, in which nothing but what
they are about is going on. With words only the cases and scenes whose names have one of them run.
"""
import contextlib
import email.utils
import gzip
import json
import os
import re
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
import zlib

import harness
from confluent_kafka import Producer
from harness import expect

PAGE = "<html><body><h1>Oh</h1></body></html>"


class Say:
    """One answer: its bytes, and what comes of the connection then."""

    def __init__(self, data, close=False, reset=False, slowly=False, then=None):
        self.data, self.close, self.reset, self.slowly, self.then = data, close, reset, slowly, then
        # Its result is out, and so it has been read; what is said then has been said.
        self.was_read, self.was_said = threading.Event(), threading.Event()


def http(status, body=b"", *headers, kind="application/json", length=True, **how):
    """An answer with a status line, headers as they are given, and a body."""
    body = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}"] + ([f"Content-Type: {kind}"] if kind else []) + list(headers)
    lines += [f"Content-Length: {len(body)}"] if length else []
    return Say("\r\n".join(lines).encode() + b"\r\n\r\n" + body, **how)


def html(status, text=PAGE, *headers):
    return http(f"{status} Oh", text, *headers, kind="text/html")


def customer(external_id, **more):
    plain = {"id": f"cust_{external_id}", "external_id": external_id, "name": external_id, "status": "published", "metadata": None}
    return {**plain, **more}


def made(name, *headers, status="201 Created", change=lambda text: text, kind="application/json", **how):
    """The 201 about a customer, its body changed on the way."""
    body = change(json.dumps(customer(name)).encode())
    return http(status, body, *headers, kind=kind, **how)


def error(status, code, message, **details):
    body = {"code": code, "message": message, "http_status_code": status, **({"details": details} if details else {})}
    return http(f"{status} Oh", json.dumps(body))


def exists(name):
    return error(409, "already_exists", "A customer with this identifier already exists", external_id=name)


class Case:
    """A command, the answers to its requests in their order, and what is required."""

    def __init__(
        self, name, create=(), search=(), update=(), made=None, result="created", requests=(1, 0), paused=None, log=(),
        fresh=None, command=None, least=0.0, never=(), unverified=(), id=None, archive=(), archived=None, asked=0,
    ):
        self.name, self.id = name, id or named(name)
        self.script = {"create": list(create), "search": list(search), "update": list(update), "archive": list(archive)}
        self.archived, self.asked = archived, asked
        self.made, self.result, self.requests, self.paused, self.log = made, result, requests, paused, log
        self.fresh, self.command, self.least, self.never = fresh, command or {}, least, never
        self.unverified = list(unverified)
        self.unasked = [said for said in create if isinstance(said, Say) and said.then]
        self.seen = {"create": 0, "search": 0, "update": 0, "archive": 0}
        self.connections = []


class Server:
    """Answers by the scripts of cases; each connection has a thread."""

    def __init__(self):
        self.cases, self.accepted, self.neutral = {}, 0, 0
        # What everything is answered, whoever asks for what; None while scripts say.
        self.everything = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.accepted += 1
            threading.Thread(target=self.serve, args=(connection, self.accepted), daemon=True).start()

    def serve(self, connection, number):
        with contextlib.suppress(OSError), connection:
            while True:
                request = self.read(connection)
                if request is None:
                    return
                answer = self.answer(*request, number)
                if answer.slowly:
                    for byte in answer.data:
                        connection.sendall(bytes([byte]))
                else:
                    connection.sendall(answer.data)
                if answer.then:
                    answer.was_read.wait(10)
                    connection.sendall(answer.then)
                    answer.was_said.set()
                if answer.reset:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                if answer.close or answer.reset:
                    return

    @staticmethod
    def read(connection):
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65_536)
            if not more:
                return None
            data += more
        head, body = data.split(b"\r\n\r\n", 1)
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        while length and len(body) < int(length.group(1)):
            body += connection.recv(65_536)
        method, path, _ = head.split(b"\r\n")[0].decode().split(" ")
        return method, path, body

    def answer(self, method, path, body, number):
        if self.everything is not None:
            return self.everything
        fields = json.loads(body) if body else {}
        if path == "/v1/customers" and method == "POST":
            route, name = "create", fields["external_id"]
        elif path == "/v1/customers/search" and "customer_ids" in fields:
            expect(fields["status"] == "archived", f"a search of {fields}")
            route, name = "archive", re.sub(r"^cust_(again_)*", "", fields["customer_ids"][0])
        elif path == "/v1/customers/search":
            route, name = "search", fields["external_ids"][0]
        elif path.startswith("/v1/customers?id=cust_"):
            route, name = "update", path.split("=cust_")[1]
        elif path == "/v1/users/me":
            self.neutral += 1
            return http("200 OK", json.dumps({"id": "user_1", "roles": ["all_writer"]}))
        else:
            return http("404 Not Found", "404 page not found", kind="text/plain")
        case = self.cases[name]
        case.seen[route] += 1
        case.connections.append(number)
        if case.script[route]:
            said = case.script[route].pop(0)
            if isinstance(said, tuple):
                # The customer is made as well.
                case.made = case.made or customer(name)
                said = said[0]
            return said
        return self.faithful(route, case, fields)

    @staticmethod
    def faithful(route, case, fields):
        if route == "create":
            if case.made:
                return exists(case.id)
            again = {"id": f"cust_again_{case.id}"} if case.archived else {}
            case.made = {**customer(case.id), **again, **fields}
            return http("201 Created", json.dumps(case.made))
        if route == "update":
            case.made = {**case.made, **fields}
            return http("200 OK", json.dumps(case.made))
        found = case.archived if route == "archive" else case.made
        items = [found] if found else []
        return http("200 OK", json.dumps({"items": items, "pagination": {"total": len(items), "limit": 2, "offset": 2}}))


def named(name):
    """The id of a case by its name."""
    return re.sub(r"\W+", "_", name)


def deep(text):
    return text[:-1] + b', "later": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"


def cases():
    one = []

    def case(name, *arguments, **more):
        one.append(Case(name, *arguments, **more))

    of = named
    doubt = ["Request outcome unknown", "was carried out"]

    # Bodies of a 201 that are odd and can be read: one request.
    case("a plain 201")
    for name, how in {
        "byte order mark": dict(change=lambda text: b"\xef\xbb\xbf" + text),
        "bytes that are not UTF-8": dict(change=lambda text: text[:-1] + b', "later": "\xff\xc0"}'),
        "unknown members of great depth": dict(change=deep),
        "gzip": dict(change=gzip.compress),
        "text plain": dict(kind="text/plain"),
        "no content type": dict(kind=None),
        "one byte at a time": dict(slowly=True),
        "300 kilobytes": dict(change=lambda text: text[:-1] + b', "later": "' + b"\\u003c" * 50_000 + b'"}'),
    }.items():
        headers = ["Content-Encoding: gzip"] if name == "gzip" else []
        case(name, [(made(of(name), *headers, **how),)])
    name = "early hints before it"
    hints = b"HTTP/1.1 103 Early Hints\r\nRetry-After: 3600\r\nContent-Type: text/html\r\n\r\n"
    case(name, [Say(hints + made(of(name)).data)])
    name = "hints of waiting before a 500"
    case(name, [Say(hints + error(500, "database_error", "no").data)], requests=(2, 0))
    name = "continue before it"
    case(name, [Say(b"HTTP/1.1 100 Continue\r\n\r\n" + made(of(name)).data)])
    name = "until the connection closes"
    case(name, [made(of(name), length=False, close=True)])
    name = "chunks and trailers"
    body = json.dumps(customer(of(name))).encode()
    chunks = b"%x;x=y\r\n%s\r\n0\r\nRetry-After: 5\r\n\r\n" % (len(body), body)
    case(name, [Say(http("201 C", b"", "Transfer-Encoding: chunked", length=False).data + chunks)])

    name = "many interim answers"
    interim = b"".join(b"HTTP/1.1 %d Wait\r\nRetry-After: 3600\r\n\r\n" % status for status in (100, 102, 103, 199) * 5)
    case(name, [Say(interim + made(of(name)).data)])
    for name, line in {"no reason phrase": b"HTTP/1.1 201", "HTTP 1.0": b"HTTP/1.0 201 Created"}.items():
        case(name, [Say(made(of(name)).data.replace(b"HTTP/1.1 201 Created", line), close="1.0" in name)])
    name = "ends of lines without a return"
    case(name, [Say(made(of(name)).data.replace(b"\r\n", b"\n"))])
    name = "a thousand headers"
    case(name, [made(of(name), *(f"X-{number}: {number}" for number in range(1_000)))])
    name = "bytes beyond the length"
    case(name, [Say(made(of(name)).data + b"\r\nmore")])
    case("the one behind bytes beyond the length", fresh=True)
    name = "deflate"
    case(name, [made(of(name), "Content-Encoding: deflate", change=zlib.compress)])
    name = "members that stand twice"
    case(name, [made(of(name), change=lambda text: b'{"id":"cust_0","external_id":"x",' + text[1:])])

    # A 201 that cannot be read, or is about nothing of ours: the look-up settles it.
    for name, said in {
        "201 with a page": html(201),
        "201 without a body": http("201 Created"),
        "201 cut in the middle": http("201 Created", b'{"id":"cust_1","exter'),
        "201 in an unknown coding": http("201 Created", b"abc", "Content-Encoding: nonsense"),
        "201 without an id": http("201 Created", json.dumps({"external_id": of("201 without an id")})),
        "201 of an archived customer": made(of("201 of an archived customer"), change=lambda text: text.replace(b"published", b"archived")),
        "201 with a list": http("201 Created", b"[]"),
        "201 with a number for an id": http("201 Created", json.dumps({"id": 7, "external_id": of("201 with a number for an id")})),
        "201 with half of its gzip": http("201 Created", gzip.compress(b"{}" * 99)[:-9], "Content-Encoding: gzip"),
        "201 whose id differs in its case": made(of("201 whose id differs in its case"), change=lambda text: text.replace(
            b'"external_id"', b'"EXTERNAL_ID"')),
    }.items():
        case(name, [(said,)], requests=(1, 1))
    case("201 about another customer", [made("somebody")], requests=(2, 0), fresh=True)
    case("200 in place of 201", [(made(of("200 in place of 201"), status="200 OK"),)], result="existing", requests=(2, 1), log=doubt)

    # No whole answer, or one of something that does not know: sent again, and found to be made.
    for name, said in {
        "closed without an answer": Say(b"", close=True),
        "reset without an answer": Say(b"", reset=True),
        "closed within the head": Say(b"HTTP/1.1 201 Crea", close=True),
        "closed within the body": Say(made(of("closed within the body")).data[:-20], close=True),
        "an empty 500": http("500 Oh", kind=None),
        "a length and no body": Say(b"HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n", close=True),
        "two lengths": Say(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\n{}", close=True),
        "a length below nothing": Say(b"HTTP/1.1 201 Created\r\nContent-Length: -5\r\n\r\n{}", close=True),
        "a chunk of no size": Say(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n", close=True),
        "a chunk of endless size": Say(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n{}", close=True),
        "chunks that are cut": Say(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{", close=True),
        "a header without a colon": made(of("a header without a colon"), "nonsense"),
        "other protocols": Say(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\nPRI * HTTP/2.0", close=True),
        **{f"a {status} of the edge": html(status) for status in (499, 502, 504, 520, 521, 522, 524, 527, 530, 598, 599)},
    }.items():
        case(name, [(said,)], result="existing", requests=(2, 1), log=doubt)
    for name, said in {
        "500 database error": error(500, "database_error", "Failed to create customer"), "500 with a page": html(500),
        "408": html(408), "425": html(425), "400 of a proxy": html(400), "status 666": html(666), "503 without a time": html(503),
        **{f"a {status} of a proxy": html(status) for status in (402, 406, 411, 418, 428, 431, 444, 451, 494)},
        "500 with 200 kilobytes": html(500, "x" * 200_000), "501": html(501), "505": html(505),
        "status 099": Say(b"HTTP/1.1 099 Oh\r\nContent-Length: 0\r\n\r\n", close=True),
        "a head that never ends": Say(b"HTTP/1.1 500 Oh\r\nX: " + b"x" * 400_000 + b"\r\n\r\n", close=True),
    }.items():
        case(name, [said], requests=(2, 0))
    case("429 with a time", [http("429 Oh", "{}", "Retry-After: 1")], requests=(2, 0), least=1.0)

    # Waits that are asked for: of one command at most retry.max_interval, and none by what is no time.
    ahead = email.utils.formatdate(time.time() + 1_200, usegmt=True)
    for name, status, wishes, least in [
        ("500 with a day", 500, ["100000"], 2), ("500 with a date ahead", 500, [ahead], 2), ("500 with a date gone", 500, [
            "Thu, 01 Jan 1970 00:00:00 GMT"], 0), ("500 with a time below nothing", 500, ["-5"], 0), ("500 with half a second", 500, [
                "0.5"], 0), ("500 with a number beyond all", 500, ["9" * 40], 2), ("500 with two times", 500, ["0", "1"], 1),
        ("503 with words for a time", 503, ["soon"], 0), ("429 with two times", 429, ["1", "0"], 0.5),
    ]:
        said = http(f"{status} Oh", "{}", *(f"Retry-After: {wish}" for wish in wishes))
        case(name, [said], requests=(2, 0), least=least)

    # For good.
    case("400 of Flexprice", [error(400, "validation_error", "No")], result="rejected")
    case("400 that shows the key", [error(400, "validation_error", f"API key {harness.KEY} sk_other_0123456789 no")],
         result="rejected", never=[harness.KEY, "sk_other_0123456789"])
    shown = harness.KEY.replace("_", "\\u005f")
    case("400 that shows the key escaped", [http("400 Oh", '{"code":"validation_error","message":"key %s no"}' % shown)],
         result="rejected", never=[harness.KEY])
    shown = "".join(f"%{byte:02x}" for byte in harness.KEY.encode())
    case("400 that shows the key as in a URL", [error(400, "validation_error", f"GET /?key={shown} sk%5Fother%5F0123456789")],
         result="rejected", never=[shown, "0123456789"])
    case("400 in the older shape", [http("400 Oh", json.dumps({"success": False, "error": {"message": "No"}}))], result="rejected")
    case("404 of a tax rate", [error(404, "not_found", "Taxrate with code X was not found")], result="rejected")
    case("413", [html(413)], result="rejected")
    case("415", [html(415)], result="rejected")
    case("422 of Flexprice", [error(422, "validation_error", "No")], result="rejected")
    case("409 of a tax association", [error(409, "already_exists", "Tax association exists", entity_id="cust_9")],
         result="rejected", requests=(1, 6))

    # Conflicts.
    name = "409 and it agrees"
    case(name, made=customer(of(name)), result="existing", requests=(1, 1))
    name = "409 and a field is not given back"
    case(name, made=customer(of(name), billing_currency="usd"), command={"billing_currency": "usd", "tax_treatment": "exempt"},
         result="existing", requests=(1, 1), unverified=["tax_treatment"])
    name = "409 and a newer field differs"
    case(name, made=customer(of(name), billing_currency="eur"), command={"billing_currency": "usd"}, result="already_exists",
         requests=(1, 1))
    name = "409 and it differs"
    case(name, made=customer(of(name), name="Other"), command={"name": "Mine"}, result="already_exists", requests=(1, 1))
    name = "409 with a byte order mark"
    case(name, [Say(b"")], made=customer(of(name)), result="existing", requests=(1, 1))
    one[-1].script["create"] = [http("409 Oh", b"\xef\xbb\xbf" + exists(of(name)).data.split(b"\r\n\r\n", 1)[1])]
    name = "409 about another customer"
    case(name, [exists("somebody")], made=customer(of(name)), result="existing", requests=(1, 1), fresh=True)
    case("409 of a proxy", [html(409)], requests=(2, 6))
    case("409 without a body", [http("409 Oh", kind=None)], requests=(2, 6))
    name = "look-up that finds rubbish"
    case(name, search=[html(200)], made=customer(of(name)), result="existing", requests=(2, 2))
    name = "look-up about another customer"
    case(name, search=[http("200 OK", json.dumps({"items": [customer("somebody")]}))], made=customer(of(name)),
         result="existing", requests=(1, 2))

    # A success that is remembered, and of which the API is asked whether it is archived (idempotency.on_archived: recreate).
    case("the first of an id")
    first = of("the first of an id")
    archived = customer(first, status="archived")
    case("again while it stands", id=first, result="replayed", requests=(0, 0), asked=1)
    case("again while the API does not say", id=first, archive=[html(500), html(404)], result="replayed",
         requests=(0, 0), asked=3)
    case("again while the API finds somebody else archived", id=first, archive=[http("200 OK", json.dumps({"items": [
        customer("somebody", status="archived")]}))], result="replayed", requests=(0, 0), asked=1)
    case("again with other fields while it stands", id=first, command={"email": "a@b.co"}, result="idempotency_conflict",
         requests=(0, 0), asked=1)
    case("again after it was archived", id=first, archived=archived, command={"email": "a@b.co"}, asked=1)
    case("again after it was made anew", id=first, command={"email": "a@b.co"}, result="replayed", requests=(0, 0), asked=1)
    again = {**archived, "id": f"cust_again_{first}"}
    case("again after it was archived twice, with a 201 that cannot be read", [(html(201),)], id=first, archived=again, asked=1,
         requests=(1, 1))

    # What every command would meet, as far as one answer tells: intake pauses, a probe ends it, and nothing fails.
    plain = "The plain HTTP request was sent to HTTPS port"
    for name, said, reason in [
        ("302 to a login page", http("302 Oh", b"", "Location: https://login.example/"), "redirect"),
        ("421", html(421), "wrong_base_url"), ("426", html(426), "wrong_base_url"), ("410", html(410), "wrong_base_url"),
        ("401", http("401 Oh", f'{{"error":"API key {harness.KEY} is not valid"}}'), "unauthorized"),
        ("301", http("301 Oh", b"", "Location: http://127.0.0.1:1/"), "redirect"),
        ("404 of another server", http("404 Oh", "404 page not found", kind="text/plain"), "wrong_base_url"),
        ("407", html(407), "proxy_login"),
        ("400 of nginx for TLS", html(400, f"<h1>400 Bad Request</h1>{plain}"), "wants_tls"),
        ("400 of Go for TLS", http("400 Oh", "Client sent an HTTP request to an HTTPS server.\n", kind=None), "wants_tls"),
    ]:
        case(name, [said], requests=(2, 0), paused=reason, never=[harness.KEY])
    # What a filter answers to the content of one request: others succeeded a moment ago, so that it stops none of them.
    for name, said, reason in [
        ("403 of Flexprice", http("403 Oh", '{"message":"insufficient permissions"}'), "forbidden"),
        ("403 of a firewall", html(403), "blocked"),
        ("202 of a firewall", http("202 Accepted", kind=None), "not_the_api"),
        ("405 of a firewall", html(405), "not_the_api"), ("204 of a firewall", http("204 No", kind=None, length=False), "not_the_api"),
        ("403 of a gateway", http("403 Oh", '{"message":"Forbidden"}'), "forbidden"),
        ("200 of a firewall", html(200, "<html>Request Rejected. Your support ID is 1</html>"), "not_the_api"),
    ]:
        case(name, [said], requests=(2, 0), log=["retrying it alone", f'"reason": "{reason}"'])
    name = "look-up that a gateway refuses"
    case(name, search=[html(403)], made=customer(of(name)), result="existing", requests=(2, 2),
         log=["retrying it alone", '"reason": "forbidden"'])

    # What comes on an idle connection is the answer to nothing.
    for name, stale in {
        "an unasked 408": html(408).data, "an unasked 400": error(400, "validation_error", "No").data,
        "an unasked 201": made("somebody").data, "unasked rubbish": b"\x15\x03\x01\x00\x02\x02\x28",
    }.items():
        case(f"{name} afterwards", [Say(made(of(f"{name} afterwards")).data, then=stale)])
        case(f"the one behind {name}", fresh=True)
    name = "two answers at once"
    case(name, [Say(made(of(name)).data + made("somebody").data)])
    case("the one behind two answers", fresh=True)
    return one


class Watch:
    """Runs cases one after the other on one worker."""

    def __init__(self, brokers, server, log, port):
        self.server, self.log, self.port = server, log, port
        self.producer, self.results = Producer({"bootstrap.servers": brokers}), harness.Results(brokers)
        self.connection = 0

    def run(self, case):
        self.server.cases[case.id] = case
        known = len(self.log.lines())
        began = time.monotonic()
        self.send(case)
        reasons = set()
        result, text = self.next(reasons)
        took = time.monotonic() - began
        for said in case.unasked:
            said.was_read.set()
            expect(said.was_said.wait(10), f"{case.name}: nothing was said unasked")
        expect(result["external_id"] == case.id, f"{case.name}: a result of {result['external_id']}")
        found = result.get("outcome") or result["error"]["code"]
        expect(found == case.result, f"{case.name}: {found}, expected {case.result}: {text[:500]}")
        seen = (case.seen["create"], case.seen["search"])
        expect(case.seen["archive"] == case.asked, f"{case.name}: asked {case.seen['archive']} times, expected {case.asked}")
        expect(seen == case.requests, f"{case.name}: {seen} creates and look-ups, expected {case.requests}")
        total = sum(case.seen.values())
        expect(result["attempts"] == total, f"{case.name}: {result['attempts']} attempts for {total} requests")
        expect(result.get("unverified", []) == case.unverified, f"{case.name}: unverified: {result.get('unverified')}")
        expect(took >= case.least, f"{case.name}: answered after {took:.2f} s, expected {case.least} or more")
        lines = [json.dumps(line) for line in self.log.lines()[known:]]
        if case.paused:
            reason = f'"reason": "{case.paused}"'
            expect(any(reason in line for line in lines), f"{case.name}: no {reason} in {lines}")
            expect(reasons, f"{case.name}: the worker stayed ready")
        else:
            expect(not reasons, f"{case.name}: not ready: {reasons}")
        for word in case.log:
            expect(any(word in line for line in lines), f"{case.name}: no {word!r} in {lines}")
        for word in case.never:
            expect(word not in text and not any(word in line for line in lines), f"{case.name}: {word!r} is shown")
        if case.fresh is not None:
            isFresh = case.connections[-1] != self.connection and case.connections[-1] not in case.connections[:-1]
            expect(isFresh == case.fresh, f"{case.name}: connections {case.connections}, the last one was {self.connection}")
        self.connection = case.connections[-1]

    def send(self, case):
        value = json.dumps({"external_id": case.id, "name": case.id, **case.command})
        self.producer.produce("customer_commands", value, key=case.id)
        expect(self.producer.flush(30) == 0, "the command could not be sent")

    def next(self, reasons):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            message = self.results.consumer.poll(0.05)
            with contextlib.suppress(OSError):
                status, body = harness.get(self.port, "/readyz")
                if status != 200:
                    reasons.add(body)
            if message is not None and message.error() is None:
                return json.loads(message.value()), message.value().decode() + str(message.headers())
        raise AssertionError("no result within 60 s")


@contextlib.contextmanager
def watching(server, **more):
    """A worker, its broker and what watches them; the worker is drained at the end."""
    with contextlib.ExitStack() as stack:
        brokers = stack.enter_context(harness.broker())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        port = harness.free_port()
        settings = {
            "FLEXPRICE_BACKEND": "flexprice", "FLEXPRICE_API_HOST": f"http://127.0.0.1:{server.port}",
            "FLEXPRICE_API_KEY": harness.KEY, "FLEXPRICE_RETRY_INITIAL_INTERVAL": "50ms",
            "FLEXPRICE_RETRY_MAX_INTERVAL": "2s", "FLEXPRICE_ADMIN_LISTEN": f"127.0.0.1:{port}",
        }
        env = harness.environment(brokers, folder, **{**settings, **more})
        harness.create_topics(env, 1)
        log = harness.Log(folder)
        worker = stack.enter_context(harness.process([harness.PROGRAM, "run"], env=env, stderr=log.file))
        harness.wait_until(lambda: harness.is_ready(port), 30, "ready")
        watch = Watch(brokers, server, log, port)
        yield watch, worker
        watch.results.close()
        worker.terminate()
        harness.wait_for_exit(worker, 0)


def run_cases(chosen):
    failed = 0
    with watching(Server(), FLEXPRICE_IDEMPOTENCY_ON_ARCHIVED="recreate") as (watch, _):
        for case in chosen:
            try:
                watch.run(case)
                print(f"passed  {case.name}", flush=True)
            except AssertionError as failure:
                failed += 1
                print(f"FAILED  {failure}", flush=True)
                harness.wait_until(lambda: harness.is_ready(watch.port), 60, "ready again")
    return failed


def blocked_alone():
    """Two commands that a firewall blocks, and nothing else: the neutral request shows that they fail by themselves."""
    server = Server()
    blocked = [Case(f"blocked alone {number}", [html(403)] * 1_000) for number in (1, 2)]
    server.cases = {case.id: case for case in blocked}
    with watching(server, FLEXPRICE_RETRY_MAX_ELAPSED_TIME="2s") as (watch, _):
        for case in blocked:
            watch.send(case)
        found = [watch.next(set())[0] for _ in blocked]
        expect(sorted(result["external_id"] for result in found) == [case.id for case in blocked], f"{found}")
        expect({result["error"]["code"] for result in found} == {"retries_exhausted"}, f"{found}")
        expect(server.neutral > 0, "nothing neutral was asked")
        harness.wait_until(lambda: harness.is_ready(watch.port), 10, "ready beside two blocked commands")


def no_right_alone():
    """Two commands of a key that may make no customers: no command's fault, though whose key it is may be asked."""
    server = Server()
    refused = http("403 Oh", '{"message":"insufficient permissions"}')
    cases = [Case(f"no right {number}") for number in (1, 2)]
    # The right is there again for both of them at once.
    answers = [refused] * 12
    for case in cases:
        case.script["create"] = answers
    server.cases = {case.id: case for case in cases}
    settings = {"FLEXPRICE_RETRY_MAX_ELAPSED_TIME": "1s", "FLEXPRICE_BREAKER_PROBE_INTERVAL": "200ms",
                "FLEXPRICE_BREAKER_PROBE_MAX_INTERVAL": "400ms"}
    with watching(server, **settings) as (watch, _):
        for case in cases:
            watch.send(case)
        reasons = set()
        found = [watch.next(reasons)[0] for _ in cases]
        expect({result["status"] for result in found} == {"created"}, f"{found}")
        expect(any("forbidden" in reason for reason in reasons), f"not told: {reasons}")
        expect(watch.log.find("API recovered; intake resumed"), "its end is not in the log")


def held():
    """A hold is told everywhere with its end, and HUP lifts it, for the command that met it as well."""
    server = Server()
    case = Case("held", [http("429 Oh", "{}", "Retry-After: 3000")])
    server.cases = {case.id: case}
    with watching(server, FLEXPRICE_RETRY_MAX_INTERVAL="10m") as (watch, worker):
        watch.send(case)
        harness.wait_until(lambda: harness.get(watch.port, "/readyz")[0] == 503, 30, "held")
        _, ready = harness.get(watch.port, "/readyz")
        _, status = harness.get(watch.port, "/status")
        _, metrics = harness.get(watch.port, "/metrics")
        expect("api_hold" in ready, ready)
        expect("hold" in status, status)
        left = re.search(r"^customer_worker_api_hold_seconds (\S+)$", metrics, re.M)
        expect(left and 250 < float(left.group(1)) <= 300, f"the metric of the hold: {left and left.group(0)}")
        lines = watch.log.find("API asked all callers to wait; requests held, HUP lifts the hold")
        expect(len(lines) == 1 and lines[0].get("wait") == "300.0 s", f"{lines}")
        began = time.monotonic()
        worker.send_signal(signal.SIGHUP)
        result, _ = watch.next(set())
        took = time.monotonic() - began
        expect(result["status"] == "created" and took < 10, f"after {took:.1f} s: {result}")
        harness.wait_until(lambda: harness.is_ready(watch.port), 10, "ready after HUP")
        expect(watch.log.find("Hold that the API asked for lifted early; requests resumed"), "its end is not in the log")


def one_bad_at_night():
    """One command that the API fails for ever, and nothing else: it ends by itself, and nothing says that the API is down."""
    server = Server()
    case = Case("one bad at night", [error(500, "database_error", "Failed to create customer")] * 1_000)
    server.cases = {case.id: case}
    with watching(server, FLEXPRICE_RETRY_MAX_ELAPSED_TIME="2s", FLEXPRICE_RETRY_MAX_INTERVAL="200ms") as (watch, _):
        watch.send(case)
        reasons = set()
        result, _ = watch.next(reasons)
        expect(result["error"]["code"] == "retries_exhausted", f"{result}")
        expect(not reasons and server.neutral > 0, f"not ready: {reasons}; {server.neutral} neutral requests")


def few_in_an_outage():
    """Five commands, and everything fails for longer than a command's time: none of them ends by it."""
    server = Server()
    cases = [Case(f"few in an outage {number}") for number in range(5)]
    server.cases = {case.id: case for case in cases}
    settings = {"FLEXPRICE_RETRY_MAX_ELAPSED_TIME": "1s", "FLEXPRICE_RETRY_MAX_INTERVAL": "200ms",
                "FLEXPRICE_BREAKER_PROBE_MAX_INTERVAL": "1s"}
    with watching(server, **settings) as (watch, _):
        server.everything = html(502)
        for case in cases:
            watch.send(case)
        harness.wait_until(lambda: harness.get(watch.port, "/readyz")[0] == 503, 30, "paused")
        # Twice a command's time: nothing but time can show that it does not end.
        early = watch.results.consumer.poll(2)
        expect(early is None, f"a result in the outage: {early and early.value()}")
        server.everything = None
        found = [watch.next(set())[0] for _ in cases]
        expect({result["status"] for result in found} == {"created"}, f"{found}")


def refused_alike():
    """Valid commands of distinct ids that are refused in the same words: a few are, the others wait until one succeeds."""
    server = Server()
    refusals = [error(400, "validation_error", "Tax rate is not active")] * 7
    cases = [Case(f"refused alike {number:02}") for number in range(20)]
    for case in cases:
        case.script["create"] = refusals
    server.cases = {case.id: case for case in cases}
    with watching(server, FLEXPRICE_BREAKER_REFUSALS="5", FLEXPRICE_API_MAX_CONCURRENCY="1") as (watch, _):
        for case in cases:
            watch.send(case)
        harness.wait_until(lambda: harness.get(watch.port, "/readyz")[0] == 503, 30, "a trickle")
        _, ready = harness.get(watch.port, "/readyz")
        _, metrics = harness.get(watch.port, "/metrics")
        expect("refused_alike" in ready and "Tax rate is not active" in ready, ready)
        expect('customer_worker_intake_paused{reason="refused_alike"} 1' in metrics, "the metric does not say so")
        found = [watch.next(set())[0] for _ in cases]
        codes = [result["error"]["code"] for result in found if result["status"] == "failed"]
        expect(codes == ["rejected"] * 7, f"{len(codes)} of 20 failed: {codes}")
        harness.wait_until(lambda: harness.is_ready(watch.port), 10, "ready after the first success")


SCENES = {
    "one bad command at night": one_bad_at_night, "few commands in an outage": few_in_an_outage, "all refused alike": refused_alike,
    "two blocked alone": blocked_alone, "a key without the right": no_right_alone, "a hold that HUP lifts": held,
}


def main():
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    words = sys.argv[2:]
    chosen = [case for case in cases() if not words or any(word in case.name for word in words)]
    scenes = {name: scene for name, scene in SCENES.items() if not words or any(word in name for word in words)}
    failed = run_cases(chosen) if chosen else 0
    for name, scene in scenes.items():
        try:
            scene()
            print(f"passed  {name}", flush=True)
        except AssertionError as failure:
            failed += 1
            print(f"FAILED  {name}: {failure}", flush=True)
    print(f"{len(chosen) + len(scenes) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
