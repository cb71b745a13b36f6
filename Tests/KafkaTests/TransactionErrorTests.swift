import Kafka
import KafkaFaults
import Records
import Testing

/// What an error of a transaction says that can be done.
@Suite(.timeLimit(.minutes(2))) struct TransactionErrorTests {
    /// Numbers of requests in Kafka's protocol guide.
    private enum API {
        static let produce: Int16 = 0
        static let initProducerID: Int16 = 22
        static let addPartitions: Int16 = 24
        static let addOffsets: Int16 = 25
        static let endTransaction: Int16 = 26
        static let offsetCommit: Int16 = 28
    }

    private static func cluster() throws -> EmbeddedCluster {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("results", partitions: 1)
        return cluster
    }

    private static func producer(_ cluster: EmbeddedCluster) async throws -> Producer {
        let producer = try Producer(.init(client: .init(brokers: cluster.brokers), transactionalID: "w"), log: { _ in })
        try await producer.initTransactions()
        return producer
    }

    private static func record(_ value: UInt8) -> ProducerRecord {
        ProducerRecord(topic: "results", key: nil, value: [value])
    }

    @Test(arguments: [
        // COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, CONCURRENT_TRANSACTIONS: librdkafka tries again by itself.
        [Int32(15)], [16], [51], [14, 15, 16],
    ])
    func `an end of a transaction that is refused for a moment succeeds all the same`(codes: [Int32]) async throws {
        let cluster = try Self.cluster()
        let producer = try await Self.producer(cluster)
        try await producer.beginTransaction()
        try await producer.enqueue([Self.record(1)])
        cluster.failNext(request: API.endTransaction, with: codes)
        try await producer.commitTransaction()
        #expect(await producer.fatalError() == nil)
    }

    @Test(arguments: [
        (Int32(47), "INVALID_PRODUCER_EPOCH or fenced"), (90, "PRODUCER_FENCED"),
        (53, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"),
    ])
    func `a commit that another instance or the cluster forbids is fatal`(code: Int32, label: String) async throws {
        let cluster = try Self.cluster()
        let producer = try await Self.producer(cluster)
        try await producer.beginTransaction()
        try await producer.enqueue([Self.record(1)])
        cluster.failNext(request: API.endTransaction, with: [code])
        let error = await #expect(throws: KafkaError.self) { try await producer.commitTransaction() }
        #expect(error?.disposition == .fatal, "\(label): \(String(describing: error))")
        #expect(await producer.fatalError()?.disposition == .fatal)
        // Nothing can be begun any more, and it says so at once.
        let next = await #expect(throws: KafkaError.self) { try await producer.beginTransaction() }
        #expect(next?.disposition == .fatal)
    }

    @Test func `a record that the broker refuses asks for an abort, and so does the gap that it leaves, but once`()
        async throws
    {
        let cluster = try Self.cluster()
        let producer = try await Self.producer(cluster)
        try await producer.beginTransaction()
        cluster.failNext(request: API.produce, with: [87])
        try await producer.enqueue([Self.record(1)])
        let error = await #expect(throws: KafkaError.self) { try await producer.commitTransaction() }
        #expect(error?.disposition == .abortTransaction)
        try await producer.abortTransaction()

        // librdkafka 2.0.2 has counted the refused batch in the sequence that brokers check, and mends it at the next
        // abort.
        try await producer.beginTransaction()
        try await producer.enqueue([Self.record(2)])
        let gap = await #expect(throws: KafkaError.self) { try await producer.commitTransaction() }
        #expect(gap?.name == "OUT_OF_ORDER_SEQUENCE_NUMBER")
        #expect(gap?.disposition == .abortTransaction)
        try await producer.abortTransaction()

        try await producer.beginTransaction()
        try await producer.enqueue([Self.record(2)])
        try await producer.commitTransaction()
        let reader = try GroupReader(cluster, group: "check", topics: ["results"])
        #expect(try await reader.read(1).map(\.value) == [[2]])
        await reader.consumer.close()
    }

    /// TOPIC_AUTHORIZATION_FAILED, GROUP_AUTHORIZATION_FAILED.
    private static let refusals: [(Int16, Int32)] = [
        (API.addPartitions, 29), (API.addOffsets, 30), (API.offsetCommit, 30),
    ]

    @Test(arguments: Self.refusals)
    func `a refusal on the way to a commit asks for an abort`(request: Int16, code: Int32) async throws {
        let cluster = try Self.cluster()
        try cluster.createTopic("commands", partitions: 1)
        let reader = try GroupReader(cluster, group: "g", topics: ["commands"])
        try await reader.assignment()
        let producer = try await Self.producer(cluster)
        try await producer.beginTransaction()
        cluster.failNext(request: request, with: [code])
        try await producer.enqueue([Self.record(1)])
        let offset = PartitionOffset(TopicPartition(topic: "commands", partition: 0), offset: 1)
        let metadata = try reader.consumer.groupMetadata()
        let error = await #expect(throws: KafkaError.self) {
            try await producer.sendOffsets([offset], of: metadata)
            try await producer.commitTransaction()
        }
        #expect(error?.disposition == .abortTransaction, "\(String(describing: error))")
        try await producer.abortTransaction()
        try await producer.beginTransaction()
        try await producer.sendOffsets([offset], of: metadata)
        try await producer.commitTransaction()
        await reader.consumer.close()
    }

    @Test func `a transactional id that cannot be had in time may be asked for again`() async throws {
        let cluster = try Self.cluster()
        try cluster.takeDown(broker: 1)
        let producer = try Producer(
            .init(
                client: .init(
                    brokers: cluster.brokers,
                    passthrough: ["reconnect.backoff.ms": "50", "reconnect.backoff.max.ms": "200"]
                ),
                transactionalID: "w"
            ),
            log: { _ in }
        )
        let error = await #expect(throws: KafkaError.self) {
            try await producer.initTransactions(timeout: .milliseconds(500))
        }
        #expect(error?.disposition == .retry, "\(String(describing: error))")
        try cluster.bringUp(broker: 1)
        try await producer.initTransactions()
        try await producer.beginTransaction()
        try await producer.enqueue([Self.record(1)])
        try await producer.commitTransaction()
    }

    @Test func `offsets whose group coordinator is away are given up in time, and a new producer goes on`()
        async throws
    {
        let cluster = try EmbeddedCluster(brokerCount: 2)
        try cluster.createTopic("results", partitions: 1)
        try cluster.setLeader(of: TopicPartition(topic: "results", partition: 0), to: 1)
        try cluster.setCoordinator(of: .transactions("w"), to: 1)
        try cluster.setCoordinator(of: .group("g"), to: 2)
        let producer = try await Self.producer(cluster)
        let offset = PartitionOffset(TopicPartition(topic: "results", partition: 0), offset: 1)
        let group = ConsumerGroupMetadata(memberless: "g")
        try await producer.beginTransaction()
        try await producer.enqueue([Self.record(1)])
        try cluster.takeDown(broker: 2)
        // Newer versions of librdkafka may give up by themselves; the suite's time limit bounds it.
        let error = await #expect(throws: KafkaError.self) {
            try await producer.sendOffsets([offset], of: group, timeout: .seconds(2))
        }
        #expect(error?.name == "_TIMED_OUT", "\(String(describing: error))")

        let next = try await Self.producer(cluster)
        try cluster.setCoordinator(of: .group("g"), to: 1)
        try await next.beginTransaction()
        try await next.enqueue([Self.record(2)])
        try await next.sendOffsets([offset], of: group)
        try await next.commitTransaction()
        try cluster.bringUp(broker: 2)
    }

    @Test func `a call out of order is refused by name, and traps nothing`() async throws {
        let cluster = try Self.cluster()
        let producer = try await Self.producer(cluster)
        let error = await #expect(throws: KafkaError.self) { try await producer.commitTransaction() }
        #expect(error?.name == "_STATE")
        let plain = try Producer(.init(client: .init(brokers: cluster.brokers)), log: { _ in })
        let refused = await #expect(throws: KafkaError.self) { try await plain.beginTransaction() }
        #expect(refused?.name == "_NOT_CONFIGURED")
        #expect(refused?.disposition == .permanent)
    }
}
