import CLibrdkafka

extension KafkaError {
    /// The number of an error in librdkafka's enumeration: negative ones are the client's, others the broker's.
    ///
    /// A newer library or broker may have more of them, so the set is open; those that decide something are named here.
    package struct Code: RawRepresentable, Sendable, Hashable {
        package let rawValue: Int32

        package init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        init(_ code: rd_kafka_resp_err_t) {
            self.rawValue = code.rawValue
        }

        /// librdkafka's name: `_TRANSPORT`, `UNKNOWN_TOPIC_OR_PART`.
        package var name: String {
            unsafe String(cString: rd_kafka_err2name(rd_kafka_resp_err_t(rawValue: self.rawValue)))
        }

        // The client's.
        package static let allBrokersDown = Self(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        package static let application = Self(RD_KAFKA_RESP_ERR__APPLICATION)
        package static let fail = Self(RD_KAFKA_RESP_ERR__FAIL)
        package static let state = Self(RD_KAFKA_RESP_ERR__STATE)
        package static let timedOut = Self(RD_KAFKA_RESP_ERR__TIMED_OUT)
        package static let transport = Self(RD_KAFKA_RESP_ERR__TRANSPORT)
        package static let unknownProtocol = Self(RD_KAFKA_RESP_ERR__UNKNOWN_PROTOCOL)
        package static let unknownTopic = Self(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)

        // The broker's.
        package static let fencedInstanceID = Self(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)
        package static let groupForbidden = Self(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
        package static let illegalGeneration = Self(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION)
        package static let inconsistentGroupProtocol = Self(RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL)
        package static let invalidMessage = Self(RD_KAFKA_RESP_ERR_INVALID_MSG)
        package static let invalidRecord = Self(RD_KAFKA_RESP_ERR_INVALID_RECORD)
        package static let invalidTimestamp = Self(RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP)
        package static let invalidTransactionTimeout = Self(RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT)
        package static let messageTooLarge = Self(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        package static let notEnoughReplicas = Self(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS)
        package static let notEnoughReplicasAfterAppend = Self(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND)
        package static let offsetMetadataTooLarge = Self(RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE)
        package static let rebalanceInProgress = Self(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS)
        package static let topicExists = Self(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        package static let topicForbidden = Self(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
        package static let unknownMemberID = Self(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID)
        package static let unknownTopicOrPartition = Self(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    }

    var response: rd_kafka_resp_err_t { rd_kafka_resp_err_t(rawValue: self.code.rawValue) }

    /// The broker's or the client's bound on a record's size was passed.
    package var isTooLarge: Bool {
        switch self.response {
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE,
            RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
            true
        default: false
        }
    }

    /// The topic is not there, as a broker or the client says.
    package var isMissingTopic: Bool { self.code == .unknownTopicOrPartition || self.code == .unknownTopic }

    /// The cluster does not know the user, or does not allow what was asked.
    package var isNotPermitted: Bool {
        if self.cause?.isRefusedLogin == true { return true }
        return switch self.response {
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
            RD_KAFKA_RESP_ERR__AUTHENTICATION:
            true
        default: false
        }
    }

    /// What to do about it: about its cause, or about what its code alone tells; `nil` when that is not known.
    package var remedy: String? {
        if let cause { return cause.remedy }
        let topic = self.topic.map { "the topic \($0)" } ?? "that topic"
        return switch self.response {
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
            "allow this user Describe on \(topic), with Read for commands and Write for results and dead letters"
        case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
            "allow this user Read and Describe on the group (kafka.consumer_group; customer-worker.redrive.* for dlq)"
        case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
            "allow this user Write and Describe on the transactional id (delivery.transactional_id, or prefixed: "
                + "GROUP-INSTANCE)"
        case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
            "allow this user Create on the cluster for 'topics create', and IdempotentWrite with brokers before 2.8"
        case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, RD_KAFKA_RESP_ERR__AUTHENTICATION:
            "check sasl.username, sasl.password and sasl.mechanism in kafka.properties"
        default: nil
        }
    }

    /// librdkafka makes no client of these properties; no broker was asked.
    package var isOfProperties: Bool {
        self.response == RD_KAFKA_RESP_ERR__INVALID_ARG && self.disposition == .permanent
    }

    /// Another instance has taken the transactional id.
    package var isFenced: Bool {
        switch self.response {
        case RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
            true
        default: false
        }
    }
}
