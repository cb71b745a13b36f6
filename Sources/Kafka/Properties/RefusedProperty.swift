/// A librdkafka property that users may not set, because delivery or another setting of ours rests on it.
///
/// The one list for `kafka.properties` and for every client that this module makes. A wrong value would lose or double
/// results without any error.
package struct RefusedProperty: Sendable, Hashable {
    /// Values that say what holds anyway, and so may pass.
    private enum Harmless: Hashable {
        case none
        case values(Set<String>)
        case numbers(ClosedRange<Int>)

        func contains(_ value: String) -> Bool {
            switch self {
            case .none: false
            case .values(let values): values.contains(value.lowercased())
            case .numbers(let numbers): Int(value).map { numbers.contains($0) } ?? false
            }
        }

        // The three spellings that librdkafka takes (rdkafka_conf.c, booleans).
        static let isTrue = Harmless.values(["true", "t", "1"])
        static let isFalse = Harmless.values(["false", "f", "0"])
    }

    /// librdkafka's name of the property; a `*` at one end stands for anything.
    package let name: String
    /// Why, or what to set in its place; a phrase without a full stop.
    package let reason: String
    private let harmless: Harmless

    private init(_ name: String, _ reason: String, unless harmless: Harmless = .none) {
        self.name = name
        self.reason = reason
        self.harmless = harmless
    }

    /// The reason to refuse a property with this value, or `nil` if it may pass.
    package static func reason(name: String, value: String) -> String? {
        let name = name.lowercased()
        return self.all.first { $0.covers(name) && !$0.harmless.contains(value) }?.reason
    }

    private func covers(_ candidate: String) -> Bool {
        if self.name.hasSuffix("*") { return candidate.hasPrefix(self.name.dropLast()) }
        if self.name.hasPrefix("*") { return candidate.hasSuffix(self.name.dropFirst()) }
        return candidate == self.name
    }

    /// The table, aliases beside their property.
    package static let all: [RefusedProperty] = [
        Self("bootstrap.servers", "set kafka.brokers instead"),
        Self("metadata.broker.list", "set kafka.brokers instead"),
        Self("group.id", "set kafka.consumer_group instead"),
        Self("group.instance.id", "set kafka.group_instance_id instead"),
        Self("transactional.id", "set delivery.transactional_id instead"),
        Self("enable.auto.commit", "offsets are committed with the results, never by a timer", unless: .isFalse),
        Self("auto.commit.enable", "offsets are committed with the results, never by a timer", unless: .isFalse),
        Self("auto.commit.interval.ms", "offsets are committed with the results, never by a timer"),
        Self("enable.auto.offset.store", "an offset may be stored only when its command is finished", unless: .isFalse),
        Self("offset.store.*", "offsets are kept in the broker, with the results"),
        Self("enable.idempotence", "results must not be doubled or reordered by a resend", unless: .isTrue),
        Self("enable.gapless.guarantee", "it ends the producer at an error that would pass", unless: .isFalse),
        Self("acks", "a result counts only when all replicas have it", unless: .values(["all", "-1"])),
        Self(
            "request.required.acks",
            "a result counts only when all replicas have it",
            unless: .values(["all", "-1"])
        ),
        Self("max.in.flight", "an idempotent producer keeps order with at most 5", unless: .numbers(1...5)),
        Self(
            "max.in.flight.requests.per.connection",
            "an idempotent producer keeps order with at most 5",
            unless: .numbers(1...5)
        ),
        Self("retries", "an idempotent producer needs at least 1", unless: .numbers(1...Int.max)),
        Self("message.send.max.retries", "an idempotent producer needs at least 1", unless: .numbers(1...Int.max)),
        Self("delivery.report.only.error", "the producer keeps its own account of what was delivered"),
        Self(
            "isolation.level",
            "commands of aborted transactions must stay invisible",
            unless: .values(["read_committed"])
        ),
        Self(
            "allow.auto.create.topics",
            "topics are made by 'customer-worker topics create' only",
            unless: .isFalse
        ),
        Self(
            "statistics.interval.ms",
            "an idle consumer is woken by it to show its sign of life; 100 to 10000",
            unless: .numbers(100...10_000)
        ),
        Self("enable.partition.eof", "the worker does not read to an end", unless: .isFalse),
        Self("log.queue", "librdkafka's log goes into the worker's own", unless: .isFalse),
        Self("consume.callback.max.messages", "the worker reads events, not callbacks"),
        Self("test.mock.*", "use 'customer-worker run --embedded-broker'"),
        Self("go.*", "a property of the Go client, not of librdkafka"),
        Self("*_cb", "a callback, which has no textual form"),
        Self("opaque", "a pointer, which has no textual form"),
        Self("default_topic_conf", "a pointer, which has no textual form"),
        Self("enabled_events", "the worker chooses the events that it handles"),
    ]
}
