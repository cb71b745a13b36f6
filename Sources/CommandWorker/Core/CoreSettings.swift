package import CustomerContract
import Topics

/// The numbers that the core decides by.
struct CoreSettings: Sendable {
    /// Whether customers are made here, in the ledger's own transaction, and not by requests.
    var createsLocally: Bool
    /// What may change while the worker runs.
    var live: LiveSettings
    /// Commands in flight at once, from 1.
    var maximumInFlight: Int
    /// Bytes of the records in flight; one record always fits.
    var maximumInFlightBytes: Int
    /// When requests are stopped because all would fail.
    var breaker: BreakerSettings
    /// Whether each command has passed every rule here, so that a refusal that many get may be no fault of theirs.
    var judgesRefusals = true
    /// Whether the backend is asked if the customer of a remembered success is archived (`idempotency.on_archived:
    /// recreate`), before the command is answered from memory.
    var asksForArchived = false
    /// How long a revoked partition's running commands may take to finish.
    var revocationBudget: Duration

    /// Pieces of work in one ledger transaction, at most: bounds the time for which its lock is held.
    var maximumLedgerBatch = 2_000
    /// Results of one Kafka transaction, at most.
    var maximumCommitBatch = 5_000
    /// How long batches of the ledger and of results wait to fill.
    var linger = LingerSettings()
    /// Bytes of metadata beside a committed offset, which bounds the completed set; see ``OffsetTracker``.
    var metadataLimit = OffsetMetadata.limit
    /// Whether the ledger keeps completed sets that have no room there.
    var spillsSets = false
    /// The divisor of the in-flight limits that gives the part divided among the partitions; see ``PartitionShares``.
    var shareParts = PartitionShares.usualParts
    /// Intake that is full for longer pauses the partitions, so that the group continues to hear from us; shorter
    /// blocks do not, since pausing drops what was fetched ahead.
    var pauseDelay: Duration = .seconds(1)
    /// Where the dead letters of failed commands go; without it every failed publication concerns all results.
    var deadLetterTopic: String?
    /// Between two attempts at a ledger that failed, and at first between two at a publication.
    var effectRetryWait: Duration = .seconds(1)
}

/// The settings that may change while a worker runs; see ``CommandWorker/reconfigure(_:)``.
package struct LiveSettings: Sendable, Hashable {
    /// Retry of transient failures; a wait that has begun continues as it is.
    package var retry: RetryPolicy
    /// Requests to the API at once; a lower limit is reached as those under way end.
    package var requestLimit: RequestLimit
    /// Requests to the API a second; `nil` for no limit.
    package var rateLimit: Double?
    /// Reply topics that commands may name, for results that are published from now on.
    package var replyTopicsAllowed: ReplyTopicAllowList

    /// Settings with the contract's defaults.
    package init(
        retry: RetryPolicy = RetryPolicy(),
        requestLimit: RequestLimit = .fixed(64),
        rateLimit: Double? = nil,
        replyTopicsAllowed: ReplyTopicAllowList = ReplyTopicAllowList()
    ) {
        self.retry = retry
        self.requestLimit = requestLimit
        self.rateLimit = rateLimit
        self.replyTopicsAllowed = replyTopicsAllowed
    }
}
