import Foundation
import Records
import Testing

@testable import Kafka

@Suite(.timeLimit(.minutes(2))) struct FetchWakeTests {
    /// The polls of a queue with these lengths, and which of them began a wake-up.
    private func begun(_ wake: inout FetchWake, _ lengths: [Int]) -> [Bool] { lengths.map { wake.isDue(length: $0) } }

    @Test func `a queue that was worked off to half of what it held is due, once`() {
        var wake = FetchWake()
        #expect(
            self.begun(&wake, [0, 1_000, 700, 501, 500, 400, 300]) == [false, false, false, false, true, false, false]
        )
    }

    @Test func `a short queue was not full, and is not due`() {
        var wake = FetchWake()
        #expect(self.begun(&wake, [63, 30, 0, 63, 0]) == [false, false, false, false, false])
    }

    /// Without the requests a full queue would be fetched for once a second, which a test cannot tell from a busy
    /// machine; that they are sent can be counted.
    @Test func `a consumer that works full queues off asks the leader to fetch on`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("commands", partitions: 1)
        let producer = try Producer(.init(client: .init(brokers: cluster.brokers)), log: { _ in })
        _ = try await producer.send(
            (0..<2_000).map { .init(topic: "commands", partition: 0, key: nil, value: [UInt8($0 % 256)]) }
        )
        let reader = try GroupReader(
            cluster,
            group: "g",
            topics: ["commands"],
            properties: ["queued.min.messages": "200", "statistics.interval.ms": "100"]
        )
        async let _ = reader.consumer.keepFetching()
        try await reader.assignment()
        var offsets: [Int64] = []
        try await reader.take(limit: 50) { event in
            if let record = event.record { offsets.append(record.offset) }
            return offsets.count == 2_000
        }
        #expect(offsets == Array(0..<2_000))
        // One is asked for where the partition begins.
        try await reader.follow { event in
            guard case .statistics(let text) = event else { return false }
            return try self.offsetRequests(text) > 1
        }
        await reader.consumer.close()
    }

    private func offsetRequests(_ statistics: String) throws -> Int {
        let root = try #require(JSONSerialization.jsonObject(with: Data(statistics.utf8)) as? [String: Any])
        let brokers = try #require(root["brokers"] as? [String: [String: Any]])
        return brokers.values.compactMap { ($0["req"] as? [String: Int])?["ListOffsets"] }.reduce(0, +)
    }
}
