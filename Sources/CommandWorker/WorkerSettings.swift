package import CustomerContract
package import Kafka
package import Ledger
import Topics

/// Everything that a worker needs to know.
package struct WorkerSettings: Sendable {
    /// What is promised of every result.
    package enum Guarantee: String, Sendable, Hashable, CaseIterable {
        /// Results, dead letters and offsets in one Kafka transaction.
        case exactlyOnce = "exactly_once"
        /// A crash can send a result again, with the same `ce_id`.
        case atLeastOnce = "at_least_once"
    }

    /// `idempotency.on_archived`: what becomes of a command whose customer was made earlier and archived since.
    package enum ArchivedPolicy: String, Sendable, CaseIterable {
        /// It is answered from memory.
        case replay
        /// The API is asked, and the customer created again.
        case recreate
    }

    /// From one small transaction to the next.
    ///
    /// A transaction takes 4 to 8 ms on a broker nearby, so this adds some milliseconds to a command's way and saves a
    /// third of the CPU at some hundred commands a second; the slowest commands get quicker, since a transaction right
    /// behind another finds that one unfinished at its coordinator, and waits (`retry.backoff.ms`).
    static let pace = Duration.milliseconds(10)

    /// Brokers and passed-through properties.
    package var kafka: ClientProperties
    /// The consumer group.
    package var group: String
    /// For static membership.
    package var groupInstanceID: String?
    /// Where commands come from.
    package var commandTopic: String
    /// Where results go.
    package var resultTopic: String
    /// Where commands go that ended in failure.
    package var deadLetterTopic: String
    /// The guarantee.
    package var guarantee: Guarantee
    /// The transactional id, stable per instance; only exactly once uses it.
    package var transactionalID: String
    /// Bytes of a command's value, at most.
    package var maximumCommandBytes: Int
    /// Which rules a command must keep.
    package var validation: ValidationMode
    /// What may change while the worker runs.
    package var live: LiveSettings
    /// Commands in flight at once.
    package var maximumInFlight: Int
    /// Bytes of records in flight.
    package var maximumInFlightBytes: Int
    /// Only with a remote backend.
    package var onArchived: ArchivedPolicy
    /// When the requests of all commands are stopped.
    package var breaker: BreakerSettings
    /// How long running commands of a revoked partition may take.
    package var revocationBudget: Duration
    /// Bytes of metadata beside a committed offset before its completed set is spilled; less for tests alone.
    package var metadataLimit = OffsetMetadata.limit

    /// Settings with the contract's defaults.
    package init(kafka: ClientProperties) {
        self.kafka = kafka
        self.group = "customer_worker"
        self.groupInstanceID = nil
        self.commandTopic = "customer_commands"
        self.resultTopic = "customer_results"
        self.deadLetterTopic = "customer_commands_dlq"
        self.guarantee = .exactlyOnce
        self.transactionalID = "customer_worker"
        self.maximumCommandBytes = 262_144
        self.validation = .full
        self.live = LiveSettings()
        self.maximumInFlight = 4_096
        self.maximumInFlightBytes = 67_108_864
        self.onArchived = .replay
        self.breaker = BreakerSettings()
        self.revocationBudget = .seconds(10)
    }

    func core(createsLocally: Bool, spillsSets: Bool) -> CoreSettings {
        var core = CoreSettings(
            createsLocally: createsLocally,
            live: self.live,
            maximumInFlight: self.maximumInFlight,
            maximumInFlightBytes: self.maximumInFlightBytes,
            breaker: self.breaker,
            // A command of which only the envelope is checked may break a rule of the API by itself.
            judgesRefusals: self.validation == .full,
            asksForArchived: self.onArchived == .recreate && !createsLocally,
            revocationBudget: self.revocationBudget,
            deadLetterTopic: self.deadLetterTopic
        )
        // Without transactions there is little to save.
        if self.guarantee == .exactlyOnce { core.linger.pace = Self.pace }
        core.metadataLimit = self.metadataLimit
        core.spillsSets = spillsSets
        return core
    }
}

/// Where customers are made.
package enum WorkerBackend: Sendable {
    /// In the ledger itself, in the same transaction that remembers them.
    case local(LocalCustomers)
    /// By requests to the API.
    case remote(any CustomerBackend)
}
