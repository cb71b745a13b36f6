"""A broker that asks for a login and has access rules, as Apache Kafka's with SASL and ACLs: in front of noida-db, which has neither.

It answers what concerns them with Kafka's error codes (https://kafka.apache.org/protocol, the versions of `VERSIONS`) and passes
everything else on. With a TLS context it listens as `SSL` or `SASL_SSL`.
"""
import asyncio
import contextlib
import struct

from api_access import Server

PRODUCE, FETCH, METADATA, FIND_COORDINATOR, HANDSHAKE, API_VERSIONS, CREATE_TOPICS, ADD_PARTITIONS, AUTHENTICATE = 0, 1, 3, 10, 17, 18, 19, 24, 36
#: What is offered of the APIs that are read here: clients take the last version, which is not in the flexible form, and look whether the
#: first ones are there. Of the other APIs it offers whatever noida-db has.
VERSIONS = {PRODUCE: (0, 7), FETCH: (0, 5), METADATA: (0, 4), FIND_COORDINATOR: (0, 2), CREATE_TOPICS: (0, 4), ADD_PARTITIONS: (0, 1),
            HANDSHAKE: (0, 1), AUTHENTICATE: (0, 0)}
TOPIC, GROUP, CLUSTER, UNSUPPORTED_MECHANISM, UNSUPPORTED_VERSION, TRANSACTIONS, NOT_ATTEMPTED, AUTHENTICATION = 29, 30, 31, 33, 35, 53, 55, 58


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        values = struct.unpack_from(">" + form, self.data, self.at)
        self.at += struct.calcsize(">" + form)
        return values[0] if len(values) == 1 else values

    def text(self):
        length = self.take("h")
        if length < 0:
            return None
        self.at += length
        return self.data[self.at - length:self.at].decode()

    def skip(self, length):
        self.at += max(length, 0)

    def list(self, item):
        return [item() for _ in range(max(self.take("i"), 0))]


def text(value):
    return struct.pack(">h", -1) if value is None else struct.pack(">h", len(value.encode())) + value.encode()


def array(items):
    return struct.pack(">i", len(items)) + b"".join(items)


async def frame(reader):
    return await reader.readexactly(struct.unpack(">i", await reader.readexactly(4))[0])


def framed(data):
    return struct.pack(">i", len(data)) + data


