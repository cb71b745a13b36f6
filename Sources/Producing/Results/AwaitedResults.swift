import Kafka
import Topics

/// The topics of results, from where they ended before anything was sent.
final class AwaitedResults {
    private let reader: PartitionReader
    private let ranges: [TopicPartition: Range<Int64>]

    /// Takes the places and begins to read.
    init(_ topic: String, _ client: ClientProperties, log: @escaping KafkaLogSink) async throws {
        self.ranges = try await TopicSnapshot(topic, try Admin(client, log: log)).ranges
        self.reader = try PartitionReader(client, log: log)
        try await self.read(fromBefore: 0)
    }

    /// What is there, or what comes within a time.
    func next(within limit: Duration) async throws(KafkaError) -> [PartitionReading] {
        try await self.reader.next(limit: 5_000, within: limit)
    }

    /// Reads again from so many records before the first places on.
    ///
    /// What was taken before is no longer waited for, and what stands before the first place answers nobody, so this does no harm.
    /// It is for this: whether a committed record is seen must not hang on where a fetch begins, but noida-db 0.2.3 names an aborted
    /// transaction also to a fetch that begins behind its end. librdkafka then waits for its end, and takes whatever the same
    /// producer commits meanwhile for aborted. A worker that was killed, and goes on under its transactional id, has left such
    /// a transaction: behind the first place if that was lately, before it if not.
    func read(fromBefore records: Int64) async throws(KafkaError) {
        try await self.reader.read(
            from: self.ranges.map { partition, range in
                PartitionOffset(partition, offset: max(range.lowerBound, range.upperBound - records))
            }
        )
    }
}
