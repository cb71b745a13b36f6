#!/usr/bin/env python3
"""Shows how the worker gets to the API: over TLS with an authority of one's own, by way of a proxy, with a key that is rotated.

usage: api_access.py PROGRAM

 a  https with api.ca_file works, and without it nothing is sent and the intake pauses
 b  HTTPS_PROXY is asked for a tunnel, with its user and password, unless NO_PROXY exempts the host
 c  a key in api.key_file that is refused is read again: a new one takes effect without a restart
 d  api.on_stub decides about a customer that Flexprice made by itself
The certificates in Tests/Processes/certificates are for `localhost`, made for these tests alone.
"""
import asyncio
import base64
import contextlib
import json
import os
import ssl
import sys
import tempfile
import threading
import time
import urllib.request

import harness
from harness import expect
from confluent_kafka import Producer

CERTIFICATES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "certificates")


async def pump(reader, writer):
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


async def join(reader, writer, host, port):
    other_reader, other_writer = await asyncio.open_connection(host, port)
    await asyncio.gather(pump(reader, other_writer), pump(other_reader, writer))


class Server(threading.Thread):
    """Runs a server of asyncio until the end of the process."""

    def __init__(self, handle, context=None):
        super().__init__(daemon=True)
        self.handle, self.context, self.port, self.ready = handle, context, None, threading.Event()

    def run(self):
        asyncio.run(self.serve())

    async def serve(self):
        server = await asyncio.start_server(self.handle, "127.0.0.1", 0, ssl=self.context)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        await server.serve_forever()

    def begin(self):
        self.start()
        expect(self.ready.wait(10), "a server of the test did not begin to listen")
        return self


def tls_in_front_of(port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(CERTIFICATES, "server.pem"))
    return Server(lambda reader, writer: join(reader, writer, "127.0.0.1", port), context)


