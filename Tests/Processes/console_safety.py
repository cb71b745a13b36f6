#!/usr/bin/env python3
"""Attacks the console over HTTP, as somebody on the network or a page of another site would, and starts it in wrong ways.

usage: console_safety.py PROGRAM [NAME...]

No broker and no worker: what is attacked is who gets in. The pages are looked at in a browser by console_pages.py.
"""
import contextlib
import http.client
import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import time

import harness
from harness import expect, wait_until

CERTIFICATES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "certificates")
TOKEN, VIEWER = "o" * 32, "v" * 32
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Console:
    def __init__(self, port, process, folder, log):
        self.port, self.process, self.folder, self.log = port, process, folder, log

    def ask(self, method, path, body=None, headers=None, timeout=10, tls=None):
        """Status, headers and body of one answer, of a connection of its own; the path goes out as it is."""
        connection = (
            http.client.HTTPSConnection("localhost", self.port, timeout=timeout, context=tls) if tls
            else http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        )
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def log_in(self, token=TOKEN, **more):
        """The cookie of a new session."""
        status, headers, _ = self.ask("POST", "/login", f"token={token}", {**FORM, **more})
        expect(status == 303, f"login: {status}")
        return headers["Set-Cookie"].split(";")[0]

    def resident(self):
        """Megabytes of memory."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) / 1024


def tokens(folder, name, text, mode=0o600):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def settings(folder, port, **more):
    known = {"FLEXPRICE_ADMIN_LISTEN": "127.0.0.1:2", "FLEXPRICE_CONSOLE_LISTEN": f"127.0.0.1:{port}"}
    return harness.environment("127.0.0.1:1", folder, **{**known, **more})


@contextlib.contextmanager
def console(**more):
    """A console that two users can log in to."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        port = harness.free_port()
        files = {
            "FLEXPRICE_CONSOLE_OPERATOR_TOKENS_FILE": tokens(folder, "operators", f"oskar {TOKEN}\n"),
            "FLEXPRICE_CONSOLE_VIEWER_TOKENS_FILE": tokens(folder, "viewers", f"vera {VIEWER}\n"),
        }
        log = harness.Log(folder, "console.log")
        stack.callback(log.file.close)
        env = settings(folder, port, **{**files, **more})
        process = stack.enter_context(harness.process([harness.PROGRAM, "console"], env=env, stderr=log.file))
        wait_until(lambda: bool(log.find("Console listens")) or (process.poll(), open(log.path).read()), 20, "the console listens")
        yield Console(port, process, folder, log)


def refused(code, *words, **more):
    """The program does not start, and says why in a sentence that has these words."""
    with tempfile.TemporaryDirectory() as folder:
        env = settings(folder, 0, **{name: value.format(folder=folder) for name, value in more.items()})
        for name in ("open", "short"):
            tokens(folder, name, "oskar short\n" if name == "short" else f"oskar {TOKEN}\n", 0o644 if name == "open" else 0o600)
        ended = subprocess.run([harness.PROGRAM, "console"], env=env, capture_output=True, text=True, timeout=30)
        expect(ended.returncode == code, f"{more}: code {ended.returncode}, expected {code}: {ended.stderr}")
        for word in words:
            expect(word in ended.stderr, f"{more}: {word!r} is not in {ended.stderr!r}")
        expect(TOKEN not in ended.stderr and "oskar short" not in ended.stderr, f"a token is in {ended.stderr!r}")


def starting():
    """without a way to log in, with open or wrong token files, and in plain text beyond loopback it does not start"""
    refused(78, "console.operator_tokens_file", "NAME TOKEN")
    refused(78, "chmod o-r", FLEXPRICE_CONSOLE_OPERATOR_TOKENS_FILE="{folder}/open")
    refused(78, "line 1", "20 characters", FLEXPRICE_CONSOLE_VIEWER_TOKENS_FILE="{folder}/short")
    refused(78, "no such file", FLEXPRICE_CONSOLE_VIEWER_TOKENS_FILE="{folder}/absent")
    refused(78, "console.listen", "console.behind_proxy", FLEXPRICE_CONSOLE_LISTEN="0.0.0.0:0",
            FLEXPRICE_CONSOLE_OPERATOR_TOKENS_FILE="{folder}/short")
    refused(78, "console.user_header", FLEXPRICE_CONSOLE_USER_HEADER="X-User")
    with console() as one, tempfile.TemporaryDirectory() as folder:
        path = tokens(folder, "operators", f"oskar {TOKEN}\n")
        env = settings(folder, one.port, FLEXPRICE_CONSOLE_OPERATOR_TOKENS_FILE=path)
        ended = subprocess.run([harness.PROGRAM, "console"], env=env, capture_output=True, text=True, timeout=30)
        expect(ended.returncode == 69 and "console.listen" in ended.stderr, f"a taken port: {ended.returncode} {ended.stderr}")
        one.process.terminate()
        harness.wait_for_exit(one.process, 0)


