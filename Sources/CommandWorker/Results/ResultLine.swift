import CustomerContract
import DequeModule
import Kafka
import Topics

/// The line of results: what finishes while a batch is under way leaves with the next one.
///
/// Invariants:
/// 1. A record is promised to its tracker only in ``makeBatch(_:at:)``, together with its result, and complete when the
///    batch is out. One batch is under way at a time; of one that failed every promise is taken back. So no committed
///    offset passes an unpublished result.
/// 2. Results enter in the order in which their lanes ended them, and those of one external_id leave in that order.
/// 3. When nothing is under way and no command waits for a request, a result leaves at once.
/// 4. A dead-letter topic that takes nothing holds back results of failed commands, and later ones of their
///    external_ids; no others.
struct ResultLine: Sendable {
    /// What else is under way, which decides whether a batch lingers.
    struct Surroundings {
        /// Commands wait for their turn at the backend, which is the delay that a producer notices.
        let isBehind: Bool
        /// Pieces of work that the ledger has or is about to get.
        let ledgerCount: Int
        /// The ledger's last batch failed.
        let hasLedgerTrouble: Bool
        /// The ledger is at work.
        let isLedgerUnderWay: Bool
        /// Partitions are to be given back soon, so that a retry must not wait long.
        var isLeaving = false
        /// How many commands are in flight.
        var inFlight = 0
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
        /// The brokers do not take as much metadata as the offsets carried.
        var hasTooMuchMetadata = false
    }

    /// The batch that is being published.
    private struct Batch: Sendable {
        let results: [PendingResult]
        /// The progress that it commits.
        let progress: [AssignmentID: OffsetProgress]
        /// Dead letters are among its records.
        let hasLetters: Bool
    }

    /// The bytes of a batch's records, at most, as far as they can be told before they are written.
    ///
    /// A slow broker takes some megabytes a second, and a transaction has to end within `transaction.timeout.ms`.
    static let maximumBytes = 32 << 20

    /// How long the next batch waits after one that spilled sets, since each such batch writes its sets again, whole.
    static let spillWait: Duration = .milliseconds(200)

    private let maximumBatch: Int
    private let linger: LingerSettings
    private let deadLetterTopic: String?
    private var pending: Deque<PendingResult> = []
    private var underWay: Batch?
    private var retry: PublishRetry
    private(set) var letters: LetterHold
    /// When the batch left that is being published now; `nil` when none is.
    private(set) var sentAt: Duration?
    private var lingering = Linger()
    /// Before this moment no small batch leaves, for the ledger or with results: each costs a core some milliseconds,
    /// however little is in it, so at low rates their number decides what the worker costs.
    ///
    /// `nil` when the last batch was no small one. A batch that comes later than this does not wait.
    private(set) var pacedUntil: Duration?
    /// Until when no batch leaves, since the last one spilled sets; `nil` when it did not.
    private var spillEnd: Duration?
    /// The results at hand have lingered on their way through the ledger.
    private var hasLingered = false
    /// A batch of results has ended since the ledger's last one: what waits for the ledger goes first.
    private var isLedgersTurn = false
    /// How many of those that wait could not leave with the last batch, and ``Partitions/changes`` then.
    private var heldBack = (count: 0, changes: 0)
    /// Why the last batch failed; `nil` when it got out.
    private(set) var trouble: KafkaError?
    /// Another instance took the transactional id.
    private(set) var fenced: KafkaError?

    /// - Parameters:
    ///   - maximumBatch: results in one batch.
    ///   - retryWait: between two attempts at first; it doubles up to half a minute.
    ///   - deadLetterTopic: the topic without which only failed commands have no result; `nil` when none is.
    init(
        maximumBatch: Int,
        linger: LingerSettings,
        retryWait: Duration,
        deadLetterTopic: String? = nil,
        seed: UInt64 = 0
    ) {
        self.maximumBatch = maximumBatch
        self.linger = linger
        self.deadLetterTopic = deadLetterTopic
        self.retry = PublishRetry(first: retryWait, seed: seed)
        self.letters = LetterHold(retry: PublishRetry(first: retryWait, seed: seed &+ 1))
    }

