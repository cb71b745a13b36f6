import Testing

@testable import Kafka

@Suite struct RefusedPropertyTests {
    @Test(arguments: [
        ("bootstrap.servers", "a"), ("metadata.broker.list", "a"), ("group.id", "a"), ("group.instance.id", "a"),
        ("transactional.id", "a"), ("enable.auto.commit", "true"), ("Enable.Auto.Commit", "true"),
        ("auto.commit.enable", "1"), ("auto.commit.interval.ms", "5000"), ("enable.auto.offset.store", "true"),
        ("enable.idempotence", "false"), ("enable.gapless.guarantee", "true"), ("isolation.level", "read_uncommitted"),
        ("acks", "1"), ("acks", "0"), ("request.required.acks", "1"), ("max.in.flight", "6"), ("max.in.flight", "0"),
        ("max.in.flight.requests.per.connection", "many"), ("retries", "0"), ("message.send.max.retries", "-1"),
        ("go.delivery.reports", "false"), ("rebalance_cb", "x"), ("offset.store.method", "file"),
        ("delivery.report.only.error", "true"), ("allow.auto.create.topics", "true"), ("test.mock.num.brokers", "3"),
        ("statistics.interval.ms", "0"), ("statistics.interval.ms", "60000"), ("log.queue", "true"),
        ("enable.partition.eof", "true"), ("opaque", "x"), ("default_topic_conf", "x"), ("enabled_events", "1"),
        ("auto.offset.reset", "latest"), ("auto.offset.reset", "error"), ("topic.auto.offset.reset", "latest"),
        ("topic.acks", "1"), ("max.in.flight", "05"), ("statistics.interval.ms", "0x100"), ("retries", "+5"),
        ("message.timeout.ms", "0"), ("delivery.timeout.ms", "10"), ("transaction.timeout.ms", "1000"),
        ("queuing.strategy", "lifo"), ("partitioner", "random"), ("queue.buffering.max.kbytes", "1"),
        ("receive.message.max.bytes", "1000000"), ("topic.metadata.refresh.interval.ms", "-1"),
        ("topic.blacklist", "customer.*"), ("plugin.library.paths", "x.so"), ("interceptors", "x"),
        ("internal.termination.signal", "15"), ("group.protocol.type", "connect"), ("max.poll.records", "5"),
        ("api.version.request", "false"), ("api.version.fallback.ms", "5000"), ("socket.max.fails", "0"),
        ("metadata.recovery.strategy", "rebootstrap"),
    ])
    func `a property that breaks delivery is refused with a reason`(_ name: String, _ value: String) throws {
        #expect(try #require(RefusedProperty.reason(name: name, value: value)).count > 10)
    }

    @Test(arguments: [
        ("security.protocol", "SASL_SSL"), ("linger.ms", "5"), ("enable.auto.commit", "false"), ("acks", "all"),
        ("acks", "-1"), ("max.in.flight", "5"), ("isolation.level", "read_committed"), ("enable.idempotence", "true"),
        ("retries", "3"), ("session.timeout.ms", "45000"), ("client.id", "x"), ("enable.auto.commit", "0"),
        ("statistics.interval.ms", "1000"), ("debug", "cgrp"), ("partition.assignment.strategy", "range"),
        ("auto.offset.reset", "earliest"), ("auto.offset.reset", "Beginning"), ("topic.auto.offset.reset", "smallest"),
        ("partitioner", "consistent"), ("topic.metadata.refresh.interval.ms", "5000"), ("group.protocol", "consumer"),
        ("message.timeout.ms", "30000"), ("transaction.timeout.ms", "60000"), ("queuing.strategy", "fifo"),
        ("metadata.recovery.strategy", "none"),
    ])
    func `a property that does no harm passes`(_ name: String, _ value: String) {
        #expect(RefusedProperty.reason(name: name, value: value) == nil)
    }

    @Test func `every entry gives a reason, and no name stands twice`() {
        #expect(RefusedProperty.all.allSatisfy { !$0.reason.isEmpty && !$0.reason.hasSuffix(".") })
        #expect(Set(RefusedProperty.all.map(\.name)).count == RefusedProperty.all.count)
    }
}
