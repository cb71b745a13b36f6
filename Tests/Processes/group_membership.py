"""What a broker that never drops a dead member needs from a test: its leaving told by somebody else.

Kafka drops a member that shows no sign of life for session.timeout.ms. The broker of the tests does not, so the test says what
Kafka would have found out: it looks the member up by its client.id and sends the LeaveGroup request (Kafka's protocol guide, key 13).
"""
import socket
import struct
import time

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

GROUP = "customer_worker"
LOADING = (KafkaError.COORDINATOR_LOAD_IN_PROGRESS, KafkaError.COORDINATOR_NOT_AVAILABLE, KafkaError.NOT_COORDINATOR)


def _describe(brokers):
    client = AdminClient({"bootstrap.servers": brokers, "log_level": 0})
    deadline = time.monotonic() + 20
    while True:
        try:
            return client.describe_consumer_groups([GROUP], request_timeout=10)[GROUP].result(timeout=20)
        except KafkaException as error:
            # Kafka makes the topic of groups with the first of them.
            if error.args[0].code() not in LOADING or time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def members(brokers):
    """The members' ids by their client.id."""
    return {member.client_id: member.member_id for member in _describe(brokers).members}


def _owned(group):
    return {m.client_id: sorted(p.partition for p in m.assignment.topic_partitions) for m in group.members}


def owned(brokers):
    """The partitions of each member, by its client.id."""
    return _owned(_describe(brokers))


def described(brokers):
    """The group's state and each member's partitions, for a message."""
    group = _describe(brokers)
    members = sorted((m.client_id, m.member_id, len(m.assignment.topic_partitions)) for m in group.members)
    return f"{group.state.name} {members}"


def wait_until_stable(brokers, seconds=60):
    """Waits until every member has joined the last generation.

    This broker at times forgets to answer those who wait for it: after half of the time they are sent away once, and every one of
    them must come back.
    """
    began, before = time.monotonic(), None
    while True:
        group = _describe(brokers)
        if group.state.name == "STABLE" and (before is None or before <= {m.client_id for m in group.members}):
            return
        passed = time.monotonic() - began
        if passed > seconds:
            raise AssertionError(f"the group is {described(brokers)} after {seconds} s; it had {sorted(before)}")
        if passed > seconds / 2 and before is None:
            print(f"        members are sent away, since the group is {described(brokers)}", flush=True)
            before = {m.client_id for m in group.members}
            remove_all(brokers)
        time.sleep(0.1)


def remove_dead(brokers, client_id):
    """Takes a dead member out of the group; nothing if it is not in it."""
    member = members(brokers).get(client_id)
    if member is not None:
        _leave(brokers, member)


def remove_all(brokers):
    """Takes every member out of the group, dead or alive; those that live join again by themselves."""
    for member in _describe(brokers).members:
        _leave(brokers, member.member_id)


def _leave(brokers, member):
    text = lambda value: struct.pack(">h", len(value)) + value.encode()
    body = struct.pack(">hhi", 13, 1, 1) + text("test") + text(GROUP) + text(member)
    host, port = brokers.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(struct.pack(">i", len(body)) + body)
        answer = connection.recv(64)
    # Size, correlation id, throttle time, error.
    error = struct.unpack(">h", answer[12:14])[0]
    # 25: unknown member, which is as good.
    if error not in (0, 25):
        raise AssertionError(f"the broker did not take the member out of the group: error {error}")
