/// A librdkafka property that may not be set through `kafka.properties`, and why.
///
/// The delivery guarantee rests on these; a wrong value would lose or double results without any error.
struct RefusedKafkaProperty: Sendable {
    /// The property's name; a `*` at one end stands for anything.
    let name: String

    /// Why it is refused, or which setting stands in its place.
    let reason: String

    /// The values that do no harm and are let through.
    var harmless: @Sendable (String) -> Bool = { _ in false }

    /// The reason to refuse a property with this value, or nil if it may pass.
    static func reason(name: String, value: String) -> String? {
        let name = name.lowercased()
        let entry = all.first { $0.covers(name) && !$0.harmless(value) }
        return entry?.reason
    }

    private func covers(_ candidate: String) -> Bool {
        if name.hasSuffix("*") { return candidate.hasPrefix(name.dropLast()) }
        if name.hasPrefix("*") { return candidate.hasSuffix(name.dropFirst()) }
        return candidate == name
    }

    private static let isAll: @Sendable (String) -> Bool = { $0 == "all" || $0 == "-1" }
    private static let isTrue: @Sendable (String) -> Bool = { $0 == "true" }
    private static let isFalse: @Sendable (String) -> Bool = { $0 == "false" }
    private static let isUpToFive: @Sendable (String) -> Bool = { Int($0).map { 1...5 ~= $0 } ?? false }
    private static let isReadCommitted: @Sendable (String) -> Bool = { $0 == "read_committed" }
    private static let isPositive: @Sendable (String) -> Bool = { Int($0).map { $0 > 0 } ?? false }

    /// The table, aliases beside their property.
    static let all: [Self] = [
        Self(name: "bootstrap.servers", reason: "set kafka.brokers instead"),
        Self(name: "metadata.broker.list", reason: "set kafka.brokers instead"),
        Self(name: "group.id", reason: "set kafka.consumer_group instead"),
        Self(name: "group.instance.id", reason: "set kafka.group_instance_id instead"),
        Self(name: "transactional.id", reason: "set delivery.transactional_id instead"),
        Self(
            name: "enable.auto.commit",
            reason: "offsets are committed with the results, never by a timer",
            harmless: isFalse
        ),
        Self(
            name: "auto.commit.enable",
            reason: "offsets are committed with the results, never by a timer",
            harmless: isFalse
        ),
        Self(
            name: "enable.auto.offset.store",
            reason: "an offset may be stored only when its command is finished",
            harmless: isFalse
        ),
        Self(name: "offset.store.*", reason: "offsets are kept in the broker, with the results"),
        Self(
            name: "enable.idempotence",
            reason: "results must not be doubled or reordered by a resend",
            harmless: isTrue
        ),
        Self(
            name: "isolation.level",
            reason: "commands of aborted transactions must stay invisible",
            harmless: isReadCommitted
        ),
        Self(name: "acks", reason: "a result counts only when all replicas have it", harmless: isAll),
        Self(name: "request.required.acks", reason: "a result counts only when all replicas have it", harmless: isAll),
        Self(
            name: "max.in.flight",
            reason: "an idempotent producer keeps order with at most 5",
            harmless: isUpToFive
        ),
        Self(
            name: "max.in.flight.requests.per.connection",
            reason: "an idempotent producer keeps order with at most 5",
            harmless: isUpToFive
        ),
        Self(name: "retries", reason: "an idempotent producer needs at least 1", harmless: isPositive),
        Self(
            name: "message.send.max.retries",
            reason: "an idempotent producer needs at least 1",
            harmless: isPositive
        ),
        Self(
            name: "delivery.report.only.error",
            reason: "every result waits for its acknowledgement",
            harmless: isFalse
        ),
        Self(
            name: "allow.auto.create.topics",
            reason: "topics are made by 'customer-worker topics create' only",
            harmless: isFalse
        ),
        Self(name: "go.*", reason: "a property of the Go client, not of librdkafka"),
        Self(name: "*_cb", reason: "a callback, which has no textual form"),
        Self(name: "opaque", reason: "a pointer, which has no textual form"),
        Self(name: "default_topic_conf", reason: "a pointer, which has no textual form"),
        Self(name: "enabled_events", reason: "the worker chooses the events that it handles"),
    ]
}