class Proxy(Server):
    """A proxy that makes tunnels for one user, and remembers to where."""

    def __init__(self, login):
        super().__init__(self.tunnel)
        self.login, self.targets, self.refused = login, [], 0

    async def tunnel(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, target, _ = head.split("\r\n")[0].split(" ")
        expected = "Basic " + base64.b64encode(self.login.encode()).decode()
        if method != "CONNECT" or expected not in head:
            self.refused += 1
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()
            writer.close()
            return
        self.targets.append(target)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        host, port = target.rsplit(":", 1)
        await join(reader, writer, host, int(port))


@contextlib.contextmanager
def worker(brokers, **more):
    with tempfile.TemporaryDirectory() as folder:
        settings = {"FLEXPRICE_BACKEND": "flexprice", "FLEXPRICE_API_KEY": harness.KEY, **more}
        env = harness.environment(brokers, folder, **settings)
        # What this machine's environment says of proxies is nobody's business here.
        env = {k: v for k, v in env.items() if v is not None and (k in more or not k.lower().endswith("_proxy"))}
        with open(os.path.join(folder, "log"), "w+") as log:
            with harness.process([harness.PROGRAM, "run", "--accept-empty-ledger"], env=env, stderr=log) as process:
                yield process, lambda: open(log.name).read()
                process.terminate()
                harness.wait_for_exit(process, 0)


def post(url, body):
    headers = {"x-api-key": harness.KEY, "content-type": "application/json"}
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers=headers, method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def send(brokers, name, **more):
    producer = Producer({"bootstrap.servers": brokers})
    producer.produce("customer_commands", json.dumps({"external_id": name, "name": name, **more}), key=name)
    expect(producer.flush(30) == 0, "the command could not be sent")


def wait_for_log(log, text, seconds=30):
    deadline = time.monotonic() + seconds
    while text not in log():
        expect(time.monotonic() < deadline, f"the log does not say {text!r}: {log()[-2000:]}")
        time.sleep(0.1)


def created(results, name):
    _, result = results.next()
    expect(result["external_id"] == name and result["status"] == "created", f"{result}")


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    harness.PROGRAM = os.path.abspath(sys.argv[1])
    ca = os.path.join(CERTIFICATES, "ca.pem")
    try:
        with contextlib.ExitStack() as stack:
            brokers = stack.enter_context(harness.broker())
            api = stack.enter_context(harness.simulator())
            tls = tls_in_front_of(int(api.rsplit(":", 1)[1])).begin()
            host = f"https://localhost:{tls.port}"
            base = harness.environment(brokers, "/tmp")
            harness.create_topics(base, 1)
            results = harness.Results(brokers)

            send(brokers, "tls")
            with worker(brokers, FLEXPRICE_API_HOST=host) as (_, log):
                wait_for_log(log, "not_trusted")
            expect(harness.stats(api)["requests"] == 0, "something was sent over TLS that is not trusted")
            with worker(brokers, FLEXPRICE_API_HOST=host, FLEXPRICE_API_CA_FILE=ca):
                created(results, "tls")
            print("passed  a: an authority of one's own", flush=True)

            proxy = Proxy("user:secret").begin()
            by_proxy = {"FLEXPRICE_API_HOST": host, "FLEXPRICE_API_CA_FILE": ca}
            with worker(brokers, **by_proxy, HTTPS_PROXY=f"http://user:secret@127.0.0.1:{proxy.port}"):
                send(brokers, "proxied")
                created(results, "proxied")
            expect(proxy.targets and set(proxy.targets) == {f"localhost:{tls.port}"}, f"tunnels: {proxy.targets}")
            tunnels = len(proxy.targets)
            exempt = {"HTTPS_PROXY": f"http://user:secret@127.0.0.1:{proxy.port}", "NO_PROXY": "example.com,localhost"}
            with worker(brokers, **by_proxy, **exempt):
                send(brokers, "direct")
                created(results, "direct")
            expect(len(proxy.targets) == tunnels, "an exempt host was reached by the proxy")
            with worker(brokers, **by_proxy, HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}") as (_, log):
                send(brokers, "no-login")
                wait_for_log(log, "API failing for all commands")
                expect(proxy.refused > 0 and "secret" not in log(), "the proxy was not asked, or its password is logged")
            print("passed  b: a proxy of the environment", flush=True)

            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "key")
                with open(path, "w") as file:
                    file.write("sk_old_key\n")
                os.chmod(path, 0o600)
                keys = {"FLEXPRICE_API_KEY": None, "FLEXPRICE_API_KEY_FILE": path, "FLEXPRICE_API_HOST": api}
                with worker(brokers, **keys) as (_, log):
                    wait_for_log(log, '"reason":"unauthorized"')
                    with open(path, "w") as file:
                        file.write(harness.KEY + "\n")
                    created(results, "no-login")
                    wait_for_log(log, "API recovered")
            print("passed  c: a key that is rotated", flush=True)

            for policy, outcome, email in (("fail", "already_exists", ""), ("existing", "existing", ""), ("update", "existing", "a@b.co")):
                name = f"stub-{policy}"
                post(f"{api}/_simulator/customers/stub", {"external_id": name})
                with worker(brokers, FLEXPRICE_API_HOST=api, FLEXPRICE_API_ON_STUB=policy):
                    send(brokers, name, email="a@b.co", metadata={"plan": "pro"})
                    _, result = results.next()
                expect((result.get("outcome") or result["error"]["code"]) == outcome, f"{policy}: {result}")
                found = post(f"{api}/v1/customers/search", {"external_ids": [name]})["items"][0]
                expect(found["email"] == email, f"{policy}: {found}")
                filled = {"created_by_workflow": "true", **({"plan": "pro"} if email else {})}
                expect(found["metadata"] == filled, f"{policy}: {found}")
            print("passed  d: stubs of usage events", flush=True)
            results.close()
    except AssertionError as error:
        print(f"FAILED  {error}")
        return 1
    print("4 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
