import Kafka
import Ledger

/// Intake: stops before a bound is passed, and while nothing that is taken in could succeed.
extension WorkerCore {
    /// Why nothing is taken in, or `nil` while records flow.
    ///
    /// The words are those of `customer_worker_intake_paused{reason}`.
    var intakeBlock: IntakeBlock? {
        if self.drainDeadline != nil { return .draining }
        if self.intake.isSuspended { return .suspended }
        if let cause = self.breaker.cause { return .backend(cause.reason) }
        return self.blockWithin
    }

    /// Why nothing could be taken in even if the backend were well.
    private var blockWithin: IntakeBlock? {
        if let trouble = self.storeTrouble { return .store(trouble.reason.rawValue) }
        if let trouble = self.publishTrouble { return .publishing(trouble.name) }
        let bound = self.intake.isPaused ? self.settings.maximumInFlight * 3 / 4 : self.settings.maximumInFlight
        if self.table.count >= max(bound, 1) || self.table.byteCount >= self.settings.maximumInFlightBytes {
            return .full
        }
        return nil
    }

    /// How many events the owner may poll for now.
    ///
    /// 0 during a short block: the records wait in librdkafka's queue, bounded by `queued.max.messages.kbytes`. When the
    /// partitions are paused a poll brings only what concerns the group.
    var pollLimit: Int {
        guard self.intakeBlock != nil else {
            return max(1, min(1_000, self.settings.maximumInFlight - self.table.count))
        }
        if self.intake.seeksProbe { return 1 }
        return self.intake.isPaused ? 64 : 0
    }

    mutating func suspendIntake() { self.intake.isSuspended = true }

    mutating func resumeIntake() { self.intake.isSuspended = false }

    mutating func advanceIntake(at now: Moment) {
        self.intake.seeksProbe = self.lacksProbe(at: now)
        guard let block = self.intakeBlock, !self.intake.seeksProbe else {
            self.intake.blockedSince = nil
            self.intake.pauseDue = nil
            if self.intake.isPaused {
                self.intake.isPaused = false
                self.actions.append(.resume(Array(self.current.keys)))
            }
            return
        }
        let since = self.intake.blockedSince ?? now.uptime
        self.intake.blockedSince = since
        guard !self.intake.isPaused else { return }
        // Only fullness passes by itself within moments.
        let patience = block == .full ? self.settings.patienceBeforePause : .zero
        guard now.uptime >= since + patience else {
            self.intake.pauseDue = since + patience
            return
        }
        self.intake.pauseDue = nil
        self.intake.isPaused = true
        self.actions.append(.pause(Array(self.current.keys)))
    }

    /// Whether the breaker waits for a probe that no command in flight can be.
    ///
    /// Its commands may have left with their partitions, or may be those that fail by themselves: without a record from
    /// outside it would stay open for ever. Once begun, the search goes on until such a command is there.
    private func lacksProbe(at now: Moment) -> Bool {
        guard case .backend? = self.intakeBlock, self.blockWithin == nil, let cause = self.breaker.cause else {
            return false
        }
        // Where most fail and not certainly all, those that have failed already may be the only ones that do: then one that has
        // not is kept at hand. Else anyone will do, and only a probe that is due needs it.
        let isDue = self.breaker.nextProbe.map { now.uptime >= $0 } ?? false
        let isWanted = cause.isCertain ? isDue || self.intake.seeksProbe : self.breaker.isTrying(at: now.uptime)
        guard isWanted, self.store.isEmpty, self.storing == nil else { return false }
        return !self.requestQueue.contains { ticket in
            guard let waiting = self.table[ticket], waiting.stage == .waitingForRequest else { return false }
            return cause.isCertain || waiting.attempts == 0
        }
    }
}

/// Why no records are taken in.
enum IntakeBlock: Sendable, Hashable {
    case draining
    case suspended
    case backend(String)
    case store(String)
    case publishing(String)
    case full

    /// A bounded word for metrics and readiness.
    var reason: String {
        switch self {
        case .draining: "draining"
        case .suspended: "suspended"
        case .backend(let reason): reason
        case .store(let reason): "store_\(reason)"
        case .publishing: "publishing"
        case .full: "full"
        }
    }
}
