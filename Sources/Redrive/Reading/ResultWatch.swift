package import CustomerContract
package import Kafka

/// Follows the results topic and tells, for each result, which record it answers and how it ended.
package struct ResultWatch {
    /// One result, as far as a redrive cares.
    package struct Seen: Sendable, Hashable {
        /// The record that it answers.
        package let command: RecordPosition
        /// Whether the customer exists now.
        package let succeeded: Bool
        /// The error's code, or the outcome.
        package let code: String
    }

    private let reader: PartitionReader

    /// Follows the topic from these offsets on.
    package init(
        _ client: ClientProperties,
        from starts: [PartitionOffset],
        log: @escaping KafkaLogSink
    ) async throws(KafkaError) {
        self.reader = try PartitionReader(client, log: log)
        try await self.reader.read(from: starts)
    }

    /// The next results; waits at most `limit` for the first.
    package func next(within limit: Duration) async throws(KafkaError) -> [Seen] {
        let readings = try await self.reader.next(limit: 1_000, within: limit)
        return readings.compactMap { reading in
            guard case .record(let record) = reading else { return nil }
            return Self.read(record)
        }
    }

    /// Reads a result event (contract, section 3); `nil` for anything else.
    static func read(_ record: KafkaRecord) -> Seen? {
        guard let body = record.value.flatMap({ try? JSONParser.parseObject($0) }),
            let status = body["status"]?.stringValue,
            let command = body["command"]?.objectValue,
            let topic = command["topic"]?.stringValue,
            let partition = command.integer("partition").flatMap({ Int32(exactly: $0) }),
            let offset = command.integer("offset")
        else { return nil }
        let code = body["error"]?.objectValue?["code"]?.stringValue ?? body["outcome"]?.stringValue
        return Seen(
            command: RecordPosition(topic: topic, partition: partition, offset: Int64(offset)),
            succeeded: status == "created",
            code: code ?? status
        )
    }
}
