import CustomerContract
import DequeModule
import Kafka
import Topics

/// The line of results: what finishes while a batch is under way leaves with the next one.
///
/// Invariants:
/// 1. A record is completed in its tracker only in ``makeBatch(_:)``, together with its result. One batch is under way
///    at a time, and what it completed stays in the batch of the next attempt. So no committed offset passes an
///    unpublished result.
/// 2. Results enter in the order in which their lanes ended them, and of one partition leave in that order.
/// 3. When nothing is under way and no command waits for a request, a result leaves at once.
struct ResultLine: Sendable {
    /// What else goes on, which decides whether a batch lingers.
    struct Surroundings {
        /// Commands wait for their turn at the backend, which is the delay that a producer notices.
        let isBehind: Bool
        /// Pieces of work that the ledger has or is about to get.
        let ledgerCount: Int
        /// The ledger's last batch failed.
        let hasLedgerTrouble: Bool
        /// The ledger is at work.
        let isLedgerUnderWay: Bool
    }

    /// What came of a batch.
    struct Settlement {
        /// Results that are out.
        var settled: [PendingResult] = []
        /// What the group has committed.
        var committed: [AssignmentID: OffsetProgress] = [:]
        /// The group has another generation, or is about to: it takes no offsets from this member before it has joined
        /// again.
        var groupMovedOn = false
    }

    /// The batch that is being published, or that waits for its next attempt.
    ///
    /// Its records are complete in their trackers already: so it stays together until it is out, or its partitions are
    /// gone.
    private struct Batch: Sendable {
        let results: [PendingResult]
        /// The progress that it commits.
        let progress: [AssignmentID: OffsetProgress]
    }

    private let maximumBatch: Int
    private let linger: LingerSettings
    private let retryWait: Duration
    private var pending: Deque<PendingResult> = []
    private var underWay: Batch?
    private var retryDue: Duration?
    /// When the batch left that is being published now; `nil` when none is.
    private(set) var sentAt: Duration?
    private var lingering = Linger()
    /// The results at hand have lingered on their way through the ledger.
    private var hasLingered = false
    /// A batch of results has ended since the ledger's last one: what waits for the ledger goes first.
    private var isLedgersTurn = false
    /// Why the batch under way failed the last time.
    private(set) var trouble: KafkaError?
    /// Another instance took the transactional id.
    private(set) var fenced: KafkaError?

    /// - Parameters:
    ///   - maximumBatch: results in one batch.
    ///   - retryWait: between two attempts at a batch.
    init(maximumBatch: Int, linger: LingerSettings, retryWait: Duration) {
        self.maximumBatch = maximumBatch
        self.linger = linger
        self.retryWait = retryWait
    }

    /// Results that wait for their batch.
    var waitingCount: Int { self.pending.count }
    /// Whether a batch is being published, or waits for its next attempt.
    var isUnderWay: Bool { self.underWay != nil }
    /// The results of the batch under way.
    var resultsUnderWay: [PendingResult] { self.underWay?.results ?? [] }

    /// Whether nothing more can come of assignments that get no new work, once publishing has had its chance.
    ///
    /// Finished commands may be left: those whose completion cannot be written down while an earlier one, which has
    /// been given up, is unfinished. They run again elsewhere.
    func isAtRest(_ ids: Set<AssignmentID>, _ partitions: Partitions, _ lanes: Lanes) -> Bool {
        for id in ids where partitions.holds(id) {
            if partitions.hasNews(id) || self.underWay?.progress[id] != nil { return false }
        }
        return !lanes.contains { command in
            guard !command.isAbandoned, ids.contains(command.assignment) else { return false }
            // While a batch is under way, what has finished since then waits for the next one.
            return command.stage != .finished || self.underWay != nil
        }
    }

    mutating func add(_ result: PendingResult) { self.pending.append(result) }

    /// The ledger has answered a batch; its results have lingered there if it was done.
    mutating func ledgerAnswered(isDone: Bool) {
        self.isLedgersTurn = false
        if isDone { self.hasLingered = true }
    }

    /// When a batch leaves although nothing happens; `nil` while something else holds it, whose end is an event.
    func due(_ surroundings: Surroundings) -> Duration? {
        if let due = self.retryDue { return due }
        let isHeld = self.underWay != nil || self.isLedgerFirst(surroundings) || surroundings.isLedgerUnderWay
        return isHeld ? nil : self.lingering.due
    }

