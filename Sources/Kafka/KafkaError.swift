import CLibrdkafka

/// What librdkafka or a broker refused, with what to do about it.
package struct KafkaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What a caller can do, computed once where the C flags are read.
    package enum Disposition: Sendable, Hashable {
        /// The same call may succeed later.
        case retry
        /// The current transaction must be aborted; then it can be tried again.
        case abortTransaction
        /// The outcome cannot be known: for a commit of a transaction this is neither success nor failure.
        case unknownOutcome
        /// The client instance is of no more use; make a new one.
        case fatal
        /// Trying again changes nothing.
        case permanent
    }

    /// What it is; see ``Code``.
    package let code: Code
    /// The code's name, for people and metric labels; ``code`` decides what to do.
    package let name: String
    /// A sentence for people.
    package let message: String
    /// What to do.
    package let disposition: Disposition
    /// The topic that it concerns, where that is known.
    package let topic: String?
    /// Why no answer came, where librdkafka's log tells.
    package internal(set) var cause: ConnectionTrouble?

    /// What it is: `NAME: message`, and the topic.
    package var finding: String {
        "\(self.name): \(self.message)\(self.topic.map { " (topic \($0))" } ?? "")"
    }

    /// What it is, and what to do about it where that is known: whoever shows an error shows both.
    package var description: String { self.finding + (self.remedy.map { "; \($0)" } ?? "") }

    /// Makes an error by hand.
    ///
    /// - Parameter name: of an error that is none of librdkafka's.
    package init(code: Code, name: String? = nil, message: String, disposition: Disposition, topic: String? = nil) {
        self.code = code
        self.name = name ?? code.name
        self.message = message
        self.disposition = disposition
        self.topic = topic
    }

    /// The same error, of that topic.
    package func of(topic: String?) -> Self {
        var error = Self(
            code: self.code,
            name: self.name,
            message: self.message,
            disposition: self.disposition,
            topic: topic
        )
        error.cause = self.cause
        return error
    }
}

extension KafkaError {
    /// Reads a plain response code.
    init(_ code: rd_kafka_resp_err_t, _ message: String? = nil, disposition: Disposition? = nil) {
        self.init(
            code: Code(code),
            message: message ?? (unsafe String(cString: rd_kafka_err2str(code))),
            disposition: disposition ?? Self.disposition(of: code)
        )
    }

    /// Reads and destroys an error object; the caller gives it up.
    init(consuming error: OpaquePointer) {
        defer { unsafe rd_kafka_error_destroy(error) }
        let code = unsafe rd_kafka_error_code(error)
        // rdkafka.h, rd_kafka_commit_transaction: an error is fatal, or asks for an abort, or is retriable: in this
        // order.
        let disposition: Disposition =
            if unsafe rd_kafka_error_is_fatal(error) != 0 {
                .fatal
            } else if unsafe rd_kafka_error_txn_requires_abort(error) != 0 {
                .abortTransaction
            } else if unsafe rd_kafka_error_is_retriable(error) != 0 {
                .retry
            } else {
                Self.disposition(of: code)
            }
        self.init(code, unsafe String(cString: rd_kafka_error_string(error)), disposition: disposition)
    }

    /// What a bare code says.
    ///
    /// Codes of a connection, a coordinator or a leader pass by themselves.
    private static func disposition(of code: rd_kafka_resp_err_t) -> Disposition {
        switch code {
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__TIMED_OUT,
            RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR__QUEUE_FULL,
            RD_KAFKA_RESP_ERR__RETRY, RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT,
            RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
            RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
            RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
            RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT:
            .retry
        case RD_KAFKA_RESP_ERR__FATAL, RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
            RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, RD_KAFKA_RESP_ERR__DESTROY:
            .fatal
        default:
            .permanent
        }
    }
}
