import Kafka

/// A group member for tests: answers assignments from the committed offsets and reads records as they come.
final class GroupReader: Sendable {
    let consumer: Consumer
    private let wakeUps: AsyncStream<Void>

    init(_ cluster: EmbeddedCluster, group: String, topics: [String]) throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.wakeUps = stream
        let client = ClientProperties(
            brokers: cluster.brokers,
            passthrough: ["session.timeout.ms": "3000", "heartbeat.interval.ms": "300", "fetch.wait.max.ms": "10"]
        )
        self.consumer = try Consumer(.init(client: client, group: group), log: { _ in }) { continuation.yield() }
        try self.consumer.subscribe(to: topics)
    }

    /// Waits until partitions are assigned, and answers.
    @discardableResult
    func assignment() async throws -> [TopicPartition] {
        for await _ in self.wakeUps {
            for event in self.consumer.poll(limit: .max) {
                guard case .assigned(let partitions) = event else { continue }
                try await self.consumer.assign(self.consumer.committed(partitions))
                return partitions
            }
        }
        return []
    }

    /// Waits for this many records.
    func read(_ count: Int) async throws -> [KafkaRecord] {
        var records: [KafkaRecord] = []
        for await _ in self.wakeUps {
            for event in self.consumer.poll(limit: .max) {
                switch event {
                case .record(let record): records.append(record)
                case .assigned(let partitions): try await self.consumer.assign(self.consumer.committed(partitions))
                case .revoked(let partitions), .lost(let partitions): try self.consumer.release(partitions)
                case .failed, .statistics: break
                }
            }
            if records.count >= count { break }
        }
        return records
    }
}
