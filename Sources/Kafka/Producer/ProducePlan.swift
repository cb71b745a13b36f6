import CLibrdkafka

/// How a batch of records is handed to the brokers, beyond its order.
package struct ProducePlan: Sendable, Hashable {
    /// Indices, ascending, of records that are handed over only when all before them are acknowledged or have failed.
    ///
    /// What lies between two barriers is never in one record batch with what lies beyond them.
    package var barriers: [Int]
    /// Indices, ascending, of records whose acknowledgement is not waited for as long as that of others.
    package var watched: [Int]
    /// How long a barrier or a watched record is waited for.
    package var limit: Duration

    /// No barrier, and nothing watched.
    package static var plain: Self { Self() }

    /// A plan with its parts.
    package init(barriers: [Int] = [], watched: [Int] = [], limit: Duration = .seconds(3)) {
        self.barriers = barriers
        self.watched = watched
        self.limit = limit
    }
}

/// How far the records of a transaction got.
package enum EnqueueEnd: Sendable, Hashable {
    /// All are handed over, and the watched ones acknowledged: the transaction may be committed.
    case complete
    /// These were refused, by index; some may not have been handed over, and the transaction must be aborted.
    case refused([Int: KafkaError])
    /// Only these watched records are not acknowledged within the plan's limit; all others are.
    case late(Set<Int>)
    /// These watched records are not acknowledged within the plan's limit, and neither are others: the brokers are
    /// away, or the transaction waits for a topic that is gone, without which Kafka takes none of its partitions.
    case stalled(Set<Int>)
}

/// What an error of a produced record says about what to do next.
package enum ProduceVerdict: Sendable, Hashable, CaseIterable {
    /// The brokers refuse this record as it is, permanently; another form of it, or another topic, may be taken.
    case record
    /// The topic takes nothing from this client, whatever the record, until an operator changes the topic or a
    /// permission.
    case topic
    /// It may succeed later as it is.
    case passing
    /// The producer is of no more use; a new one may succeed.
    case producer
    /// The record was given up because of another one's error, and says nothing of its own.
    case consequence
}

extension KafkaError {
    /// The verdict on an error that a delivery report, or the call that hands a record over, gives.
    ///
    /// A broker's code that is not in the table is taken to concern the record: the least that can be wrong.
    /// `INVALID_MSG` is among them, since brokers before 2.4 answer it to a record without key for a compacted topic.
    package var produceVerdict: ProduceVerdict {
        if self.isOfOffsets { return .passing }
        switch self.response {
        // The record, or the batch that holds it.
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE,
            RD_KAFKA_RESP_ERR_INVALID_RECORD, RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
            RD_KAFKA_RESP_ERR_INVALID_MSG, RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE, RD_KAFKA_RESP_ERR_UNKNOWN,
            RD_KAFKA_RESP_ERR__INVALID_ARG, RD_KAFKA_RESP_ERR__BAD_MSG, RD_KAFKA_RESP_ERR__KEY_SERIALIZATION,
            RD_KAFKA_RESP_ERR__VALUE_SERIALIZATION:
            return .record
        // The topic, or what this client may do with it.
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
            RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT,
            RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE, RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS,
            Self.unknownTopicID, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
            RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
            return .topic
        // Leaders, replicas, coordinators, connections, quotas: they pass.
        case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
            RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_STALE_CTRL_EPOCH,
            RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
            RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
            RD_KAFKA_RESP_ERR_NOT_CONTROLLER, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS,
            RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_LOG_DIR_NOT_FOUND,
            RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH, RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH,
            RD_KAFKA_RESP_ERR_PREFERRED_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_ELIGIBLE_LEADERS_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT,
            RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT,
            RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__QUEUE_FULL, RD_KAFKA_RESP_ERR__TRANSPORT,
            RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR__RETRY,
            RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__SSL, RD_KAFKA_RESP_ERR__AUTHENTICATION,
            RD_KAFKA_RESP_ERR__ISR_INSUFF, RD_KAFKA_RESP_ERR__NODE_UPDATE, RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE,
            RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
            return .passing
        // The producer's id, epoch and sequence, or what this client may do at all.
        case RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER,
            RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
            RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING,
            RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_TRANSACTION_COORDINATOR_FENCED,
            RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE, RD_KAFKA_RESP_ERR__FATAL, RD_KAFKA_RESP_ERR__FENCED,
            RD_KAFKA_RESP_ERR__DESTROY, RD_KAFKA_RESP_ERR__INCONSISTENT:
            return .producer
        case RD_KAFKA_RESP_ERR__STATE, RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT,
            Self.invalidDifferentRecord, RD_KAFKA_RESP_ERR__CONFLICT:
            return .consequence
        default: return self.code.rawValue > 0 ? .record : .passing
        }
    }

    /// Whether a transaction failed at the offsets that it covers, and not at its records.
    ///
    /// A partition of the commands that is gone from the cluster has the same code as a topic of results that is
    /// missing; the sentence alone tells them apart (rdkafka_txnmgr.c, the same from 2.0.2 to 2.16.1).
    private var isOfOffsets: Bool { self.message.contains("offsets to transaction") }

    // Of newer libraries than Debian's.
    private static let unknownTopicID = rd_kafka_resp_err_t(rawValue: 100)
    private static let invalidDifferentRecord = rd_kafka_resp_err_t(rawValue: -138)

    /// Whether a delivery report says something about its own record or topic, and not only that the transaction
    /// failed.
    package var isOfRecord: Bool { self.produceVerdict != .consequence && self.produceVerdict != .producer }
}