    /// The batch that leaves now; `nil` when none does.
    mutating func next(
        _ surroundings: Surroundings,
        _ partitions: inout Partitions,
        at now: Duration
    ) -> CommitBatch? {
        guard self.fenced == nil else { return nil }
        if let due = self.retryDue {
            guard now >= due else { return nil }
            self.retryDue = nil
        } else if self.underWay != nil || self.isLedgerFirst(surroundings) || self.lingers(surroundings, at: now) {
            return nil
        }
        self.lingering.end()
        self.hasLingered = false
        let batch = self.makeBatch(&partitions)
        guard !batch.results.isEmpty || !batch.offsets.isEmpty else {
            // What could not be published is another member's now, and its trouble with it.
            self.underWay = nil
            self.trouble = nil
            return nil
        }
        self.sentAt = now
        return batch
    }

    /// Takes what came of the batch under way.
    mutating func published(_ outcome: PublishOutcome, at now: Duration) -> Settlement {
        var settlement = Settlement()
        self.sentAt = nil
        guard let batch = self.underWay else { return settlement }
        self.trouble = nil
        self.isLedgersTurn = true
        switch outcome {
        case .published:
            self.underWay = nil
            settlement.settled = batch.results
            settlement.committed = batch.progress
        case .notCommitted(let error):
            // The results are out; the partitions' progress still has to be committed, with the next batch.
            self.failed(error, &settlement, at: now)
            self.underWay = Batch(results: [], progress: batch.progress)
            settlement.settled = batch.results
        case .failed(let error, let unpublished):
            self.failed(error, &settlement, at: now)
            guard let unpublished else { break }
            let results = batch.results.enumerated()
            self.underWay = Batch(
                results: results.filter { unpublished.contains($0.offset) }.map(\.element),
                progress: batch.progress
            )
            settlement.settled = results.filter { !unpublished.contains($0.offset) }.map(\.element)
        case .fenced(let error):
            self.fenced = error
        }
        return settlement
    }

    /// Gives the batch under way up: its time is over.
    mutating func cutOff() {
        self.underWay = nil
        self.sentAt = nil
    }

    // MARK: When a batch leaves

    /// Whether the little that the ledger is asked, or about to be asked, goes first, as it is more than what could be
    /// published without.
    private func isLedgerFirst(_ surroundings: Surroundings) -> Bool {
        guard self.isLedgersTurn, !surroundings.hasLedgerTrouble else { return false }
        return surroundings.ledgerCount > self.pending.count && surroundings.ledgerCount < self.linger.smallBatch
    }

    private mutating func lingers(_ surroundings: Surroundings, at now: Duration) -> Bool {
        guard
            surroundings.isBehind, !self.hasLingered, self.trouble == nil,
            !self.pending.isEmpty, self.pending.count < self.linger.fullBatch
        else { return false }
        return self.lingering.holds(atMost: self.linger.limit, at: now)
    }

    private mutating func failed(_ error: KafkaError, _ settlement: inout Settlement, at now: Duration) {
        self.trouble = error
        self.retryDue = now + self.retryWait
        settlement.groupMovedOn = error.saysGroupMovedOn
    }

    // MARK: What a batch holds

    /// Gathers results and the offsets that they make committable: the only place where a record is completed.
    private mutating func makeBatch(_ partitions: inout Partitions) -> CommitBatch {
        // First what an earlier attempt could not publish or commit, without what has been taken away since.
        var results = (self.underWay?.results ?? []).filter { partitions.holds($0.assignment) }
        if let progress = self.underWay?.progress { partitions.bringAgain(progress.keys) }
        self.completePending(into: &results, &partitions)
        let (progress, offsets) = partitions.takeNews()
        self.underWay = Batch(results: results, progress: progress)
        return CommitBatch(results: results.map(\.result), offsets: offsets)
    }

    private mutating func completePending(into batch: inout [PendingResult], _ partitions: inout Partitions) {
        var heldBack: Deque<PendingResult> = []
        var holding: Set<AssignmentID> = []
        while batch.count < self.maximumBatch, let next = self.pending.popFirst() {
            // Once one result of a partition is held back, every later one is, or results of one external_id could
            // change places; only the first unfinished record passes, which no held result of its id can precede.
            let isHolding = holding.contains(next.assignment)
            switch partitions.complete(next.number, of: next.assignment, onlyAsFirst: isHolding) {
            case true?:
                batch.append(next)
            case false?:
                holding.insert(next.assignment)
                heldBack.append(next)
            case nil:
                // Its partition is gone.
                break
            }
        }
        if !heldBack.isEmpty { self.pending = heldBack + self.pending }
    }
}

extension KafkaError {
    /// The group has another generation, or is about to: this member's offsets are not taken before it has joined
    /// again.
    fileprivate var saysGroupMovedOn: Bool {
        ["ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID", "FENCED_INSTANCE_ID", "REBALANCE_IN_PROGRESS"].contains(self.name)
    }
}