class GuardedBroker(Server):
    """Rules may change at any time.

    users    the passwords of users, for PLAIN; None for a listener without login
    denied   what nobody may: ("see" or "write" or "read", TOPIC), ("group", NAME), ("transactions", ID or None for all), ("create",)
    """

    def __init__(self, port, users=None, denied=(), context=None):
        super().__init__(self.serve_client, context)
        self.upstream, self.users, self.denied = port, users, set(denied)

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    async def serve_client(self, reader, writer):
        upstream = None
        try:
            upstream = await asyncio.open_connection("127.0.0.1", self.upstream)
            may_pass = self.users is None
            while True:
                request = await frame(reader)
                key, version, correlation = struct.unpack_from(">hhi", request)
                body = Reader(request)
                body.skip(8)
                body.text()
                if key == API_VERSIONS:
                    answer = await self.versions(version, upstream)
                elif key == HANDSHAKE:
                    answer = struct.pack(">h", 0 if body.text() in ("PLAIN", "SCRAM-SHA-256") else UNSUPPORTED_MECHANISM) + array([text("PLAIN")])
                elif key == AUTHENTICATE:
                    may_pass = self.is_known(body.data[body.at + 4:])
                    said = None if may_pass else "Authentication failed: Invalid username or password"
                    answer = struct.pack(">h", 0 if may_pass else AUTHENTICATION) + text(said) + struct.pack(">i", 0)
                elif not may_pass:
                    return
                else:
                    answer = await self.answer(key, body, request, upstream)
                writer.write(framed(struct.pack(">i", correlation) + answer))
                await writer.drain()
                if key == AUTHENTICATE and not may_pass:
                    return
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            for stream in (writer, upstream and upstream[1]):
                if stream:
                    with contextlib.suppress(OSError):
                        stream.close()

    def is_known(self, message):
        parts = message.decode(errors="replace").split("\0")
        return len(parts) == 3 and (self.users or {}).get(parts[1]) == parts[2]

    async def passed_on(self, request, upstream):
        """noida-db's answer, behind the correlation id."""
        upstream[1].write(framed(request))
        await upstream[1].drain()
        return (await frame(upstream[0]))[4:]

    async def versions(self, version, upstream):
        answer = Reader(await self.passed_on(struct.pack(">hhih", API_VERSIONS, 0, 0, -1), upstream))
        error, known = answer.take("h"), {}
        for key, low, high in answer.list(lambda: answer.take("hhh")):
            known[key] = (low, high)
        known.update({key: bounds for key, bounds in VERSIONS.items() if key in known or key in (HANDSHAKE, AUTHENTICATE)})
        known[API_VERSIONS] = (0, 2)
        # A client that asks in the flexible form gets Kafka's answer to a version that it does not have, and asks again.
        return struct.pack(">h", UNSUPPORTED_VERSION if version > 2 else error) + array(
            [struct.pack(">hhh", key, *bounds) for key, bounds in sorted(known.items())]) + (struct.pack(">i", 0) if version in (1, 2) else b"")

    async def answer(self, key, body, request, upstream):
        if key == METADATA:
            names = None if struct.unpack_from(">i", body.data, body.at)[0] < 0 else body.list(body.text)
            return self.metadata(names, Reader(await self.passed_on(request, upstream)))
        if key == FIND_COORDINATOR:
            name, kind = body.text(), body.take("b")
            if kind == 0 and ("group", name) in self.denied:
                return struct.pack(">ih", 0, GROUP) + text(None) + struct.pack(">i", -1) + text("") + struct.pack(">i", -1)
            if kind == 1 and self.denied & {("transactions", name), ("transactions", None)}:
                return struct.pack(">ih", 0, TRANSACTIONS) + text(None) + struct.pack(">i", -1) + text("") + struct.pack(">i", -1)
            found = Reader(await self.passed_on(request, upstream))
            head = struct.pack(">ih", *found.take("ih")) + text(found.text()) + struct.pack(">i", found.take("i"))
            return head + text("127.0.0.1") + struct.pack(">i", self.port)
        if key == CREATE_TOPICS and ("create",) in self.denied:
            def new():
                name = body.text()
                body.skip(6)
                body.list(lambda: (body.take("i"), body.list(lambda: body.take("i"))))
                body.list(lambda: (body.text(), body.text()))
                return text(name) + struct.pack(">h", CLUSTER) + text(None)
            return struct.pack(">i", 0) + array(body.list(new))
        if key == ADD_PARTITIONS:
            body.text()
            body.skip(10)
            topics = body.list(lambda: (body.text(), body.list(lambda: body.take("i"))))
            if any(("write", name) in self.denied for name, _ in topics):
                code = lambda name: TOPIC if ("write", name) in self.denied else NOT_ATTEMPTED
                return struct.pack(">i", 0) + array(
                    [text(name) + array([struct.pack(">ih", number, code(name)) for number in numbers]) for name, numbers in topics])
        if key == PRODUCE:
            body.text()
            body.skip(6)
            topics = body.list(lambda: (body.text(), body.list(lambda: (body.take("i"), body.skip(body.take("i"))))))
            if any(("write", name) in self.denied for name, _ in topics):
                part = lambda number: struct.pack(">ihqqq", number, TOPIC, -1, -1, -1)[:(22 if body_version(request) < 5 else 30)]
                return array([text(name) + array([part(number) for number, _ in numbers]) for name, numbers in topics]) + struct.pack(">i", 0)
        if key == FETCH:
            body.skip(17)
            topics = body.list(lambda: (body.text(), body.list(lambda: body.take("iqqi"))))
            if any(("read", name) in self.denied for name, _ in topics):
                await asyncio.sleep(0.2)
                part = lambda number: struct.pack(">ihqqqii", number, TOPIC, -1, -1, -1, 0, 0)
                return struct.pack(">i", 0) + array([text(name) + array([part(n) for n, *_ in numbers]) for name, numbers in topics])
        return await self.passed_on(request, upstream)

    def metadata(self, asked, answer):
        """The same, with this broker's port and without what may not be seen, which is refused if it is asked for."""
        throttle = answer.take("i")
        brokers = answer.list(lambda: (answer.take("i"), answer.text(), answer.take("i"), answer.text()))
        cluster, controller = answer.text(), answer.take("i")

        def topic():
            error, name, start = answer.take("h"), answer.text(), answer.at
            answer.skip(1)
            answer.list(lambda: (answer.take("hii"), answer.list(lambda: answer.take("i")), answer.list(lambda: answer.take("i"))))
            return name, struct.pack(">h", error) + text(name) + answer.data[start:answer.at]

        topics = [whole for name, whole in answer.list(topic) if ("see", name) not in self.denied]
        topics += [struct.pack(">h", TOPIC) + text(name) + struct.pack(">?i", False, 0) for name in asked or [] if ("see", name) in self.denied]
        own = [struct.pack(">i", number) + text("127.0.0.1") + struct.pack(">i", self.port) + text(rack) for number, _, _, rack in brokers]
        return struct.pack(">i", throttle) + array(own) + text(cluster) + struct.pack(">i", controller) + array(topics)


def body_version(request):
    return struct.unpack_from(">h", request, 2)[0]
