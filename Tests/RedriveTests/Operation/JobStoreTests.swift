import CustomerContract
import Kafka
import KafkaFaults
import Records
import Testing

@testable import Redrive

/// The store against librdkafka's mock, with faults in a transaction.
///
/// The mock keeps no offsets of transactions and fences nobody: what is found again is shown against a broker of its
/// own process.
@Suite(.timeLimit(.minutes(2))) struct JobStoreTests {
    private static let partition = TopicPartition(topic: Letters.topic, partition: 0)
    /// Kafka's number of EndTxn, and the codes that a broker gives.
    private static let endTransaction: Int16 = 26
    private static let sendOffsets: Int16 = 28

    private static func cluster() throws -> (EmbeddedCluster, ClientProperties) {
        let cluster = try EmbeddedCluster()
        for topic in [Letters.topic, "customer_commands", "customer_results"] {
            try cluster.createTopic(topic, partitions: 1)
        }
        let passthrough = ["fetch.wait.max.ms": "10", "retry.backoff.ms": "10"]
        return (cluster, ClientProperties(brokers: cluster.brokers, passthrough: passthrough))
    }

    private static func record(beat: Int) -> JobRecord {
        var record = JobRecord(
            id: "j-1",
            identity: "i",
            summary: "all",
            owner: .current(),
            beganAt: UnixMilliseconds(0),
            since: nil,
            until: nil
        )
        record.beat = beat
        return record
    }

    private static func commit(_ store: JobStore, beat: Int, offset: Int64) async -> JobStore.Outcome {
        var sentBack = LetterSet()
        sentBack.insert(0, offset)
        let record = self.record(beat: beat)
        return await store.commit(
            [ProducerRecord(topic: "customer_commands", key: nil, value: Array("\(offset)".utf8))],
            pages: .init(sentBack: sentBack.allPages(of: Letters.topic)),
            job: [PartitionOffset(self.partition, offset: 9, metadata: record.encoded)],
            record: record
        )
    }

    @Test(
        arguments: [
            // NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, CONCURRENT_TRANSACTIONS: they pass inside librdkafka.
            (Self.endTransaction, [16, 15, 51]), (Self.sendOffsets, [16, 14]),
            // A broken connection in the commit.
            (Self.endTransaction, [-195]),
        ] as [(Int16, [Int32])]
    )
    func `a commit through passing faults is known to be committed`(_ request: Int16, _ codes: [Int32]) async throws {
        let (cluster, client) = try Self.cluster()
        let store = try JobStore(client, deadLetterTopic: Letters.topic)
        try await store.take()
        cluster.failNext(request: request, with: codes)
        guard case .committed(let positions) = await Self.commit(store, beat: 3, offset: 5) else {
            Issue.record("not committed")
            return
        }
        #expect(positions == [0: RecordPosition(topic: "customer_commands", partition: 0, offset: 0)])
    }

    @Test(
        arguments: [
            // INVALID_TXN_STATE and UNKNOWN_PRODUCER_ID of the commit; GROUP_AUTHORIZATION_FAILED of the offsets.
            (Self.endTransaction, 48), (Self.endTransaction, 59), (Self.sendOffsets, 30),
        ] as [(Int16, Int32)]
    )
    func `a commit that was refused is never taken for committed`(_ request: Int16, _ code: Int32) async throws {
        let (cluster, client) = try Self.cluster()
        let store = try JobStore(client, deadLetterTopic: Letters.topic)
        try await store.take()
        cluster.failNext(request: request, with: [code])
        if case .committed = await Self.commit(store, beat: 3, offset: 5) { Issue.record("taken for committed") }
    }
}
