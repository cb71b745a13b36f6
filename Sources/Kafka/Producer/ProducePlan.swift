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
        if let known = Self.produceVerdicts[self.name] { return known }
        return self.code > 0 ? .record : .passing
    }

    /// Whether a transaction failed at the offsets that it covers, and not at its records.
    ///
    /// A partition of the commands that is gone from the cluster has the same code as a topic of results that is
    /// missing; the sentence alone tells them apart (rdkafka_txnmgr.c, the same from 2.0.2 to 2.16.1).
    private var isOfOffsets: Bool { self.message.contains("offsets to transaction") }

    /// By librdkafka's name of the code (`rd_kafka_err2name`).
    static let produceVerdicts: [String: ProduceVerdict] = [
        // The record, or the batch that holds it.
        "MSG_SIZE_TOO_LARGE": .record, "RECORD_LIST_TOO_LARGE": .record, "INVALID_RECORD": .record,
        "INVALID_TIMESTAMP": .record, "POLICY_VIOLATION": .record, "INVALID_MSG": .record, "INVALID_MSG_SIZE": .record,
        "UNKNOWN": .record, "_INVALID_ARG": .record, "_BAD_MSG": .record, "_KEY_SERIALIZATION": .record,
        "_VALUE_SERIALIZATION": .record,

        // The topic, or what this client may do with it.
        "UNKNOWN_TOPIC_OR_PART": .topic, "TOPIC_EXCEPTION": .topic, "TOPIC_AUTHORIZATION_FAILED": .topic,
        "UNSUPPORTED_FOR_MESSAGE_FORMAT": .topic, "UNSUPPORTED_COMPRESSION_TYPE": .topic,
        "INVALID_REQUIRED_ACKS": .topic, "UNKNOWN_TOPIC_ID": .topic, "_UNKNOWN_TOPIC": .topic,
        "_UNKNOWN_PARTITION": .topic, "_UNSUPPORTED_FEATURE": .topic,

        // Leaders, replicas, coordinators, connections, quotas: they pass.
        "LEADER_NOT_AVAILABLE": .passing, "NOT_LEADER_FOR_PARTITION": .passing, "REQUEST_TIMED_OUT": .passing,
        "BROKER_NOT_AVAILABLE": .passing, "REPLICA_NOT_AVAILABLE": .passing, "STALE_CTRL_EPOCH": .passing,
        "NETWORK_EXCEPTION": .passing, "COORDINATOR_LOAD_IN_PROGRESS": .passing, "COORDINATOR_NOT_AVAILABLE": .passing,
        "NOT_COORDINATOR": .passing, "NOT_ENOUGH_REPLICAS": .passing, "NOT_ENOUGH_REPLICAS_AFTER_APPEND": .passing,
        "NOT_CONTROLLER": .passing, "CONCURRENT_TRANSACTIONS": .passing, "KAFKA_STORAGE_ERROR": .passing,
        "LOG_DIR_NOT_FOUND": .passing, "FENCED_LEADER_EPOCH": .passing, "UNKNOWN_LEADER_EPOCH": .passing,
        "PREFERRED_LEADER_NOT_AVAILABLE": .passing, "ELIGIBLE_LEADERS_NOT_AVAILABLE": .passing,
        "REBALANCE_IN_PROGRESS": .passing, "UNSTABLE_OFFSET_COMMIT": .passing, "THROTTLING_QUOTA_EXCEEDED": .passing,
        "_MSG_TIMED_OUT": .passing, "_TIMED_OUT": .passing,
        "_TIMED_OUT_QUEUE": .passing, "_QUEUE_FULL": .passing, "_TRANSPORT": .passing, "_ALL_BROKERS_DOWN": .passing,
        "_WAIT_COORD": .passing, "_RETRY": .passing, "_RESOLVE": .passing,
        "_SSL": .passing, "_AUTHENTICATION": .passing, "_ISR_INSUFF": .passing, "_NODE_UPDATE": .passing,
        "_CRIT_SYS_RESOURCE": .passing, "SASL_AUTHENTICATION_FAILED": .passing,

        // The producer's id, epoch and sequence, or what this client may do at all.
        "OUT_OF_ORDER_SEQUENCE_NUMBER": .producer, "DUPLICATE_SEQUENCE_NUMBER": .producer,
        "INVALID_PRODUCER_EPOCH": .producer, "PRODUCER_FENCED": .producer, "UNKNOWN_PRODUCER_ID": .producer,
        "INVALID_PRODUCER_ID_MAPPING": .producer, "INVALID_TXN_STATE": .producer,
        "TRANSACTIONAL_ID_AUTHORIZATION_FAILED": .producer, "CLUSTER_AUTHORIZATION_FAILED": .producer,
        "TRANSACTION_COORDINATOR_FENCED": .producer, "_GAPLESS_GUARANTEE": .producer, "_FATAL": .producer,
        "_FENCED": .producer, "_DESTROY": .producer, "_INCONSISTENT": .producer,

        "_STATE": .consequence, "_PURGE_QUEUE": .consequence, "_PURGE_INFLIGHT": .consequence,
        "_INVALID_DIFFERENT_RECORD": .consequence, "_CONFLICT": .consequence,
    ]
}
