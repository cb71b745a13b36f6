/// Every word that `/readyz` can give as a reason, and so every value of `customer_worker_not_ready{reason}`.
package enum ReadinessWord: String, Sendable, CaseIterable {
    /// The loop does not answer.
    case loopStuck = "loop_stuck"
    /// The loop has not begun.
    case starting
    /// No connection to any broker.
    case brokersUnreachable = "brokers_unreachable"
    /// Connections are there, and no broker answers.
    case brokersSilent = "brokers_silent"
    /// The group has not answered since the start.
    case notJoined = "not_joined"
    /// The worker was a member of the group and is none now.
    case membershipLost = "membership_lost"
    /// Committed offsets of new partitions are being read.
    case takingPartitions = "taking_partitions"
    /// The command topic is gone.
    case topicMissing = "topic_missing"
    /// A partition has no leader, or one that refuses to serve it.
    case leaderMissing = "leader_missing"
    /// A partition is assigned, and its records are not fetched.
    case notFetched = "not_fetched"
    /// A producer's open transaction holds records back.
    case foreignTransaction = "foreign_transaction"
    /// The worker is stopping.
    case draining
    /// The intake is paused, by an operator or since the API is failing for all commands.
    case intakePaused = "intake_paused"
    /// The API refuses all commands alike, and requests only trickle.
    case refusedAlike = "refused_alike"
    /// The API asked all callers to wait.
    case apiHold = "api_hold"
    /// The store refuses.
    case storeTrouble = "store_trouble"
    /// The store does not answer.
    case storeSilent = "store_silent"
    /// Results cannot be published.
    case publishingTrouble = "publishing_trouble"
    /// Whether a batch of results is committed is not known.
    case commitUnsettled = "commit_unsettled"

    /// How long it lasts before the log tells of it: a start and a rebalance have lines of their own.
    var quietTime: Duration {
        switch self {
        case .starting, .notJoined, .takingPartitions: .seconds(15)
        case .loopStuck, .brokersUnreachable, .brokersSilent, .membershipLost, .topicMissing, .leaderMissing,
            .notFetched, .foreignTransaction, .draining, .intakePaused, .refusedAlike, .apiHold, .storeTrouble,
            .storeSilent, .publishingTrouble, .commitUnsettled:
            .zero
        }
    }

    /// Whether whoever causes it writes both lines itself.
    var hasOwnLines: Bool { self == .draining || self == .intakePaused || self == .refusedAlike }
}
