import CustomerContract
import Ledger

/// The line to the ledger: lookups and successes gather while one batch is under way, and leave together with the next.
///
/// Invariants:
/// 1. One batch is under way at a time. One that failed is tried again as it was, before anything newer.
/// 2. Little work takes turns with the results, so that a transaction of the ledger's and one of Kafka's carry the same
///    commands; much work does not wait, so that both are busy at once.
struct LedgerLine: Sendable {
    /// What else is under way, which decides whether a batch lingers.
    struct Surroundings {
        /// Commands wait for their turn at the backend, which is the delay that a producer notices.
        let isBehind: Bool
        /// The backend would take more requests than wait for it.
        let wantsRequests: Bool
        /// A batch of results is being published.
        let isPublishing: Bool
        /// The last batch of results failed.
        let hasPublishTrouble: Bool
        /// Before this moment the results of a small batch would wait; see ``ResultLine/pacedUntil``.
        var pacedUntil: Duration?
    }

    private let maximumBatch: Int
    private let linger: LingerSettings
    private let retryWait: Duration
    private var waiting = LedgerWork()
    private var underWay: LedgerWork?
    private var retryDue: Duration?
    /// When the batch left that is at the ledger now; `nil` when none is there.
    private(set) var sentAt: Duration?
    private var lingering = Linger()
    /// Why the batch under way failed the last time.
    private(set) var trouble: LedgerError?

    /// - Parameters:
    ///   - maximumBatch: pieces of work in one transaction, which bounds the time for which its lock is held.
    ///   - retryWait: between two attempts at a batch.
    init(maximumBatch: Int, linger: LingerSettings, retryWait: Duration) {
        self.maximumBatch = maximumBatch
        self.linger = linger
        self.retryWait = retryWait
    }

    mutating func lookUp(_ ticket: CommandTicket, _ command: CreateCustomerCommand) {
        self.waiting.lookUps.append((ticket, command))
    }

    mutating func create(_ ticket: CommandTicket, _ command: CreateCustomerCommand) {
        self.waiting.creations.append((ticket, command))
    }

    /// - Parameter superseded: the entry of the archived customer that this one replaces.
    mutating func remember(_ ticket: CommandTicket, _ entry: LedgerEntry, superseding superseded: LedgerEntry?) {
        if let superseded { self.waiting.superseded.append(superseded) }
        self.waiting.entries.append((ticket, entry))
    }

    /// Pieces of work in the batch under way, or waiting for the next one.
    var count: Int { self.underWay?.count ?? self.waiting.count }
    /// Whether a batch is under way and not waiting for its next attempt.
    var isUnderWay: Bool { self.underWay != nil && self.trouble == nil }
    /// Whether nothing waits and nothing is under way.
    var isEmpty: Bool { self.underWay == nil && self.waiting.isEmpty }

    /// When a batch leaves although nothing happens.
    var due: Duration? { self.retryDue ?? self.lingering.due }

    /// The batch that leaves now; `nil` when none does.
    mutating func next(_ surroundings: Surroundings, at now: Duration) -> LedgerWork? {
        if let due = self.retryDue {
            guard now >= due, let batch = self.underWay else { return nil }
            self.retryDue = nil
            self.sentAt = now
            return batch
        }
        guard self.underWay == nil, !self.waiting.isEmpty else { return nil }
        if let limit = self.lingerLimit(surroundings) {
            if self.lingering.holds(atMost: limit, at: now) { return nil }
        } else if self.isPaced(surroundings), self.lingering.holds(until: surroundings.pacedUntil, at: now) {
            return nil
        }
        self.lingering.end()
        let batch = self.waiting.removeFirst(self.maximumBatch)
        self.underWay = batch
        self.sentAt = now
        return batch
    }

    /// Takes the answer to the batch under way; the batch, when it is done.
    mutating func answered(_ answer: LedgerAnswer, at now: Duration) -> LedgerWork? {
        self.sentAt = nil
        switch answer {
        case .failed(let error):
            self.trouble = error
            self.retryDue = now + self.retryWait
            return nil
        case .done:
            self.trouble = nil
            defer { self.underWay = nil }
            return self.underWay
        }
    }

    /// Whether the batch may wait for the pace of small ones: not when requests wait for it.
    private func isPaced(_ surroundings: Surroundings) -> Bool {
        self.waiting.count < self.linger.smallBatch && !surroundings.hasPublishTrouble
            && (self.waiting.lookUps.isEmpty || !surroundings.wantsRequests)
    }

    private func lingerLimit(_ surroundings: Surroundings) -> Duration? {
        let isGathering = !surroundings.isPublishing && surroundings.isBehind
        let enough = isGathering ? self.linger.fullBatch : self.linger.smallBatch
        if surroundings.hasPublishTrouble || self.waiting.count >= enough { return nil }
        // Requests that could go wait for their lookups.
        if !self.waiting.lookUps.isEmpty, surroundings.wantsRequests { return nil }
        return surroundings.isPublishing || isGathering ? self.linger.limit : nil
    }
}
