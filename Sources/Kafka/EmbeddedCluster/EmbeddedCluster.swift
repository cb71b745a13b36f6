import CLibrdkafka

/// A Kafka cluster inside this process, made of librdkafka's mock brokers, that real clients connect to over TCP.
///
/// It keeps everything in memory and serves producing, fetching, groups and transactions. It writes no transaction
/// markers, so readers of `read_committed` also see what was aborted; it drops offsets that are committed in a
/// transaction (rdkafka_mock_handlers.c, TxnOffsetCommit); and about 5 MB a partition is all that it keeps.
/// It ends with the last reference. Every method may be called from any thread (rdkafka_mock.h).
@safe package final class EmbeddedCluster: @unchecked Sendable {
    // @unchecked: pointers that never change; the mock's calls go through its own queue (rdkafka_mock.h:
    // «thread-safe»).
    private let client: ClientHandle<ClientContext>
    let cluster: OpaquePointer

    /// Comma-separated `HOST:PORT` of its brokers, on loopback.
    package let brokers: String

    /// Starts brokers.
    ///
    /// - Parameter brokerCount: from 1.
    package init(brokerCount: Int = 1, log: @escaping KafkaLogSink = { _ in }) throws(KafkaError) {
        self.client = unsafe try ClientHandle(
            RD_KAFKA_PRODUCER,
            context: ClientContext(log: log),
            properties: [
                ("client.id", "embedded-cluster"), ("bootstrap.servers", "127.0.0.1:1"),
                // The brokers take requests up to this: a producer's may be as large as `message.max.bytes`.
                ("receive.message.max.bytes", "1000000000"),
            ],
            register: { unsafe ClientContext.register($0) }
        )
        guard let cluster = unsafe rd_kafka_mock_cluster_new(self.client.pointer, Int32(clamping: brokerCount)) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "the embedded brokers could not be started")
        }
        unsafe self.cluster = cluster
        self.brokers = unsafe String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
    }

    deinit {
        unsafe rd_kafka_mock_cluster_destroy(self.cluster)
    }

    /// Makes a topic; one that exists is an error.
    package func createTopic(_ name: String, partitions: Int) throws(KafkaError) {
        let code = unsafe rd_kafka_mock_topic_create(self.cluster, name, Int32(clamping: partitions), 1)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code) }
    }
}
