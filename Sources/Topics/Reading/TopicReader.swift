package import Kafka
package import Records

/// Reads topics once, from where they begin to where they ended when the reading began, with bounded memory.
package struct TopicReader {
    /// Why a topic cannot be read to its end.
    package struct Stalled: Error, Sendable, CustomStringConvertible {
        /// What is not read, and why that may be.
        package let description: String
        /// What Kafka said last, if it said anything.
        package let cause: KafkaError?
    }

    private let reader: PartitionReader
    private var scan: TopicScan
    /// How long nothing may come although something is there: longer than a transaction may stay open.
    private static let patience = Duration.seconds(75)
    private static let slice = Duration.milliseconds(250)
    private var idle = Duration.zero
    private var lastError: KafkaError?

    package init(_ client: ClientProperties, ranges: [TopicPartition: Range<Int64>]) async throws(KafkaError) {
        self.scan = TopicScan(ranges)
        self.reader = try PartitionReader(client, log: { _ in })
        try await self.reader.read(from: self.scan.starts)
    }

    package var isDone: Bool { self.scan.isDone }

    /// The next records, in the order of each partition: at most `limit`, maybe none yet.
    ///
    /// - Throws: ``Stalled`` when the rest does not come, ``KafkaError`` when reading cannot continue.
    package mutating func next(_ limit: Int) async throws -> [KafkaRecord] {
        guard !self.isDone else { return [] }
        let readings = try await self.reader.next(limit: limit, within: Self.slice)
        var records: [KafkaRecord] = []
        let before = self.scan
        for reading in readings {
            switch reading {
            case .record(let record):
                if self.scan.take(record.topicPartition, record.offset) { records.append(record) }
            case .caughtUp(let partition, let offset): self.scan.caughtUp(partition, offset)
            case .failed(let error): self.lastError = error
            }
        }
        self.idle = before.unread.elementsEqual(self.scan.unread, by: ==) ? self.idle + Self.slice : .zero
        if self.idle >= Self.patience { throw self.stalled }
        return records
    }

    /// Gives every record that is left to `body`, until it returns `false`.
    package mutating func visit(_ body: (KafkaRecord) throws -> Bool) async throws {
        while !self.isDone {
            for record in try await self.next(1_000) {
                guard try body(record) else { return }
            }
            try Task.checkCancellation()
        }
    }

    private var stalled: Stalled {
        let unread = self.scan.unread.map { "\($0.partition) from \($0.from) to \($0.to)" }.joined(separator: ", ")
        let reason = self.lastError.map { "\($0)" } ?? "a transaction may still be open there"
        return Stalled(description: "cannot read \(unread): \(reason)", cause: self.lastError)
    }
}
