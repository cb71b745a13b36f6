import Kafka
import Records
import Testing

/// The brokers that whole-worker tests run against.
enum BrokerKind: String, CaseIterable, CustomTestStringConvertible, Sendable {
    /// librdkafka's mock, in this process: it knows no isolation.
    case embedded
    /// A broker of its own process, over TCP, with transactions and `read_committed`.
    case ownProcess

    var testDescription: String { self.rawValue }
}

/// A broker with the three topics of the worker.
struct TestBroker: Sendable {
    let brokers: String
    private let owner: any Sendable

    /// The mock cluster, if this broker is one.
    var embedded: EmbeddedCluster? { self.owner as? EmbeddedCluster }

    static let topics = ["customer_commands", "customer_results", "customer_commands_dlq"]

    /// - Parameter largestRecord: bytes of a record in each topic that is named, where the broker has such a bound.
    init(
        _ kind: BrokerKind,
        partitions: Int = 3,
        moreTopics: [String] = [],
        largestRecord: [String: Int] = [:]
    ) async throws {
        switch kind {
        case .embedded:
            let cluster = try EmbeddedCluster()
            for topic in Self.topics + moreTopics { try cluster.createTopic(topic, partitions: partitions) }
            self.brokers = cluster.brokers
            self.owner = cluster
        case .ownProcess:
            let broker = try NoidaBroker()
            try await broker.create(
                Self.topics + moreTopics,
                partitions: partitions,
                largestRecord: largestRecord
            )
            self.brokers = broker.brokers
            self.owner = broker
        }
    }

    /// Properties that make groups quick.
    var client: ClientProperties {
        ClientProperties(
            brokers: self.brokers,
            passthrough: ["session.timeout.ms": "6000", "heartbeat.interval.ms": "500", "fetch.wait.max.ms": "10"]
        )
    }

    /// Whether a client that is new gets an answer in time.
    ///
    /// It is asked and not listened to: librdkafka does not tell of a broken connection again when the last error was
    /// the same.
    func answers(within limit: Duration) async throws -> Bool {
        let admin = try Admin(ClientProperties(brokers: self.brokers), log: { _ in })
        do throws(KafkaError) {
            _ = try await admin.topics(timeout: limit)
            return true
        } catch {
            return false
        }
    }

    /// Sends records and makes sure that each is there.
    func send(_ records: [ProducerRecord]) async throws {
        let producer = try Producer(ProducerSettings(client: ClientProperties(brokers: self.brokers)), log: { _ in })
        let failures = try await producer.send(records)
        if let error = failures.values.first { throw error }
    }

    /// Ends of the logs of a topic, by partition.
    func highWatermarks(of topic: String, partitions: Int) async throws -> [Int64] {
        let admin = try Admin(ClientProperties(brokers: self.brokers), log: { _ in })
        var ends: [Int64] = []
        for partition in 0..<Int32(partitions) {
            ends.append(try await admin.watermarks(of: TopicPartition(topic: topic, partition: partition)).high)
        }
        return ends
    }

    /// What the worker's group has committed, by partition.
    func committed(partitions: Int) async throws -> [PartitionOffset] {
        let admin = try Admin(ClientProperties(brokers: self.brokers), log: { _ in })
        return try await admin.offsets(
            of: "customer_worker",
            for: (0..<Int32(partitions)).map { TopicPartition(topic: "customer_commands", partition: $0) }
        )
    }
}