def paths():
    """no path leads to a file, and none without a session to a page; odd ones are answered and logged as nothing worse"""
    with console() as one:
        cookie = {"Cookie": one.log_in()}
        odd = ["/assets/../../../../../../etc/passwd", "/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2fetc%2fpasswd", "//etc/passwd",
               "/%00", "/assets/console.css%00.png", "/..;/etc/passwd", "/" + "a" * 8_000, "/letters/../login", "/%", "/%zz", "/?%zz&&&=&",
               "http://evil.example/", "/login/../../etc/passwd", "\\..\\etc\\passwd", "*"]
        for path in odd:
            for headers in ({}, cookie):
                status, _, body = one.ask("GET", path, headers=headers)
                expect(b"root:" not in body and status in (200, 303, 400, 401, 404, 405), f"{path[:60]}: {status} {body[:200]}")
                expect(headers or status != 200 or b"Log in" in body, f"{path[:60]} is open to everybody: {body[:200]}")
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "X"):
            status, _, _ = one.ask(method, "/", headers=cookie)
            expect(status in (400, 404, 405), f"{method}: {status}")
        expect(one.process.poll() is None, "the console has ended")


def other_sites():
    """a page of another site can neither write nor take a session over, whatever it knows"""
    with console() as one:
        cookie = one.log_in()
        status, _, body = one.ask("GET", "/", headers={"Cookie": cookie})
        csrf = re.search(rb'name="csrf" value="([0-9a-f]{64})"', body).group(1).decode()
        for headers, token, expected in (
            ({}, "", 403), ({}, "0" * 64, 403), ({"Origin": "https://evil.example"}, csrf, 403), ({"Origin": "null"}, csrf, 403),
            ({"Sec-Fetch-Site": "cross-site"}, csrf, 403), ({"Content-Type": "text/plain"}, csrf, 415),
        ):
            status, _, _ = one.ask("POST", "/partitions/pause", f"csrf={token}&scope=all&confirmed=1", {**FORM, "Cookie": cookie, **headers})
            expect(status == expected, f"{headers} with {token[:4]}: {status}, expected {expected}")
        # One session's token is no other's.
        other = one.log_in(VIEWER)
        status, _, _ = one.ask("POST", "/logout", f"csrf={csrf}", {**FORM, "Cookie": other})
        expect(status == 403, f"another session's token: {status}")
        # A cookie that an attacker has planted does not become a session.
        planted = one.log_in(Cookie="customer_worker=" + "0" * 64)
        expect(planted != "customer_worker=" + "0" * 64, "the planted session was taken")
        status, _, _ = one.ask("GET", "/", headers={"Cookie": "customer_worker=" + "0" * 64})
        expect(status == 303, f"the planted cookie lets in: {status}")
        status, headers, _ = one.ask("POST", "/login", f"token={TOKEN}&next=//evil.example/", FORM)
        expect(headers["Location"] == "/", f"the login leads to {headers['Location']}")
        log = open(one.log.path).read()
        expect(TOKEN not in log and VIEWER not in log and cookie.split("=")[1] not in log, "a secret is in the log")


def roles():
    """a viewer writes nothing; a user who is taken out of the file is logged out within 20 seconds, without a restart"""
    with console() as one:
        viewer = one.log_in(VIEWER)
        _, _, body = one.ask("GET", "/", headers={"Cookie": viewer})
        csrf = re.search(rb'name="csrf" value="([0-9a-f]{64})"', body).group(1).decode()
        for path in ("/partitions/pause", "/partitions/resume", "/letters/redrive", "/letters/dismiss", "/letters/restore", "/check"):
            status, _, _ = one.ask("POST", path, f"csrf={csrf}&scope=all&confirmed=1", {**FORM, "Cookie": viewer})
            expect(status == 403, f"{path}: {status}")
        operator = one.log_in()
        tokens(one.folder, "operators", "# nobody\n")
        wait_until(lambda: one.ask("GET", "/", headers={"Cookie": operator})[0] == 303, 20, "the operator is logged out")
        expect(one.ask("GET", "/", headers={"Cookie": viewer})[0] == 200, "the viewer was logged out too")


def guessing():
    """whoever guesses tokens is stopped after ten, and those who are logged in are not"""
    with console() as one:
        cookie = one.log_in()
        statuses = [one.ask("POST", "/login", f"token=guess{n}", FORM)[0] for n in range(12)]
        expect(statuses == [403] * 10 + [429] * 2, f"{statuses}")
        expect(one.ask("POST", "/login", f"token={TOKEN}", FORM)[0] == 429, "the right token was taken in between")
        expect(one.ask("GET", "/", headers={"Cookie": cookie})[0] == 200, "the session has ended")


