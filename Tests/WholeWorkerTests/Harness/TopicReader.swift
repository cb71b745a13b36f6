import Kafka
import Records

/// Reads a topic as any other service would: committed records only, every partition, from the beginning.
final class TopicReader: Sendable {
    private let consumer: Consumer
    private let readable: AsyncStream<Void>
    private let ring: AsyncStream<Void>.Continuation

    init(_ broker: TestBroker, _ topic: String, group: String = "reader") throws {
        let (readable, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.readable = readable
        self.ring = ring
        self.consumer = try Consumer(
            ConsumerSettings(client: broker.client, group: "\(group)-\(topic)"),
            log: { _ in },
            onReadable: { ring.yield() }
        )
        try self.consumer.subscribe(to: [topic])
    }

    /// Waits for `count` records, at most for `limit`; returns what came.
    func read(_ count: Int, within limit: Duration = .seconds(60)) async throws -> [KafkaRecord] {
        let alarm = Task { [ring] in
            try await Task.sleep(for: limit)
            ring.finish()
        }
        defer { alarm.cancel() }
        var records: [KafkaRecord] = []
        for await _ in self.readable {
            var events = self.consumer.poll(limit: 1_000)
            while !events.isEmpty {
                for event in events {
                    switch event {
                    case .record(let record): records.append(record)
                    case .assigned(let partitions):
                        try self.consumer.assign(partitions.map { PartitionOffset($0, offset: nil) })
                    case .revoked(let partitions), .lost(let partitions): try self.consumer.release(partitions)
                    case .failed, .statistics: break
                    }
                }
                events = self.consumer.poll(limit: 1_000)
            }
            if records.count >= count { break }
        }
        return records
    }

    func close() async { await self.consumer.close() }
}
