import Kafka
import KafkaFaults
import Records
import Testing

/// What a batch's failures look like: by record, by name, in bounded time.
@Suite(.timeLimit(.minutes(2))) struct ProducerFailureTests {
    private static func record(_ topic: String, _ value: [UInt8]?, partition: Int32? = nil) -> ProducerRecord {
        ProducerRecord(topic: topic, partition: partition, key: nil, value: value)
    }

    private static func producer(_ cluster: EmbeddedCluster, _ passthrough: [String: String] = [:]) throws -> Producer {
        try Producer(.init(client: .init(brokers: cluster.brokers, passthrough: passthrough)), log: { _ in })
    }

    private static func values(_ cluster: EmbeddedCluster, _ count: Int) async throws -> [[UInt8]?] {
        let reader = try GroupReader(cluster, group: "check", topics: ["results"])
        let values = try await reader.read(count).map(\.value)
        await reader.consumer.close()
        return values
    }

    @Test func `a record for a topic that does not exist fails by name, and takes no other with it`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("results", partitions: 1)
        cluster.fail(topic: "nowhere", with: 3)
        let producer = try Self.producer(cluster, ["topic.metadata.propagation.max.ms": "500"])
        let failures = try await producer.send([
            Self.record("results", [1]), Self.record("nowhere", [2]), Self.record("results", [3]),
        ])
        #expect(failures.mapValues(\.name) == [1: "UNKNOWN_TOPIC_OR_PART"])
        #expect(failures[1]?.disposition == .permanent)
        #expect(try await Self.values(cluster, 2) == [[1], [3]])

        // The producer is as good as before.
        #expect(try await producer.send([Self.record("results", [4])]).isEmpty)
    }

    @Test func `a partition that a topic does not have fails by name, and takes no other with it`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("results", partitions: 1)
        let producer = try Self.producer(cluster)
        let failures = try await producer.send([
            Self.record("results", [1]), Self.record("results", [2], partition: 7), Self.record("results", [3]),
        ])
        #expect(failures.mapValues(\.name) == [1: "_UNKNOWN_PARTITION"])
        #expect(try await Self.values(cluster, 2) == [[1], [3]])
    }

    @Test func `a record of 900 kilobytes passes, with its headers`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("results", partitions: 1)
        let producer = try Self.producer(cluster)
        let value = (0..<900_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let headers: RecordHeaders = [
            RecordHeader(name: "none", value: nil), RecordHeader(name: "empty", value: []),
            RecordHeader(name: "", value: [1]), RecordHeader(name: "ü", value: [0xFF, 0x00, 0xC3]),
        ]
        let record = ProducerRecord(topic: "results", key: [], value: value, headers: headers)
        #expect(try await producer.send([record]).isEmpty)

        let reader = try GroupReader(cluster, group: "check", topics: ["results"])
        let read = try #require(try await reader.read(1).first)
        #expect(read.value == value)
        #expect(read.key == [])
        #expect(read.headers == headers)
        await reader.consumer.close()
    }

    @Test func `what is sent while the broker is away is delivered once it is back, in order`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("results", partitions: 1)
        let producer = try Self.producer(cluster, ["reconnect.backoff.ms": "50", "reconnect.backoff.max.ms": "200"])
        #expect(try await producer.send([Self.record("results", [0])]).isEmpty)
        try cluster.takeDown(broker: 1)
        async let failures = producer.send((1...20).map { Self.record("results", [$0]) })
        // Any answer of a client that finds nobody shows that the broker is away.
        let admin = try Admin(.init(brokers: cluster.brokers), log: { _ in })
        await #expect(throws: KafkaError.self) { try await admin.topics(timeout: .milliseconds(500)) }
        try cluster.bringUp(broker: 1)
        #expect(try await failures.isEmpty)
        #expect(try await Self.values(cluster, 21) == (0...20).map { [$0] })
    }

    @Test func `records that outlast their time-out fail by name, and may be sent again`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("results", partitions: 1)
        let producer = try Self.producer(
            cluster,
            ["message.timeout.ms": "1000", "reconnect.backoff.ms": "50", "reconnect.backoff.max.ms": "200"]
        )
        try cluster.takeDown(broker: 1)
        let failures = try await producer.send([Self.record("results", [1]), Self.record("results", [2])])
        #expect(failures.mapValues(\.name) == [0: "_MSG_TIMED_OUT", 1: "_MSG_TIMED_OUT"])
        #expect(failures.values.allSatisfy { $0.disposition == .retry })
        try cluster.bringUp(broker: 1)
        // Some versions need longer than the time-out to find the broker again; the test's time limit bounds it.
        while try await !producer.send([Self.record("results", [1]), Self.record("results", [2])]).isEmpty {}
        #expect(try await Self.values(cluster, 2) == [[1], [2]])
    }

    @Test func `an error of the broker that passes is tried again by the producer itself`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("results", partitions: 1)
        let producer = try Self.producer(cluster)
        // NOT_LEADER_FOR_PARTITION, REQUEST_TIMED_OUT, a broken connection.
        cluster.failNext(request: 0, with: [6, 7, -195])
        #expect(try await producer.send([Self.record("results", [1])]).isEmpty)
        #expect(try await Self.values(cluster, 1) == [[1]])
    }

    @Test(arguments: [
        (29, "TOPIC_AUTHORIZATION_FAILED"), (87, "INVALID_RECORD"),
        // librdkafka 2.0.2 leaves the bound on a record's size to the broker.
        (10, "MSG_SIZE_TOO_LARGE"),
    ])
    func `an error of the broker that does not pass is the record's own`(code: Int32, name: String) async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("results", partitions: 1)
        let producer = try Self.producer(cluster)
        cluster.failNext(request: 0, with: [code])
        let failures = try await producer.send([Self.record("results", [1])])
        #expect(failures.mapValues(\.name) == [0: name])
        #expect(failures[0]?.disposition == .permanent)
        #expect(await producer.fatalError() == nil)
    }
}