def proxy():
    """behind a proxy its header names the user and the role; from any other address it means nothing"""
    header = {"FLEXPRICE_CONSOLE_BEHIND_PROXY": "true", "FLEXPRICE_CONSOLE_USER_HEADER": "X-Forwarded-User",
              "FLEXPRICE_CONSOLE_OPERATORS": "alice"}
    with console(**header) as one:
        for user, role in (("alice", b"operator"), ("mallory", b"viewer")):
            status, headers, body = one.ask("GET", "/", headers={"X-Forwarded-User": user})
            expect(status == 200 and user.encode() in body and role in body, f"{user}: {status}")
            expect(headers["Set-Cookie"].startswith("__Host-") and "Secure" in headers["Set-Cookie"], headers["Set-Cookie"])
        # The session of one user is of no use to another whom the proxy names.
        _, headers, _ = one.ask("GET", "/", headers={"X-Forwarded-User": "alice"})
        cookie = headers["Set-Cookie"].split(";")[0]
        _, _, body = one.ask("GET", "/", headers={"X-Forwarded-User": "mallory", "Cookie": cookie})
        expect(b"viewer" in body and b"alice" not in body, "mallory has the session of alice")
    with console(**header, FLEXPRICE_CONSOLE_TRUSTED_PROXIES="192.0.2.1") as one:
        status, _, body = one.ask("GET", "/", headers={"X-Forwarded-User": "alice"})
        expect(status == 303, f"a header from an address that is no proxy's: {status} {body[:200]}")


def tls():
    """with a certificate it speaks TLS alone, and its cookie needs it"""
    files = {"FLEXPRICE_CONSOLE_TLS_CERTIFICATE_FILE": os.path.join(CERTIFICATES, "server.pem"),
             "FLEXPRICE_CONSOLE_TLS_KEY_FILE": os.path.join(CERTIFICATES, "server.pem")}
    context = ssl.create_default_context(cafile=os.path.join(CERTIFICATES, "ca.pem"))
    with console(**files) as one:
        status, headers, _ = one.ask("POST", "/login", f"token={TOKEN}", FORM, tls=context)
        expect(status == 303 and headers["Set-Cookie"].startswith("__Host-") and "Secure" in headers["Set-Cookie"], f"{status} {headers}")
        expect(headers["Strict-Transport-Security"], "no Strict-Transport-Security")
        with contextlib.suppress(OSError, http.client.HTTPException):
            status, _, _ = one.ask("GET", "/login")
            raise AssertionError(f"plain text was answered with {status}")
        expect(one.ask("GET", "/login", tls=context)[0] == 200, "it does not answer after that")
    refused(78, "console.tls_key_file", FLEXPRICE_CONSOLE_TLS_CERTIFICATE_FILE=files["FLEXPRICE_CONSOLE_TLS_CERTIFICATE_FILE"])


def floods():
    """large bodies and headers are refused; 200 clients that never read their stream, and 200 that never end their request, slow nobody"""
    with console() as one:
        cookie = {"Cookie": one.log_in()}
        for size in (3_000_000, 30_000_000):
            with contextlib.suppress(ConnectionError):
                status, _, _ = one.ask("POST", "/partitions/pause", "csrf=" + "a" * size, {**FORM, **cookie})
                expect(status == 413, f"a form of {size} bytes: {status}")
        with contextlib.suppress(ConnectionError):
            status, _, _ = one.ask("GET", "/", headers={"X": "a" * 500_000})
            expect(status in (400, 431), f"headers of 500,000 bytes: {status}")
        before = one.resident()
        open_sockets = []
        try:
            for n in range(200):
                client = socket.create_connection(("127.0.0.1", one.port), timeout=10)
                open_sockets.append(client)
                client.sendall(f"GET /live/overview HTTP/1.1\r\nHost: x\r\nCookie: {cookie['Cookie']}\r\n\r\n".encode())
            for n in range(200):
                client = socket.create_connection(("127.0.0.1", one.port), timeout=10)
                open_sockets.append(client)
                client.sendall(b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na")
            start = time.monotonic()
            for _ in range(20):
                expect(one.ask("GET", "/", headers=cookie)[0] == 200, "no page")
            took = (time.monotonic() - start) / 20
            expect(took < 1, f"a page takes {took:.2f} s beside 400 idle clients")
            status, _, body = one.ask("GET", "/live/overview", headers=cookie)
            expect(status == 503 and b"live pages are open" in body, f"one stream too many: {status}")
            expect(one.resident() - before < 100, f"{one.resident() - before:.0f} MB more")
        finally:
            for client in open_sockets:
                client.close()
        wait_until(lambda: stream_opens(one, cookie), 30, "the places of the streams come back")


def stream_opens(one, cookie):
    """Whether a live page gets its stream."""
    with socket.create_connection(("127.0.0.1", one.port), timeout=5) as client:
        client.sendall(f"GET /live/overview HTTP/1.1\r\nHost: x\r\nCookie: {cookie['Cookie']}\r\n\r\n".encode())
        return b" 200 " in client.recv(100)


CHECKS = [starting, paths, other_sites, roles, guessing, proxy, tls, floods]

if __name__ == "__main__":
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    sys.exit(harness.report_at_once(harness.chosen(CHECKS, sys.argv[2:]), limit=120))
