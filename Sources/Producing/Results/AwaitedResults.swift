import Kafka

/// The results topic from where it ended before anything was sent.
struct AwaitedResults {
    private let reader: PartitionReader
    private let starts: [PartitionOffset]

    /// Takes the place and begins to read.
    init(_ topic: String, _ client: ClientProperties, log: @escaping KafkaLogSink) async throws {
        self.starts = try await ResultReading(topic, client, log: log).ends
        self.reader = try PartitionReader(client, log: log)
        try await self.reader.read(from: self.starts)
    }

    /// What is there, or what comes within a time.
    func next(within limit: Duration) async throws(KafkaError) -> [PartitionReading] {
        try await self.reader.next(limit: 5_000, within: limit)
    }

    /// Reads everything again from the first place; what was taken before is no longer waited for, so it does no harm.
    ///
    /// Whether a committed record is seen must not hang on where a fetch began: noida-db 0.2.3 names an aborted transaction also to
    /// a fetch that begins behind its end, and librdkafka then takes what its producer has committed since for aborted. That
    /// is what a worker leaves that is killed and goes on under its transactional id.
    func lookAgain() async throws(KafkaError) {
        try await self.reader.read(from: self.starts)
    }
}
