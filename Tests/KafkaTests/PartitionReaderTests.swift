import Kafka
import Records
import Testing

@Suite(.timeLimit(.minutes(1))) struct PartitionReaderTests {
    private static func client(_ cluster: EmbeddedCluster) -> ClientProperties {
        ClientProperties(brokers: cluster.brokers, passthrough: ["fetch.wait.max.ms": "10"])
    }

    private static func send(_ count: Int, to topic: String, partition: Int32, _ cluster: EmbeddedCluster) async throws
    {
        let producer = try Producer(.init(client: self.client(cluster)), log: { _ in })
        let records = (0..<count).map {
            ProducerRecord(topic: topic, partition: partition, key: nil, value: Array("\($0)".utf8))
        }
        #expect(try await producer.send(records).isEmpty)
    }

    /// Reads until each of `partitions` has nothing more; returns the records' offsets by partition.
    private static func readAll(
        _ reader: PartitionReader,
        _ partitions: Set<TopicPartition>,
        limit: Int = 7
    ) async throws -> [TopicPartition: [Int64]] {
        var offsets: [TopicPartition: [Int64]] = [:]
        var open = partitions
        while !open.isEmpty {
            let readings = try await reader.next(limit: limit, within: .seconds(5))
            #expect(readings.count <= limit)
            for reading in readings {
                switch reading {
                case .record(let record): offsets[record.topicPartition, default: []].append(record.offset)
                case .caughtUp(let partition, let offset):
                    #expect(offset == (offsets[partition]?.last ?? offset - 1) + 1)
                    open.remove(partition)
                case .failed(let error): throw error
                }
            }
        }
        return offsets
    }

    @Test func `it reads each partition from its offset to its end, and says so`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("letters", partitions: 3)
        try await Self.send(40, to: "letters", partition: 0, cluster)
        try await Self.send(25, to: "letters", partition: 1, cluster)
        let reader = try PartitionReader(Self.client(cluster), log: { _ in })
        let partitions = (0..<3).map { TopicPartition(topic: "letters", partition: Int32($0)) }
        try await reader.read(from: [
            PartitionOffset(partitions[0], offset: 35), PartitionOffset(partitions[1], offset: 0),
            PartitionOffset(partitions[2], offset: 0),
        ])
        let offsets = try await Self.readAll(reader, Set(partitions))
        #expect(offsets[partitions[0]] == Array(35..<40))
        #expect(offsets[partitions[1]] == Array(0..<25))
        #expect(offsets[partitions[2]] == nil)
    }

    @Test func `it reads again from elsewhere, and commits nothing`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("letters", partitions: 1)
        try await Self.send(10, to: "letters", partition: 0, cluster)
        let partition = TopicPartition(topic: "letters", partition: 0)
        let reader = try PartitionReader(Self.client(cluster), log: { _ in })
        for start in [0, 4] as [Int64] {
            try await reader.read(from: [PartitionOffset(partition, offset: start)])
            #expect(try await Self.readAll(reader, [partition])[partition] == Array(start..<10))
        }
        let admin = try Admin(Self.client(cluster), log: { _ in })
        let committed = try await admin.offsets(of: "customer-worker-partition-reader", for: [partition])
        #expect(committed.first?.offset == nil)
    }

    @Test func `with nothing there it waits no longer than it is told`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("letters", partitions: 1)
        let reader = try PartitionReader(Self.client(cluster), log: { _ in })
        #expect(try await reader.next(limit: 10, within: .milliseconds(50)).isEmpty)
    }

    @Test func `a producer tells where its records came to stand`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("letters", partitions: 2)
        try await Self.send(3, to: "letters", partition: 1, cluster)
        let settings = ProducerSettings(client: Self.client(cluster), transactionalID: "t", reportsPositions: true)
        let producer = try Producer(settings, log: { _ in })
        try await producer.initTransactions()
        let admin = try Admin(Self.client(cluster), log: { _ in })
        for _ in 0..<2 {
            // The clusters of some versions write the markers of transactions, others do not.
            let first = try await admin.watermarks(of: TopicPartition(topic: "letters", partition: 1)).high
            try await producer.beginTransaction()
            try await producer.enqueue(
                [1, 1].map { ProducerRecord(topic: "letters", partition: $0, key: nil, value: [1]) }
            )
            try await producer.commitTransaction()
            let positions = await producer.takePositions()
            #expect(positions.mapValues(\.offset) == [0: first, 1: first + 1])
            #expect(positions.values.allSatisfy { $0.topicPartition.partition == 1 })
        }
        #expect(await producer.takePositions().isEmpty)
    }
}
