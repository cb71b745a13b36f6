import Kafka
import Records
import Testing

/// A client against the embedded cluster.
@Suite(.timeLimit(.minutes(2))) struct RecordRoundTripTests {
    @Test func `records of any shape come back as they were sent`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("shapes", partitions: 1)
        let producer = try Producer(.init(client: .init(brokers: cluster.brokers)), log: { _ in })
        let sent = [
            ProducerRecord(
                topic: "shapes",
                key: [1, 2],
                value: [3],
                headers: [.init(name: "h", value: [0xFF, 0x00])]
            ),
            ProducerRecord(topic: "shapes", key: nil, value: nil),
            ProducerRecord(topic: "shapes", key: [], value: []),
            ProducerRecord(
                topic: "shapes",
                key: [9],
                value: [8],
                headers: [.init(name: "twice", value: []), .init(name: "twice", value: nil)],
                timestamp: UnixMilliseconds(1_700_000_000_123)
            ),
        ]
        let failures = try await producer.send(sent)
        #expect(failures.isEmpty)

        let reader = try GroupReader(cluster, group: "g", topics: ["shapes"])
        let records = try await reader.read(4)
        await reader.consumer.close()

        #expect(records.map(\.offset) == [0, 1, 2, 3])
        #expect(records.map(\.key) == sent.map(\.key))
        #expect(records.map(\.value) == sent.map(\.value))
        #expect(records.map(\.headers) == sent.map(\.headers))
        #expect(records[3].timestamp == UnixMilliseconds(1_700_000_000_123))
    }

    @Test func `offsets are committed as the member that made them, or not at all`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("commands", partitions: 1)
        let reader = try GroupReader(cluster, group: "members", topics: ["commands"])
        let partition = try #require(try await reader.assignment().first)
        let member = try reader.consumer.groupMetadata()
        let offset = PartitionOffset(partition, offset: 7)
        try await reader.consumer.commit([offset], as: member)
        #expect(try await reader.consumer.committed([partition]).first?.offset == 7)
        let another = ConsumerGroupMetadata(memberless: "members")
        let refusal = await #expect(throws: KafkaError.self) {
            try await reader.consumer.commit([PartitionOffset(partition, offset: 3)], as: another)
        }
        #expect(refusal?.name == "ILLEGAL_GENERATION")
        #expect(try await reader.consumer.committed([partition]).first?.offset == 7)
        await reader.consumer.close()
    }

    @Test func `a committed offset comes back with its metadata, byte for byte`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("commands", partitions: 2)
        let reader = try GroupReader(cluster, group: "g", topics: ["commands"])
        try await reader.assignment()
        let partition = TopicPartition(topic: "commands", partition: 1)
        let untouched = TopicPartition(topic: "commands", partition: 0)
        try await reader.consumer.commit([PartitionOffset(partition, offset: 42, metadata: Array("1:abc".utf8))])

        let committed = try await reader.consumer.committed([partition, untouched])
        #expect(committed.first { $0.topicPartition == partition }?.offset == 42)
        #expect(committed.first { $0.topicPartition == partition }?.metadata == Array("1:abc".utf8))
        #expect(committed.first { $0.topicPartition == untouched }?.offset == nil)
        await reader.consumer.close()

        let admin = try Admin(.init(brokers: cluster.brokers), log: { _ in })
        let seen = try await admin.offsets(of: "g", for: [partition])
        #expect(seen == [PartitionOffset(partition, offset: 42, metadata: Array("1:abc".utf8))])
    }

    @Test func `a committed transaction shows its records; the embedded cluster takes offsets in it`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("commands", partitions: 1)
        try cluster.createTopic("results", partitions: 1)
        let reader = try GroupReader(cluster, group: "g", topics: ["commands"])
        try await reader.assignment()
        let producer = try Producer(
            .init(client: .init(brokers: cluster.brokers), transactionalID: "worker-1"),
            log: { _ in }
        )
        try await producer.initTransactions()
        try await producer.beginTransaction()
        try await producer.enqueue([ProducerRecord(topic: "results", key: nil, value: [1])])
        let offset = PartitionOffset(
            TopicPartition(topic: "commands", partition: 0),
            offset: 7,
            metadata: [0x31, 0x32]
        )
        try await producer.sendOffsets([offset], of: reader.consumer.groupMetadata())
        try await producer.commitTransaction()

        await reader.consumer.close()
        let results = try GroupReader(cluster, group: "other", topics: ["results"])
        #expect(try await results.read(1).map(\.value) == [[1]])
        await results.consumer.close()
    }

    // That offsets of a transaction, with their metadata, are there after it and only then is shown against a broker of
    // its own process: librdkafka's mock takes them and forgets them.
    @Test func `an aborted transaction can be followed by another`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("commands", partitions: 1)
        let reader = try GroupReader(cluster, group: "g", topics: ["commands"])
        try await reader.assignment()
        let producer = try Producer(.init(client: .init(brokers: cluster.brokers), transactionalID: "w"), log: { _ in })
        try await producer.initTransactions()
        try await producer.beginTransaction()
        try await producer.enqueue([ProducerRecord(topic: "commands", key: nil, value: [1])])
        try await producer.abortTransaction()
        try await producer.beginTransaction()
        try await producer.enqueue([ProducerRecord(topic: "commands", key: nil, value: [2])])
        try await producer.commitTransaction()
        #expect(try await reader.read(1).last?.value == [2])
        await reader.consumer.close()
    }
}
