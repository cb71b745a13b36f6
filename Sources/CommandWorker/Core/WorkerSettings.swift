package import CustomerContract
import Foundation
package import Ledger
import Topics

/// Everything that a worker decides by; each default is the configuration's.
package struct WorkerSettings: Sendable, Equatable {
    /// What is promised of every result.
    package enum Guarantee: String, Sendable, Hashable, CaseIterable {
        /// Results, dead letters and offsets in one Kafka transaction.
        case exactlyOnce = "exactly_once"
        /// A crash can send a result again, with the same `ce_id`.
        case atLeastOnce = "at_least_once"
    }

    /// What becomes of a command whose customer was made earlier and archived since.
    package enum ArchivedPolicy: String, Sendable, CaseIterable {
        /// It is answered from memory.
        case replay
        /// The API is asked, and the customer created again.
        case recreate
    }

    /// The consumer group that shares the work.
    package var group = "customer_worker"
    /// Static membership: a restart within the session timeout causes no rebalance; `nil` for none.
    package var groupInstanceID: String?
    /// Where commands come from.
    package var commandTopic = "customer_commands"
    /// Where results go.
    package var resultTopic = "customer_results"
    /// Where commands go that ended in failure; without results there, only failed commands have none.
    package var deadLetterTopic = "customer_commands_dlq"
    package var guarantee = Guarantee.exactlyOnce
    /// `nil` derives a transactional id that is stable per host and instance.
    package var ownTransactionalID: String?
    /// Bytes of a command's value, at most; a larger one fails with `payload_too_large`.
    package var maximumCommandBytes = 262_144
    /// Which rules a command must keep.
    package var validation = ValidationMode.full
    /// What may change while the worker runs.
    package var live = LiveSettings()
    /// Commands in flight at once, from 1; intake pauses above.
    package var maximumInFlight = 4_096
    /// Bytes of the records in flight; one record always fits.
    package var maximumInFlightBytes = 67_108_864
    /// Only with a remote backend.
    package var onArchived = ArchivedPolicy.replay
    /// When requests are stopped because all would fail.
    package var breaker = BreakerSettings()

    // MARK: What no configuration sets

    /// From one small transaction to the next.
    ///
    /// A transaction takes 4 to 8 ms on a broker nearby, so this adds some milliseconds to a command's way and saves a
    /// quarter of the CPU at some hundred commands a second; the slowest commands get quicker, since a transaction
    /// right behind another finds that one unfinished at its coordinator, and waits (`retry.backoff.ms`).
    static let pace = Duration.milliseconds(10)

    /// How long a revoked partition's running commands may take to finish.
    package var revocationBudget: Duration = .seconds(10)
    /// Bytes of metadata beside a committed offset before its completed set is spilled; see ``OffsetTracker``.
    package var metadataLimit = OffsetMetadata.limit
    /// Whether customers are made here, in the ledger's own transaction, and not by requests.
    var createsLocally = false
    /// Whether the ledger keeps completed sets that have no room in the metadata.
    var spillsSets = false
    /// Pieces of work in one ledger transaction, at most: bounds the time for which its lock is held.
    var maximumLedgerBatch = 2_000
    /// Results of one Kafka transaction, at most.
    var maximumCommitBatch = 5_000
    /// How long batches of the ledger and of results wait to fill.
    var linger = LingerSettings()
    /// The divisor of the in-flight limits that gives the part divided among the partitions; see ``PartitionShares``.
    var shareParts = PartitionShares.usualParts
    /// Intake that is full for longer pauses the partitions, so that the group continues to hear from us; shorter
    /// blocks do not, since pausing drops what was fetched ahead.
    var pauseDelay: Duration = .seconds(1)
    /// Between two attempts at a ledger that failed, and at first between two at a publication.
    var effectRetryWait: Duration = .seconds(1)

    package init() {}

    /// The topics that must be there: commands, results, dead letters.
    package var topics: [String] { [self.commandTopic, self.resultTopic, self.deadLetterTopic] }

    /// Reads commands by the rules of these settings.
    package var reader: CommandReader { CommandReader(maximumBytes: self.maximumCommandBytes, mode: self.validation) }

    /// The transactional id: its own, or the group with the name of this instance, which survives a restart.
    ///
    /// Two instances of a group on one host need `kafka.group_instance_id` or `delivery.transactional_id`, or the
    /// second fences the first.
    package var transactionalID: String {
        self.ownTransactionalID ?? "\(self.group)-\(self.groupInstanceID ?? ProcessInfo.processInfo.hostName)"
    }

    /// Whether each command has passed every rule here, so that a refusal that many get may be no fault of theirs: one
    /// of which only the envelope is checked may break a rule of the API by itself.
    var judgesRefusals: Bool { self.validation == .full }

    /// Whether the backend is asked if the customer of a remembered success is archived, before the command is
    /// answered from memory.
    var asksForArchived: Bool { self.onArchived == .recreate && !self.createsLocally }
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

    /// Settings with the configuration's defaults.
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

/// Where customers are made.
package enum WorkerBackend: Sendable {
    /// In the ledger itself, in the same transaction that remembers them.
    case local(LocalCustomers)
    /// By requests to the API.
    case remote(any CustomerBackend)
}
