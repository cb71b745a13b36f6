import CLibrdkafka
package import Records

@testable package import Kafka

/// What can go wrong at the embedded brokers, at a moment of a test's choice (rdkafka_mock.h).
extension EmbeddedCluster {
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

    /// Lets requests of a kind succeed again.
    package func endFailures(request: Int16) {
        unsafe rd_kafka_mock_clear_request_errors(self.cluster, request)
    }
}
