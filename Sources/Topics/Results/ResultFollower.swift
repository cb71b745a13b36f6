package import Kafka
package import Records

/// Follows a topic of results from given places on, as no group's member: committed records only, no offset is changed.
package struct ResultFollower: Sendable {
    /// What came since the last look.
    package struct News: Sendable {
        /// The records, in the order of each partition.
        package internal(set) var records: [KafkaRecord] = []
        /// The last trouble that may pass by itself: librdkafka continues to try.
        package internal(set) var trouble: KafkaError?
    }

    private let reader: PartitionReader
    private let ranges: [TopicPartition: Range<Int64>]

    /// Takes the places and begins to read.
    ///
    /// - Parameter ranges: what each partition keeps already; it is followed from the upper bound on.
    package init(
        _ client: ClientProperties,
        behind ranges: [TopicPartition: Range<Int64>],
        log: @escaping KafkaLogSink = { _ in }
    ) async throws(KafkaError) {
        self.ranges = ranges
        self.reader = try PartitionReader(client, log: log)
        try await self.read(fromBefore: 0)
    }

    /// What is there, or what comes within a time: at most `count` records.
    ///
    /// - Throws: ``KafkaError`` that ends the reading.
    package func next(limit count: Int = 1_000, within limit: Duration) async throws(KafkaError) -> News {
        var news = News()
        for reading in try await self.reader.next(limit: count, within: limit) {
            switch reading {
            case .record(let record): news.records.append(record)
            case .caughtUp: break
            case .failed(let error): news.trouble = error
            }
        }
        return news
    }

    /// Reads again from that many records before the first places on; records come a second time.
    ///
    /// Whether a committed record is seen must not depend on where a fetch begins, but noida-db 0.2.3 names an aborted
    /// transaction also to a fetch that begins behind its end. librdkafka then waits for its end, and takes whatever
    /// the same producer commits meanwhile for aborted. A worker that was killed, and continues under its transactional
    /// id, has left such a transaction: behind the first place if that was lately, before it if not.
    package func read(fromBefore records: Int64) async throws(KafkaError) {
        try await self.reader.read(
            from: self.ranges.map { partition, range in
                PartitionOffset(partition, offset: max(range.lowerBound, range.upperBound - records))
            }
        )
    }
}
