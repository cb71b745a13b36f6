/// The numbers that the core decides by.
struct CoreSettings: Sendable {
    /// Whether customers are made here, in the ledger's own transaction, and not by requests.
    var createsLocally: Bool
    /// Requests under way at once.
    var requestLimit: RequestLimit
    /// Requests a second; `nil` for no limit.
    var rateLimit: Double?
    /// Commands in flight at once, from 1.
    var maximumInFlight: Int
    /// Bytes of the records in flight; one record always fits.
    var maximumInFlightBytes: Int
    var retry: RetryPolicy
    var breaker: BreakerSettings
    /// How long a revoked partition's running commands may take to finish.
    var revocationBudget: Duration

    /// Commands of one ledger transaction, at most: bounds the time for which its lock is held.
    var maximumStoreBatch = 2_000
    /// Work for the ledger below this waits for the Kafka transaction under way, with which it would not be published anyway:
    /// each batch costs a write that reaches the disk, however little is in it.
    var smallStoreBatch = 256
    /// But no longer than this: a success that is not remembered is forgotten with the process.
    var storePatience: Duration = .milliseconds(50)
    /// Results of one Kafka transaction, at most.
    var maximumCommitBatch = 5_000
    /// While commands wait for requests, successes and results wait so long for company: a producer waits for its turn anyway.
    var gatherPatience: Duration = .milliseconds(50)
    /// As many do not wait for more.
    ///
    /// Fewer do, since a transaction costs librdkafka up to two milliseconds of a core, however little is in it: its timer for new
    /// partitions spins below a millisecond.
    var gatherLimit = 1_000
    /// Runs of completed offsets beyond the first unfinished one, at most; see ``OffsetTracker``.
    var runLimit = OffsetTracker.safeRunLimit
    /// Intake that is blocked for longer pauses the partitions, so that the group goes on hearing from us; shorter blocks
    /// do not, since pausing drops what was fetched ahead.
    var patienceBeforePause: Duration = .seconds(1)
    /// Between two attempts at a store or a publication that failed.
    var effectRetryWait: Duration = .seconds(1)
}
