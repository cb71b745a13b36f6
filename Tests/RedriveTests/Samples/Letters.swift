import CustomerContract
import Kafka
import Records
import Topics

@testable import Redrive

/// Records as the libraries write them, for every test here.
enum Letters {
    static let topic = "customer_commands_dlq"

    static func record(
        _ headers: [(String, [UInt8]?)],
        partition: Int32 = 0,
        offset: Int64 = 7,
        key: String? = "acct_1",
        value: String? = #"{"external_id":"acct_1","name":"Acme"}"#,
        timestamp: Int64? = 1_764_064_800_000
    ) -> KafkaRecord {
        KafkaRecord(
            position: RecordPosition(TopicPartition(topic: self.topic, partition: partition), offset: offset),
            timestamp: timestamp.map { UnixMilliseconds($0) },
            key: key.map { Array($0.utf8) },
            value: value.map { Array($0.utf8) },
            headers: RecordHeaders(headers.map { RecordHeader(name: HeaderName($0.0), value: $0.1) })
        )
    }

    static func own(
        code: String = "rejected",
        partition: Int32 = 0,
        offset: Int64 = 7,
        laps: Int = 0,
        source: String = "customer_commands",
        reason: String = "Flexprice refused it",
        value: String = #"{"external_id":"acct_1","name":"Acme"}"#
    ) -> DeadLetter {
        let headers = self.ownHeaders(code: code, laps: laps, source: source, reason: reason)
        return DeadLetter(self.record(headers, partition: partition, offset: offset, value: value))
    }

    /// A command that breaks a rule.
    static let badValue = #"{"external_id":"acct_1","address_country":"India"}"#

    /// The rules of a worker with these settings.
    static func rules(maximumBytes: Int = 262_144, _ mode: ValidationMode = .full) -> CommandRules {
        let reader = CommandReader(maximumBytes: maximumBytes, mode: mode)
        return CommandRules(commandTopic: "customer_commands", reader: reader)
    }

    /// The way back to `customer_commands` or `orders`.
    static func route(
        to destination: String? = nil,
        _ edits: CommandEdits = CommandEdits(),
        laps: Int = 3,
        rules: CommandRules = Self.rules(),
        isForced: Bool = false
    ) -> ReturnRoute {
        ReturnRoute(
            destination: destination,
            edits: edits,
            maximumLaps: laps,
            topics: [
                TopicDescription(name: "customer_commands", partitionCount: 6, replicationFactor: 1),
                TopicDescription(name: "orders", partitionCount: 4, replicationFactor: 1),
                TopicDescription(name: Self.topic, partitionCount: 6, replicationFactor: 1),
                TopicDescription(name: "customer_results", partitionCount: 6, replicationFactor: 1),
                TopicDescription(name: "__consumer_offsets", partitionCount: 50, replicationFactor: 1),
            ],
            forbidden: [Self.topic, "customer_results"],
            rules: rules,
            isForced: isForced
        )
    }

    static func ownHeaders(
        code: String = "rejected",
        laps: Int = 0,
        source: String = "customer_commands",
        reason: String = "Flexprice refused it"
    ) -> [(String, [UInt8]?)] {
        [
            ("ce_id", self.text("signup-1")), ("__dlq.errors.topic", self.text(source)),
            ("__dlq.errors.partition", self.text("3")), ("__dlq.errors.offset", self.text("1207")),
            ("__dlq.errors.group", self.text("customer_worker")), ("__dlq.errors.delivery.count", self.text("1")),
            ("__dlq.errors.message", self.text(reason)), ("dlq-error-code", self.text(code)),
            ("dlq-error-retryable", self.text(code == "retries_exhausted" ? "true" : "false")),
            ("dlq-first-failed-at", self.text("2026-11-22T10:00:00.000Z")),
            ("dlq-last-failed-at", self.text("2026-11-23T10:00:00.000Z")),
            ("dlq-redrive-count", self.text("\(laps)")), ("dlq-command-id", self.text("signup-1")),
        ]
    }

    /// Spring writes numbers as java.nio.ByteBuffer does: 4 and 8 bytes, the most significant first.
    static let springHeaders: [(String, [UInt8]?)] = [
        ("kafka_dlt-exception-fqcn", text("org.springframework.kafka.listener.ListenerExecutionFailedException")),
        ("kafka_dlt-exception-cause-fqcn", text("java.lang.IllegalStateException")),
        ("kafka_dlt-exception-message", text("Listener failed")), ("kafka_dlt-original-topic", text("orders")),
        ("kafka_dlt-original-partition", [0, 0, 0, 3]), ("kafka_dlt-original-offset", [0, 0, 0, 0, 0, 0, 4, 0xB7]),
        ("kafka_dlt-original-timestamp", [0, 0, 1, 0x9A, 0, 0, 0, 0]),
        ("kafka_dlt-original-timestamp-type", text("CREATE_TIME")),
        ("kafka_dlt-original-consumer-group", text("billing")),
    ]

    static let connectHeaders: [(String, [UInt8]?)] = [
        ("__connect.errors.topic", text("orders")), ("__connect.errors.partition", text("3")),
        ("__connect.errors.offset", text("1207")), ("__connect.errors.connector.name", text("billing")),
        ("__connect.errors.task.id", text("0")), ("__connect.errors.stage", text("VALUE_CONVERTER")),
        ("__connect.errors.class.name", text("org.apache.kafka.connect.json.JsonConverter")),
        ("__connect.errors.exception.class.name", text("java.lang.IllegalStateException")),
        ("__connect.errors.exception.message", text("Listener failed")),
        ("__connect.errors.exception.stacktrace", text("at …")),
    ]

    static let streamsHeaders: [(String, [UInt8]?)] = [
        ("__streams.errors.exception", text("java.lang.IllegalStateException: Listener failed")),
        ("__streams.errors.message", text("Listener failed")), ("__streams.errors.stacktrace", text("at …")),
        ("__streams.errors.topic", text("orders")), ("__streams.errors.partition", text("3")),
        ("__streams.errors.offset", text("1207")),
    ]

    static let karafkaHeaders: [(String, [UInt8]?)] = [
        ("source_topic", text("orders")), ("source_partition", text("3")), ("source_offset", text("1207")),
        ("source_consumer_group", text("billing")), ("source_attempts", text("4")), ("source_key", text("acct_1")),
    ]

    static let smallryeHeaders: [(String, [UInt8]?)] = [
        ("dead-letter-exception-class-name", text("java.lang.RuntimeException")),
        ("dead-letter-cause-class-name", text("java.lang.IllegalStateException")),
        ("dead-letter-reason", text("Listener failed")), ("dead-letter-topic", text("orders")),
        ("dead-letter-partition", text("3")), ("dead-letter-offset", text("1207")),
    ]

    static let watermillHeaders: [(String, [UInt8]?)] = [
        ("_watermill_message_uuid", text("6f0c")), ("reason_poisoned", text("Listener failed")),
        ("topic_poisoned", text("orders")), ("handler_poisoned", text("billing")),
        ("subscriber_poisoned", text("kafka.Subscriber")),
    ]

    static func text(_ text: String) -> [UInt8] { Array(text.utf8) }
}

extension Dialect {
    /// What a record of this dialect carries.
    var sample: [(String, [UInt8]?)] {
        switch self {
        case .own: Letters.ownHeaders(source: "orders")
        case .spring: Letters.springHeaders
        case .connect: Letters.connectHeaders
        case .streams: Letters.streamsHeaders
        case .karafka: Letters.karafkaHeaders
        case .smallrye: Letters.smallryeHeaders
        case .watermill: Letters.watermillHeaders
        }
    }
}
