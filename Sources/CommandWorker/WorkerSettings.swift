public import CustomerContract
public import Kafka

/// Everything that a worker needs to know.
public struct WorkerSettings: Sendable {
    /// What is promised of every result.
    public enum Guarantee: String, Sendable, Hashable, CaseIterable {
        /// Results, dead letters and offsets in one Kafka transaction.
        case exactlyOnce = "exactly_once"
        /// A crash can send a result again, with the same `ce_id`.
        case atLeastOnce = "at_least_once"
    }

    /// Brokers and passed-through properties.
    public var kafka: ClientProperties
    /// The consumer group.
    public var group: String
    /// For static membership.
    public var groupInstanceID: String?
    /// Where commands come from.
    public var commandTopic: String
    /// Where results go.
    public var resultTopic: String
    /// Where commands go that ended in failure.
    public var deadLetterTopic: String
    /// Reply topics that commands may name.
    public var replyTopicsAllowed: ReplyTopicAllowList
    /// The guarantee.
    public var guarantee: Guarantee
    /// The transactional id, stable per instance; only exactly once uses it.
    public var transactionalID: String
    /// Bytes of a command's value, at most.
    public var maximumCommandBytes: Int
    /// Which rules a command must keep.
    public var validation: ValidationMode
    /// Requests to the API at once.
    public var maximumRequests: Int
    /// Commands in flight at once.
    public var maximumInFlight: Int
    /// Bytes of records in flight.
    public var maximumInFlightBytes: Int
    /// Retry of passing failures.
    public var retry: RetryPolicy
    /// The first and the longest wait between probes while everybody's requests fail.
    public var probeWaits: ClosedRange<Duration>
    /// So many customers whose requests fail in passing, without a success of any between, are everybody's failure.
    public var failuresThatOpenBreaker: Int
    /// How long running commands of a revoked partition may take.
    public var revocationBudget: Duration

    /// Settings with the contract's defaults.
    public init(kafka: ClientProperties) {
        self.kafka = kafka
        self.group = "customer_worker"
        self.groupInstanceID = nil
        self.commandTopic = "customer_commands"
        self.resultTopic = "customer_results"
        self.deadLetterTopic = "customer_commands_dlq"
        self.replyTopicsAllowed = ReplyTopicAllowList()
        self.guarantee = .exactlyOnce
        self.transactionalID = "customer_worker"
        self.maximumCommandBytes = 262_144
        self.validation = .full
        self.maximumRequests = 64
        self.maximumInFlight = 4_096
        self.maximumInFlightBytes = 67_108_864
        self.retry = RetryPolicy()
        self.probeWaits = .seconds(1) ... .seconds(60)
        self.failuresThatOpenBreaker = 20
        self.revocationBudget = .seconds(10)
    }

    func core(createsLocally: Bool) -> CoreSettings {
        CoreSettings(
            createsLocally: createsLocally,
            maximumRequests: self.maximumRequests,
            maximumInFlight: self.maximumInFlight,
            maximumInFlightBytes: self.maximumInFlightBytes,
            retry: self.retry,
            firstProbeWait: self.probeWaits.lowerBound,
            longestProbeWait: self.probeWaits.upperBound,
            failuresThatOpenBreaker: self.failuresThatOpenBreaker,
            revocationBudget: self.revocationBudget
        )
    }
}
