import Kafka
import Records

/// A group member for tests: answers assignments from the committed offsets and reads records as they come.
///
/// One task at a time drives it. Whatever it waits for comes as an event, so a test needs no sleep; a test's time limit
/// ends a wait that would be endless.
final class GroupReader: Sendable {
    let consumer: Consumer
    /// Kept alive for as long as it is read from.
    private let cluster: EmbeddedCluster
    private let wakeUps: AsyncStream<Void>

    init(
        _ cluster: EmbeddedCluster,
        group: String,
        topics: [String],
        properties: [String: String] = [:],
        log: @escaping KafkaLogSink = { _ in }
    ) throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.wakeUps = stream
        self.cluster = cluster
        let defaults = ["session.timeout.ms": "3000", "heartbeat.interval.ms": "300", "fetch.wait.max.ms": "10"]
        let client = ClientProperties(
            brokers: cluster.brokers,
            passthrough: defaults.merging(properties) { $1 }
        )
        self.consumer = try Consumer(.init(client: client, group: group), log: log) { continuation.yield() }
        try self.consumer.subscribe(to: topics)
    }

    /// Waits until partitions are assigned, and answers.
    @discardableResult
    func assignment() async throws -> [TopicPartition] {
        var assigned: [TopicPartition] = []
        try await self.follow { event in
            guard case .assigned(let partitions) = event else { return false }
            assigned += partitions
            return true
        }
        return assigned
    }

    /// Waits for this many records; there may be more.
    func read(_ count: Int) async throws -> [KafkaRecord] {
        var records: [KafkaRecord] = []
        try await self.follow { event in
            if case .record(let record) = event { records.append(record) }
            return records.count >= count
        }
        return records
    }

    /// Takes events and answers rebalances until an event is the last that a test waits for, or the task is cancelled.
    ///
    /// Events that came together with the last one are shown as well.
    func follow(_ isLast: (ConsumerEvent) throws -> Bool) async throws {
        try await self.take { event in
            try await self.answer(event)
            return try isLast(event)
        }
    }

    /// The same without answering anything, at most `limit` events at a time.
    func take(limit: Int = .max, _ isLast: (ConsumerEvent) async throws -> Bool) async throws {
        var wakeUps = self.wakeUps.makeAsyncIterator()
        while true {
            var isDone = false
            let events = self.consumer.poll(limit: limit)
            for event in events where try await isLast(event) { isDone = true }
            if isDone { return }
            if events.count == limit { continue }
            if await wakeUps.next() == nil { return }
        }
    }

    /// Answers an event that asks for an answer.
    func answer(_ event: ConsumerEvent) async throws {
        switch event {
        case .assigned(let partitions): try await self.consumer.assign(self.consumer.committed(partitions))
        case .revoked(let partitions), .lost(let partitions): try self.consumer.release(partitions)
        case .record, .failed, .statistics: break
        }
    }
}
