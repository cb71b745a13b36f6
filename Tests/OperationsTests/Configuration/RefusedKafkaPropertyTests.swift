import Testing

@testable import Operations

@Suite struct RefusedKafkaPropertyTests {
    @Test(arguments: [
        ("bootstrap.servers", "a"), ("group.id", "a"), ("group.instance.id", "a"), ("transactional.id", "a"),
        ("enable.auto.commit", "true"), ("Enable.Auto.Commit", "true"), ("enable.auto.offset.store", "true"),
        ("enable.idempotence", "false"), ("isolation.level", "read_uncommitted"), ("acks", "1"), ("acks", "0"),
        ("request.required.acks", "1"), ("max.in.flight", "6"), ("max.in.flight.requests.per.connection", "many"),
        ("retries", "0"), ("go.delivery.reports", "false"), ("rebalance_cb", "x"), ("offset.store.method", "file"),
        ("delivery.report.only.error", "true"), ("allow.auto.create.topics", "true"),
    ])
    func `a property that breaks delivery is refused with a reason`(_ name: String, _ value: String) throws {
        #expect(try #require(RefusedKafkaProperty.reason(name: name, value: value)).count > 10)
    }

    @Test(arguments: [
        ("security.protocol", "SASL_SSL"), ("linger.ms", "5"), ("enable.auto.commit", "false"), ("acks", "all"),
        ("acks", "-1"), ("max.in.flight", "5"), ("isolation.level", "read_committed"), ("enable.idempotence", "true"),
        ("retries", "3"), ("session.timeout.ms", "45000"), ("client.id", "x"),
    ])
    func `a property that does no harm passes`(_ name: String, _ value: String) {
        #expect(RefusedKafkaProperty.reason(name: name, value: value) == nil)
    }
}
