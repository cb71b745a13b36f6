import Kafka
import KafkaFaults
import Records
import Testing

/// However a consumer ends, it ends in bounded time and traps nothing.
@Suite(.timeLimit(.minutes(2))) struct ConsumerClosingTests {
    private static func cluster() throws -> EmbeddedCluster {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("commands", partitions: 2)
        return cluster
    }

    @Test(arguments: ["range", "cooperative-sticky"])
    func `an assignment that nobody answered does not hold up the close`(strategy: String) async throws {
        let reader = try GroupReader(
            Self.cluster(),
            group: "g",
            topics: ["commands"],
            properties: ["partition.assignment.strategy": strategy]
        )
        try await reader.take { if case .assigned = $0 { true } else { false } }
        await reader.consumer.close()
        #expect(reader.consumer.poll(limit: 10) == [])
    }

    @Test(arguments: ["range", "cooperative-sticky"])
    func `a revocation that nobody answered does not hold up the close`(strategy: String) async throws {
        let cluster = try Self.cluster()
        let properties = ["partition.assignment.strategy": strategy]
        let first = try GroupReader(cluster, group: "g", topics: ["commands"], properties: properties)
        try await first.assignment()
        let second = try GroupReader(cluster, group: "g", topics: ["commands"], properties: properties)
        try await first.take { if case .revoked = $0 { true } else { false } }
        await first.consumer.close()
        #expect(first.consumer.poll(limit: 10) == [])
        await second.consumer.close()
    }

    @Test func `a loss that nobody answered does not hold up the close`() async throws {
        let reader = try GroupReader(
            Self.cluster(),
            group: "g",
            topics: ["commands"],
            properties: ["max.poll.interval.ms": "3000"]
        )
        try await reader.assignment()
        // Asking the broker keeps this task busy without polling, which is what gets the member thrown out.
        let clock = ContinuousClock()
        let end = clock.now + .seconds(4)
        while clock.now < end { _ = try await reader.consumer.committed([.init(topic: "commands", partition: 0)]) }
        try await reader.take { if case .lost = $0 { true } else { false } }
        await reader.consumer.close()
        #expect(reader.consumer.poll(limit: 10) == [])
    }

    @Test func `whatever is asked of a closed consumer, it answers or refuses by name`() async throws {
        let cluster = try Self.cluster()
        let producer = try Producer(.init(client: .init(brokers: cluster.brokers)), log: { _ in })
        _ = try await producer.send([ProducerRecord(topic: "commands", partition: 0, key: nil, value: [1])])
        let reader = try GroupReader(cluster, group: "g", topics: ["commands"])
        try await reader.assignment()
        let consumer = reader.consumer
        await consumer.close()

        let partition = TopicPartition(topic: "commands", partition: 0)
        #expect(consumer.poll(limit: 10) == [])
        await #expect(throws: KafkaError.self) { try await consumer.commit([.init(partition, offset: 1)]) }
        await #expect(throws: KafkaError.self) { try await consumer.committed([partition], timeout: .seconds(1)) }
        #expect(throws: KafkaError.self) { try consumer.assign([.init(partition, offset: 0)]) }
        #expect(throws: KafkaError.self) { try consumer.subscribe(to: ["commands"]) }
        _ = consumer.cachedWatermarks(of: partition)
        // A second close has nothing to do.
        await consumer.close()
        #expect(consumer.poll(limit: 10) == [])
    }

    @Test func `a consumer that is dropped without a close leaves the group and crashes nothing`() async throws {
        let cluster = try Self.cluster()
        let producer = try Producer(.init(client: .init(brokers: cluster.brokers)), log: { _ in })
        _ = try await producer.send((0..<50).map { ProducerRecord(topic: "commands", key: nil, value: [$0]) })
        do {
            // Records wait in its queue, an assignment is answered.
            let reader = try GroupReader(cluster, group: "g", topics: ["commands"])
            #expect(try await reader.read(1).isEmpty == false)
        }
        do {
            // An assignment is taken and not answered.
            let reader = try GroupReader(cluster, group: "g", topics: ["commands"])
            try await reader.take { if case .assigned = $0 { true } else { false } }
        }
        do {
            // Nothing has happened yet.
            _ = try GroupReader(cluster, group: "g", topics: ["commands"])
        }
        let next = try GroupReader(cluster, group: "g", topics: ["commands"])
        #expect(try await next.read(50).count == 50)
        await next.consumer.close()
    }

    @Test func `the brokers may be gone when a consumer closes`() async throws {
        let cluster = try Self.cluster()
        let reader = try GroupReader(cluster, group: "g", topics: ["commands"])
        try await reader.assignment()
        try cluster.takeDown(broker: 1)
        let clock = ContinuousClock()
        let start = clock.now
        await reader.consumer.close()
        #expect(clock.now - start < .seconds(10))
    }
}