    /// Results of failed commands that wait for the dead-letter topic, those among them that are tried again just now.
    var lettersWaiting: Int { self.letters.error == nil ? 0 : self.letters.waitingCount }
    /// Results that wait for their batch.
    var waitingCount: Int { self.pending.count }
    /// Whether a batch is being published, or one that failed waits for its next attempt.
    var isUnderWay: Bool { self.underWay != nil || self.retry.due != nil }
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
            return command.stage != .finished || self.isUnderWay
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
        if let due = self.retry.due(isLeaving: surroundings.isLeaving) { return due }
        let isHeld = self.underWay != nil || self.isLedgerFirst(surroundings) || surroundings.isLedgerUnderWay
        // What lingers takes dead letters along whose wait is over.
        guard !isHeld else { return nil }
        let due = self.lingering.due ?? self.letters.due
        return self.spillEnd.map { max($0, due ?? .zero) } ?? due
    }

    /// The batch that leaves now; `nil` when none does.
    mutating func next(
        _ surroundings: Surroundings,
        _ partitions: inout Partitions,
        at now: Duration
    ) -> CommitBatch? {
        guard self.fenced == nil, self.underWay == nil else { return nil }
        if let due = self.retry.due(isLeaving: surroundings.isLeaving) {
            guard now >= due else { return nil }
            self.retry.begin()
        } else if self.isLedgerFirst(surroundings) || self.lingers(surroundings, at: now) {
            return nil
        } else if let end = self.spillEnd, now < end, !surroundings.isLeaving {
            return nil
        }
        self.spillEnd = nil
        self.lingering.end()
        self.hasLingered = false
        let batch = self.makeBatch(&partitions, at: now)
        guard !batch.results.isEmpty || !batch.offsets.isEmpty else {
            // What could not be published is another member's now, and its trouble with it.
            self.underWay = nil
            self.trouble = nil
            return nil
        }
        self.sentAt = now
        self.pacedUntil = surroundings.inFlight < self.linger.smallBatch ? now + self.linger.pace : nil
        return batch
    }

    /// Takes what came of the batch under way.
    mutating func published(
        _ outcome: PublishOutcome,
        _ partitions: inout Partitions,
        at now: Duration
    ) -> Settlement {
        var settlement = Settlement()
        self.sentAt = nil
        guard let batch = self.underWay else { return settlement }
        if case .fenced(let error) = outcome {
            self.fenced = error
            return settlement
        }
        self.underWay = nil
        self.trouble = nil
        self.isLedgersTurn = true
        switch outcome {
        case .published:
            settlement.settled = batch.results
            settlement.committed = batch.progress
            self.retry.succeeded()
            if batch.hasLetters { self.letters.end() }
        case .notCommitted(let error):
            // The results are out; the partitions' progress still has to be committed, with the next batch.
            if batch.hasLetters { self.letters.end() }
            self.failed(error, hasLetters: false, &settlement, at: now)
            settlement.settled = batch.results
        case .failed(let error, let unpublished):
            self.failed(error, hasLetters: batch.hasLetters, &settlement, at: now)
            let results = batch.results.enumerated()
            let isOut = { (index: Int) in unpublished.map { !$0.contains(index) } ?? false }
            let back = results.filter { !isOut($0.offset) }.map(\.element)
            partitions.withdraw(back)
            self.pending = Deque(back) + self.pending
            self.heldBack.count = 0
            settlement.settled = results.filter { isOut($0.offset) }.map(\.element)
        case .fenced:
            break
        }
        for index in settlement.settled.indices {
            partitions.complete(settlement.settled[index].number, of: settlement.settled[index].assignment)
        }
        if settlement.committed.isEmpty { partitions.bringAgain(batch.progress.keys) }
        return settlement
    }

    /// Forgets results whose partitions are gone.
    mutating func drop(_ partitions: Partitions) {
        self.pending.removeAll { !partitions.holds($0.assignment) }
        self.heldBack.count = 0
    }

    /// Lets a failed batch leave at once, because its cause was removed.
    mutating func tryAgain(at now: Duration) { self.retry.hurry(at: now) }

    /// Gives the batch under way up: its time is over.
    mutating func cutOff() {
        self.underWay = nil
        self.retry.begin()
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
        if !self.hasLingered, !surroundings.isLeaving, self.trouble == nil, !self.pending.isEmpty,
            self.pending.count < self.linger.smallBatch, self.lingering.holds(until: self.pacedUntil, at: now)
        {
            return true
        }
        guard
            surroundings.isBehind, !self.hasLingered, self.trouble == nil,
            !self.pending.isEmpty, self.pending.count < self.linger.fullBatch
        else { return false }
        return self.lingering.holds(atMost: self.linger.limit, at: now)
    }

    private mutating func failed(
        _ error: KafkaError,
        hasLetters: Bool,
        _ settlement: inout Settlement,
        at now: Duration
    ) {
        settlement.groupMovedOn = error.saysGroupMovedOn
        settlement.hasTooMuchMetadata = error.code == .offsetMetadataTooLarge
        if hasLetters, self.isOfLetters(error) {
            // All other results leave at once without them.
            self.letters.begin(error, at: now)
        } else {
            self.trouble = error
            self.retry.failed(at: now)
        }
    }

    /// Whether the dead-letter topic is the cause, or may be, as far as the error tells.
    private func isOfLetters(_ error: KafkaError) -> Bool {
        guard let deadLetterTopic else { return false }
        if let topic = error.topic { return topic == deadLetterTopic }
        // A transaction that cannot have one of its topics does not tell which: it is tried without.
        return error.produceVerdict == .topic && self.letters.error == nil
    }

    // MARK: What a batch holds

    /// Gathers results and the offsets that they make committable: the only place where a record is promised.
    private mutating func makeBatch(_ partitions: inout Partitions, at now: Duration) -> CommitBatch {
        let takesLetters = self.letters.letsIn(at: now)
        var results: [PendingResult] = []
        var hasLetters = false
        let isNew = self.pending.count > self.heldBack.count || self.heldBack.changes != partitions.changes
        if isNew || takesLetters && self.letters.error != nil {
            hasLetters = self.promisePending(into: &results, &partitions, takesLetters: takesLetters)
        }
        let news = partitions.takeNews()
        self.underWay = Batch(results: results, progress: news.progress, hasLetters: hasLetters)
        if !news.spilled.isEmpty { self.spillEnd = now + Self.spillWait }
        return CommitBatch(results: results.map(\.result), offsets: news.offsets, spilled: news.spilled)
    }

    /// - Returns: whether dead letters go with the batch.
    private mutating func promisePending(
        into batch: inout [PendingResult],
        _ partitions: inout Partitions,
        takesLetters: Bool
    ) -> Bool {
        var hasLetters = false
        var heldBack: Deque<PendingResult> = []
        var holding: Set<AssignmentID> = []
        var held: Set<ExternalID> = []
        var bytes = 0
        var letterCount = 0
        while batch.count < self.maximumBatch, bytes < Self.maximumBytes, let next = self.pending.popFirst() {
            let id = next.result.context.externalID
            if !takesLetters, next.isFailure || id.map(held.contains) ?? false {
                if let id { held.insert(id) }
                if partitions.holds(next.assignment) {
                    letterCount += 1
                    heldBack.append(next)
                }
                continue
            }
            // Once one result of a partition is held back, every later one is, or results of one external_id could
            // change places; only the first unfinished record passes, which no held result of its id can precede.
            let isHolding = holding.contains(next.assignment)
            switch partitions.promise(next.number, size: next.size, of: next.assignment, onlyAsFirst: isHolding) {
            case true?:
                bytes += next.byteCount
                if next.isFailure {
                    hasLetters = true
                    letterCount += 1
                }
                batch.append(next)
            case false?:
                holding.insert(next.assignment)
                heldBack.append(next)
            case nil:
                // Its partition is gone.
                break
            }
        }
        // Where something was promised there may be room for others now.
        self.heldBack = (self.pending.isEmpty && batch.isEmpty ? heldBack.count : 0, partitions.changes)
        self.letters.waitingCount = letterCount
        if !heldBack.isEmpty { self.pending = heldBack + self.pending }
        return hasLetters
    }
}

extension KafkaError {
    /// The group has another generation, or is about to: this member's offsets are not taken before it has joined
    /// again.
    fileprivate var saysGroupMovedOn: Bool {
        [.illegalGeneration, .unknownMemberID, .fencedInstanceID, .rebalanceInProgress].contains(self.code)
    }
}
