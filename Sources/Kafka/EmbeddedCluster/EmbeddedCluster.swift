import CLibrdkafka
package import Records

/// A Kafka cluster inside this process, made of librdkafka's mock brokers, that real clients connect to over TCP.
///
/// It keeps everything in memory and serves producing, fetching, groups and transactions. It writes no transaction
/// markers, so readers of `read_committed` also see what was aborted; and about 5 MB a partition is all that it keeps.
/// It ends with the last reference. Every method may be called from any thread (rdkafka_mock.h).
@safe package final class EmbeddedCluster: @unchecked Sendable {
    // @unchecked: pointers that never change; the mock's calls go through its own queue (rdkafka_mock.h:
    // «thread-safe»).
    private let client: ClientHandle<ClientContext>
    private let cluster: OpaquePointer

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

    /// Lets a topic's metadata carry an error, such as 3 (`UNKNOWN_TOPIC_OR_PART`): the brokers make a topic that is
    /// asked for, and only so can one of them not exist.
    ///
    /// - Parameter code: Kafka's error code; 0 ends it.
    package func fail(topic: String, with code: Int32) {
        unsafe rd_kafka_mock_topic_set_error(self.cluster, topic, rd_kafka_resp_err_t(rawValue: code))
    }

    /// Takes a partition's leader away, or gives it one.
    ///
    /// - Parameter broker: counts from 1; `nil` for none.
    package func setLeader(of partition: TopicPartition, to broker: Int32?) throws(KafkaError) {
        let code = unsafe rd_kafka_mock_partition_set_leader(
            self.cluster,
            partition.topic,
            partition.partition,
            broker ?? -1
        )
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code) }
    }

    /// What a broker coordinates.
    package enum Coordinated: Sendable {
        /// The group of that name.
        case group(String)
        /// The transactions of that transactional id.
        case transactions(String)
    }

    /// Makes a broker the coordinator of a group or of a transactional id.
    ///
    /// - Parameter broker: counts from 1.
    package func setCoordinator(of coordinated: Coordinated, to broker: Int32) throws(KafkaError) {
        let (kind, name) =
            switch coordinated {
            case .group(let name): ("group", name)
            case .transactions(let id): ("transaction", id)
            }
        let code = unsafe rd_kafka_mock_coordinator_set(self.cluster, kind, name, broker)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code) }
    }

    /// Takes a broker down: connections break, new ones are refused.
    package func takeDown(broker: Int32) throws(KafkaError) {
        let code = unsafe rd_kafka_mock_broker_set_down(self.cluster, broker)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code) }
    }

    /// Brings a broker back.
    package func bringUp(broker: Int32) throws(KafkaError) {
        let code = unsafe rd_kafka_mock_broker_set_up(self.cluster, broker)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code) }
    }

    /// Lets the next requests of a kind fail with these codes, in order, whatever broker gets them.
    ///
    /// - Parameters:
    ///   - request: the number of the API in Kafka's protocol guide, such as 0 Produce, 26 EndTxn, 28 TxnOffsetCommit.
    ///   - codes: Kafka's error codes; −195 (`_TRANSPORT`) breaks the connection.
    package func failNext(request: Int16, with codes: [Int32]) {
        let errors = codes.map { rd_kafka_resp_err_t(rawValue: $0) }
        unsafe rd_kafka_mock_push_request_errors_array(self.cluster, request, errors.count, errors)
    }
}
