import Kafka
import KafkaFaults
import Records
import Testing

/// That topics are created is shown against a broker of its own process: librdkafka's mock has no controller.
@Suite(.timeLimit(.minutes(1))) struct AdminTests {
    @Test func `topics are described in the order of their names`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("results", partitions: 3)
        try cluster.createTopic("commands", partitions: 12)
        let admin = try Admin(.init(brokers: cluster.brokers), log: { _ in })
        let topics = try await admin.topics()
        #expect(
            topics == [
                TopicDescription(name: "commands", partitionCount: 12, replicationFactor: 1),
                TopicDescription(name: "results", partitionCount: 3, replicationFactor: 1),
            ]
        )
    }

    @Test func `an empty cluster has no topics, and a group without commits no offsets`() async throws {
        let cluster = try EmbeddedCluster()
        let admin = try Admin(.init(brokers: cluster.brokers), log: { _ in })
        #expect(try await admin.topics().isEmpty)
        try cluster.createTopic("commands", partitions: 1)
        let partition = TopicPartition(topic: "commands", partition: 0)
        #expect(try await admin.offsets(of: "nobody", for: [partition]) == [PartitionOffset(partition, offset: nil)])
        let watermarks = try await admin.watermarks(of: partition)
        #expect(watermarks.low == 0)
        #expect(watermarks.high == 0)
    }

    /// How many there are is shown against a broker of its own process, by `produce --wait` without a worker.
    @Test func `a cluster that cannot tell a group's members refuses, and does not say none`() async throws {
        let cluster = try EmbeddedCluster()
        let admin = try Admin(.init(brokers: cluster.brokers), log: { _ in })
        await #expect(throws: KafkaError.self) { try await admin.memberCount(ofGroup: "g", timeout: .seconds(5)) }
    }

    @Test func `a topic that may not be seen is refused when it is asked for by name, and a missing one is none`()
        async throws
    {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("commands", partitions: 2)
        let admin = try Admin(.init(brokers: cluster.brokers), log: { _ in })
        #expect(try await admin.topic(named: "commands")?.partitionCount == 2)
        cluster.fail(topic: "commands", with: 3)
        #expect(try await admin.topic(named: "commands") == nil)
        cluster.fail(topic: "commands", with: 29)
        let error = try await #require(throws: KafkaError.self) { try await admin.topic(named: "commands") }
        #expect(error.isNotPermitted && error.topic == "commands")
        #expect(error.remedy?.contains("Describe on the topic commands") == true)
    }

    @Test func `a topic that is there is not made again`() throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("commands", partitions: 1)
        let error = #expect(throws: KafkaError.self) { try cluster.createTopic("commands", partitions: 1) }
        #expect(error?.name == "TOPIC_ALREADY_EXISTS")
        #expect(error?.disposition == .permanent)
    }

    @Test func `a topic that librdkafka itself refuses is refused with its reason`() async throws {
        let cluster = try EmbeddedCluster()
        let admin = try Admin(.init(brokers: cluster.brokers), log: { _ in })
        for topic in [
            NewTopic(name: "commands", partitions: -2, replicationFactor: 1),
            NewTopic(name: "commands", partitions: 1, replicationFactor: 100_000),
        ] {
            let error = await #expect(throws: KafkaError.self) { try await admin.create(topic) }
            #expect(error?.name == "_INVALID_ARG")
            #expect(error?.message.isEmpty == false)
        }
    }

    @Test func `every question ends in its time when nobody answers, and passes when somebody does again`() async throws
    {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("commands", partitions: 1)
        let client = ClientProperties(
            brokers: cluster.brokers,
            passthrough: ["reconnect.backoff.ms": "50", "reconnect.backoff.max.ms": "200"]
        )
        let admin = try Admin(client, log: { _ in })
        let partition = TopicPartition(topic: "commands", partition: 0)
        let short = Duration.milliseconds(300)
        try cluster.takeDown(broker: 1)
        let errors = [
            await #expect(throws: KafkaError.self) { try await admin.topics(timeout: short) },
            await #expect(throws: KafkaError.self) { try await admin.watermarks(of: partition, timeout: short) },
            await #expect(throws: KafkaError.self) {
                try await admin.offsets(of: "g", for: [partition], timeout: short)
            },
            await #expect(throws: KafkaError.self) {
                try await admin.create(.init(name: "t", partitions: 1, replicationFactor: 1), timeout: short)
            },
        ]
        for error in errors {
            #expect(error?.disposition == .retry, "\(String(describing: error))")
        }
        try cluster.bringUp(broker: 1)
        #expect(try await admin.topics().count == 1)
    }
}
