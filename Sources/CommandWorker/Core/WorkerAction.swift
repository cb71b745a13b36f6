import CustomerContract
import Kafka
import Ledger

/// What the core wants done.
///
/// Its owner does it and tells the core what came of it.
enum WorkerAction: Sendable {
    /// Ask the ledger, and remember successes, in one transaction; answered by ``WorkerCore/stored(_:at:)``.
    case store(StoreBatch)
    /// Send one request to the backend; answered by ``WorkerCore/answered(_:_:at:)``.
    case request(BackendRequest)
    /// Publish results and commit offsets; answered by ``WorkerCore/published(_:at:)``.
    case publish(CommitBatch)
    /// Read what the group has committed; answered by ``WorkerCore/assigned(_:at:)`` or ``WorkerCore/assignmentFailed(_:at:)``.
    case readCommitted([TopicPartition])
    /// Fetch from these offsets.
    case assign([PartitionOffset])
    /// Give partitions back.
    case release([TopicPartition])
    /// Stop fetching, keeping the partitions.
    case pause([TopicPartition])
    /// Fetch again.
    case resume([TopicPartition])
    /// Tell people.
    case report(WorkerReport)
}

/// Work for the ledger, each with the command that waits for it.
struct StoreBatch: Sendable {
    /// Commands whose external_id is to be looked up.
    var lookUps: [(ticket: CommandTicket, command: CreateCustomerCommand)] = []
    /// Commands whose customer is to be made here and remembered.
    var creations: [(ticket: CommandTicket, command: CreateCustomerCommand)] = []
    /// Successes at the backend to be remembered.
    var entries: [(ticket: CommandTicket, entry: LedgerEntry)] = []

    var isEmpty: Bool { self.lookUps.isEmpty && self.creations.isEmpty && self.entries.isEmpty }
    var count: Int { self.lookUps.count + self.creations.count + self.entries.count }
}

/// What came of a ``StoreBatch``.
enum StoreOutcome: Sendable {
    /// What the ledger found, in the order of look-ups, and what stood there earlier, in the order of creations, then entries.
    /// `made` are the customers that were made for the creations.
    case done(found: [LedgerEntry?], made: [CustomerDocument], earlier: [LedgerEntry?])
    /// Nothing of the batch was remembered.
    case failed(LedgerError)
}

/// One request to the backend.
struct BackendRequest: Sendable {
    let ticket: CommandTicket
    let command: CreateCustomerCommand
    /// From 1.
    let attempt: Int
    /// Whether everybody waits for what comes of this one.
    let isProbe: Bool
    /// How long it may take, if less than any may.
    let patience: Duration?
}
