import CustomerContract
package import Records

/// The names of a dialect's headers and how it writes numbers.
package struct DialectHeaders: Sendable {
    /// How partitions and offsets are written.
    enum Numbers: Sendable {
        case text
        /// 4 or 8 bytes, the most significant first, as `java.nio.ByteBuffer` writes them.
        case bigEndian
    }

    var topic: HeaderName
    var partition: HeaderName?
    var offset: HeaderName?
    var group: HeaderName?
    /// Why, for programs: a code or the name of an exception's class; the first that is there counts.
    var kinds: [HeaderName] = []
    var message: HeaderName?
    /// The key that the command had, where the dialect replaces it.
    var key: HeaderName?
    var numbers = Numbers.text
    /// Every header whose name begins so is the dialect's.
    var prefix: String?
    var others: [HeaderName] = []

    /// Whether a header belongs to the dialect, and so must not go back with the command.
    package func owns(_ name: HeaderName) -> Bool {
        if let prefix, name.text.utf8.starts(with: prefix.utf8) { return true }
        let names = [self.topic, self.partition, self.offset, self.group, self.message, self.key].compactMap { $0 }
        return (names + self.kinds + self.others).contains(name)
    }
}

extension Dialect {
    package var headers: DialectHeaders { Self.table[self] ?? self.described }

    /// Made once, since every record is held against all of them.
    private static let table = Dictionary(uniqueKeysWithValues: Self.allCases.map { ($0, $0.described) })

    private var described: DialectHeaders {
        switch self {
        case .own:
            DialectHeaders(
                topic: DeadLetterHeader.topic.name,
                partition: DeadLetterHeader.partition.name,
                offset: DeadLetterHeader.offset.name,
                group: DeadLetterHeader.group.name,
                kinds: [DeadLetterHeader.code.name],
                message: DeadLetterHeader.message.name,
                others: DeadLetterHeader.allCases.map(\.name)
            )
        case .spring:
            DialectHeaders(
                topic: "kafka_dlt-original-topic",
                partition: "kafka_dlt-original-partition",
                offset: "kafka_dlt-original-offset",
                group: "kafka_dlt-original-consumer-group",
                kinds: ["kafka_dlt-exception-cause-fqcn", "kafka_dlt-exception-fqcn"],
                message: "kafka_dlt-exception-message",
                numbers: .bigEndian,
                prefix: "kafka_dlt-"
            )
        case .connect:
            DialectHeaders(
                topic: "__connect.errors.topic",
                partition: "__connect.errors.partition",
                offset: "__connect.errors.offset",
                group: "__connect.errors.connector.name",
                kinds: ["__connect.errors.exception.class.name"],
                message: "__connect.errors.exception.message",
                prefix: "__connect.errors."
            )
        case .streams:
            DialectHeaders(
                topic: "__streams.errors.topic",
                partition: "__streams.errors.partition",
                offset: "__streams.errors.offset",
                kinds: ["__streams.errors.exception"],
                message: "__streams.errors.message",
                prefix: "__streams.errors."
            )
        case .karafka:
            // By name and not by prefix: `source_…` is a likely name for a producer's own header.
            DialectHeaders(
                topic: "source_topic",
                partition: "source_partition",
                offset: "source_offset",
                group: "source_consumer_group",
                key: "source_key",
                others: ["source_attempts", "source_trace_id"]
            )
        case .smallrye:
            DialectHeaders(
                topic: "dead-letter-topic",
                partition: "dead-letter-partition",
                offset: "dead-letter-offset",
                kinds: ["dead-letter-cause-class-name", "dead-letter-exception-class-name"],
                message: "dead-letter-reason",
                prefix: "dead-letter-"
            )
        case .watermill:
            DialectHeaders(
                topic: "topic_poisoned",
                group: "handler_poisoned",
                message: "reason_poisoned",
                others: ["subscriber_poisoned"]
            )
        }
    }
}
