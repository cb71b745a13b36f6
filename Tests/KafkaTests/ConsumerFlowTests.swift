import Kafka
import KafkaFaults
import Records
import Testing

/// Pausing, watermarks, outages and idleness of one group member.
@Suite(.timeLimit(.minutes(2))) struct ConsumerFlowTests {
    private static let topic = "commands"
    private static let left = TopicPartition(topic: topic, partition: 0)
    private static let right = TopicPartition(topic: topic, partition: 1)

    private static func record(_ partition: Int32, _ value: UInt8) -> ProducerRecord {
        ProducerRecord(topic: Self.topic, partition: partition, key: nil, value: [value])
    }

    @Test func `a paused partition gives nothing until it is resumed, and then loses nothing`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic(Self.topic, partitions: 2)
        let producer = try Producer(.init(client: .init(brokers: cluster.brokers)), log: { _ in })
        let reader = try GroupReader(cluster, group: "g", topics: [Self.topic])
        try await reader.assignment()
        try reader.consumer.pause([Self.left])

        _ = try await producer.send([Self.record(0, 1), Self.record(0, 2), Self.record(1, 3)])
        #expect(try await reader.read(1).map(\.value) == [[3]])
        // The other partition's next record has come, so the paused one's would have, too.
        _ = try await producer.send([Self.record(1, 4)])
        #expect(try await reader.read(1).map(\.value) == [[4]])

        try reader.consumer.resume([Self.left])
        let resumed = try await reader.read(2)
        #expect(resumed.map(\.value) == [[1], [2]])
        #expect(resumed.map(\.offset) == [0, 1])
        await reader.consumer.close()
    }

    @Test func `what was fetched ahead of a pause comes again after it`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic(Self.topic, partitions: 2)
        let producer = try Producer(.init(client: .init(brokers: cluster.brokers)), log: { _ in })
        _ = try await producer.send((0..<100).map { Self.record(0, $0) })
        let reader = try GroupReader(cluster, group: "g", topics: [Self.topic])
        try await reader.assignment()

        // One record is taken, which shows that the rest of the batch was fetched with it.
        var seen: [Int64] = []
        try await reader.take(limit: 1) { event in
            if let record = event.record { seen.append(record.offset) }
            return !seen.isEmpty
        }
        try reader.consumer.pause([Self.left])
        seen += reader.consumer.poll(limit: .max).compactMap(\.record?.offset)
        try reader.consumer.resume([Self.left])
        while seen.count < 100 { seen += try await reader.read(1).map(\.offset) }
        #expect(seen == Array(0..<100))
        await reader.consumer.close()
    }

    @Test func `a partition that is rewound is read from its beginning, and the others go on`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic(Self.topic, partitions: 2)
        let producer = try Producer(.init(client: .init(brokers: cluster.brokers)), log: { _ in })
        let reader = try GroupReader(cluster, group: "g", topics: [Self.topic])
        try await reader.assignment()
        _ = try await producer.send([Self.record(0, 1), Self.record(0, 2), Self.record(1, 3)])
        _ = try await reader.read(3)

        try reader.consumer.rewind(Self.left)
        _ = try await producer.send([Self.record(0, 4), Self.record(1, 5)])
        var seen: [TopicPartition: [Int64]] = [:]
        while seen[Self.left]?.last != 2 || seen[Self.right] == nil {
            for record in try await reader.read(1) { seen[record.topicPartition, default: []].append(record.offset) }
        }
        #expect(seen == [Self.left: [0, 1, 2], Self.right: [1]])
        let nowhere = TopicPartition(topic: Self.topic, partition: 7)
        #expect(throws: KafkaError.self) { try reader.consumer.rewind(nowhere) }
        await reader.consumer.close()
    }

    @Test func `watermarks are those of the last fetch, and the administrator's those of the leader`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic(Self.topic, partitions: 2)
        let producer = try Producer(.init(client: .init(brokers: cluster.brokers)), log: { _ in })
        let reader = try GroupReader(cluster, group: "g", topics: [Self.topic])
        #expect(reader.consumer.cachedWatermarks(of: Self.left) == nil)
        try await reader.assignment()
        _ = try await producer.send([Self.record(0, 1), Self.record(0, 2), Self.record(0, 3)])
        let count = try await reader.read(3).count
        #expect(count == 3)

        #expect(reader.consumer.cachedWatermarks(of: Self.left)?.high == 3)
        #expect(reader.consumer.cachedWatermarks(of: Self.left)?.low == 0)
        let admin = try Admin(.init(brokers: cluster.brokers), log: { _ in })
        let asked = try await admin.watermarks(of: Self.left)
        #expect(asked.low == 0)
        #expect(asked.high == 3)
        await reader.consumer.close()
    }

    @Test func `a consumer goes on by itself when its broker comes back`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic(Self.topic, partitions: 1)
        let client = ClientProperties(
            brokers: cluster.brokers,
            passthrough: ["reconnect.backoff.ms": "50", "reconnect.backoff.max.ms": "200"]
        )
        let producer = try Producer(.init(client: client), log: { _ in })
        let reader = try GroupReader(
            cluster,
            group: "g",
            topics: [Self.topic],
            properties: ["reconnect.backoff.ms": "50", "reconnect.backoff.max.ms": "200"]
        )
        _ = try await producer.send([Self.record(0, 1)])
        #expect(try await reader.read(1).map(\.value) == [[1]])

        try cluster.takeDown(broker: 1)
        var failures: [KafkaError] = []
        try await reader.follow { event in
            if case .failed(let error) = event { failures.append(error) }
            return !failures.isEmpty
        }
        #expect(failures.allSatisfy { $0.disposition == .retry })

        try cluster.bringUp(broker: 1)
        _ = try await producer.send([Self.record(0, 2)])
        #expect(try await reader.read(1).map(\.value) == [[2]])
        await reader.consumer.close()
    }

    @Test func `a consumer with nothing to do stays a member: a wake-up comes often enough for its sign of life`()
        async throws
    {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic(Self.topic, partitions: 1)
        let reader = try GroupReader(
            cluster,
            group: "g",
            topics: [Self.topic],
            properties: ["max.poll.interval.ms": "6000", "statistics.interval.ms": "500"]
        )
        try await reader.assignment()
        var ticks = 0
        var others: [ConsumerEvent] = []
        // 7.5 seconds: longer than the interval after which a silent member is thrown out.
        try await reader.follow { event in
            if case .statistics(let json) = event {
                #expect(json.hasPrefix("{"))
                ticks += 1
            } else {
                others.append(event)
            }
            return ticks == 15
        }
        #expect(others == [])
        await reader.consumer.close()
    }
}

extension ConsumerEvent {
    /// The record, when the event is one.
    var record: KafkaRecord? { if case .record(let record) = self { record } else { nil } }
}
