package import Kafka
package import Records

/// A topic's partitions and their ends at one moment.
package struct TopicSnapshot: Sendable, Hashable {
    package struct Missing: Error, Sendable, CustomStringConvertible {
        package let topic: String
        package var description: String { "missing topic: \(self.topic); create with: customer-worker topics create" }
    }

    package let topic: String
    /// From the first offset that is kept to the one behind the last that is decided.
    ///
    /// librdkafka asks for the last stable offset (its clients read committed records unless told otherwise), so
    /// everything below the upper bound is committed or aborted.
    package let ranges: [TopicPartition: Range<Int64>]

    /// Asks the cluster.
    ///
    /// - Parameter limit: how long the list of the topics may take.
    /// - Throws: ``Missing``, or `KafkaError` when the cluster does not answer.
    package init(_ topic: String, _ admin: Admin, within limit: Duration = .seconds(10)) async throws {
        guard let found = try await Self(existing: topic, admin, within: limit) else { throw Missing(topic: topic) }
        self = found
    }

    /// Asks the cluster; `nil` for a topic that is not there.
    ///
    /// - Parameter limit: how long the list of the topics may take.
    package init?(
        existing topic: String,
        _ admin: Admin,
        within limit: Duration = .seconds(10)
    ) async throws(KafkaError) {
        let listed = try await admin.topics(timeout: limit).first { $0.name.hasSameBytes(as: topic) }
        // What this user may not see is missing from the list, too; asked for by name, it is refused.
        let found = if let listed { listed } else { try await admin.topic(named: topic, timeout: limit) }
        guard let found else { return nil }
        var ranges: [TopicPartition: Range<Int64>] = [:]
        for number in 0..<Int32(clamping: found.partitionCount) {
            let partition = TopicPartition(topic: topic, partition: number)
            let ends = try await admin.watermarks(of: partition)
            ranges[partition] = ends.low..<max(ends.low, ends.high)
        }
        self.topic = topic
        self.ranges = ranges
    }

    package var partitions: [TopicPartition] { self.ranges.keys.sorted() }

    /// The same partitions, each empty at its first offset.
    package var beginnings: [TopicPartition: Range<Int64>] { self.ranges.mapValues { $0.lowerBound..<$0.lowerBound } }

    /// The same partitions, each at most up to an earlier end.
    package func ranges(upTo ends: [TopicPartition: Int64]) -> [TopicPartition: Range<Int64>] {
        Dictionary(
            uniqueKeysWithValues: self.ranges.map { partition, range in
                let end = min(range.upperBound, ends[partition] ?? range.lowerBound)
                return (partition, range.lowerBound..<max(range.lowerBound, end))
            }
        )
    }
}
