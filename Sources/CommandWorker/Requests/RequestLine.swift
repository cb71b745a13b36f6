import CustomerContract
import DequeModule

/// The line to the backend: at most N requests at once, retries in their own time, and no request while all would fail.
///
/// Invariants:
/// 1. A command in the queue has the stage `waitingForRequest`; one that was abandoned meanwhile is dropped when its turn comes.
/// 2. The limit counts the requests of the era under way: those that hung when the backend fell silent no longer count, or they
///    would hold every place when it is back.
/// 3. A command's time to give up is measured from its first attempt, without the time in which requests were stopped.
struct RequestLine: Sendable {
    /// What an answer means for its command.
    enum Verdict {
        /// The customer is there, and is to be remembered.
        case created(CreateCustomerCommand, CreatedOutcome, CustomerDocument)
        /// It ends.
        case failed(CommandFailure)
        /// Its partition is leaving, and the record's next owner goes on.
        case givenUp
        /// It waits for its next attempt, or has left already.
        case waits
    }

    private var retry: RetryPolicy
    private var rateLimit: Double?
    private var limiter: RequestLimiter
    private var bucket: TokenBucket?
    private var jitter: SplitMix64
    private var queue: Deque<CommandTicket> = []
    private var backOffs = BackOffQueue()
    private var slotEra = 0
    private var probe: CommandTicket?
    /// Requests under way.
    private(set) var count = 0
    /// Those that count against the limit.
    private(set) var slotCount = 0
    private(set) var gate: OutageGate
    private(set) var counters = RequestCounters()
    private var reports: [RequestReport] = []

    init(_ live: LiveSettings, breaker: BreakerSettings, seed: UInt64) {
        self.retry = live.retry
        self.rateLimit = live.rateLimit
        self.limiter = RequestLimiter(live.requestLimit)
        self.bucket = live.rateLimit.map { TokenBucket(rate: $0, at: .zero) }
        self.jitter = SplitMix64(seed: seed)
        self.gate = OutageGate(breaker)
    }

    /// Requests that may be under way at once.
    var limit: Int { self.limiter.limit }
    /// Commands whose request may go, those that have left meanwhile among them.
    var waitingCount: Int { self.queue.count }
    /// Commands that back off, those that have left meanwhile among them.
    var backingOffCount: Int { self.backOffs.count }

    /// When a command's next attempt is due, if it backs off; looks through all of them.
    func due(of ticket: CommandTicket) -> Duration? { self.backOffs.due(of: ticket) }

    /// Whether a command that waits here can be the probe that is needed.
    func hasProbe(_ lanes: Lanes) -> Bool {
        guard let cause = self.gate.cause else { return false }
        return self.queue.contains { ticket in
            guard let waiting = lanes[ticket], waiting.stage == .waitingForRequest else { return false }
            return cause.isCertain || waiting.attempts == 0
        }
    }

    /// Takes what people should be told.
    mutating func takeReports() -> [RequestReport] {
        guard !self.reports.isEmpty else { return [] }
        defer { self.reports = [] }
        return self.reports
    }

    /// Puts other limits in force.
    mutating func reconfigure(_ live: LiveSettings, at now: Duration) {
        self.retry = live.retry
        self.limiter.reconfigure(live.requestLimit)
        guard live.rateLimit != self.rateLimit else { return }
        self.rateLimit = live.rateLimit
        self.bucket = live.rateLimit.map { TokenBucket(rate: $0, at: now) }
    }

    // MARK: Sending

    /// Takes a command in whose request may go.
    mutating func add(_ ticket: CommandTicket, _ lanes: inout Lanes) {
        lanes.update(ticket) { $0.stage = .waitingForRequest }
        self.queue.append(ticket)
    }

    /// Brings the commands back whose next attempt is due, and notices when the backend has fallen silent.
    mutating func advance(_ lanes: inout Lanes, at now: Duration) {
        while let ticket = self.backOffs.popDue(at: now) {
            if lanes[ticket]?.stage == .backingOff { self.add(ticket, &lanes) }
        }
        guard let change = self.gate.noticeSilence(self.slotCount, at: now) else { return }
        self.slotCount = 0
        self.slotEra += 1
        self.apply(change, &lanes, at: now)
    }

    /// The next request that goes now; `nil` when none may.
    mutating func next(_ lanes: inout Lanes, at now: Duration) -> BackendRequest? {
        while let ticket = self.takeNext(lanes, at: now) {
            guard let inFlight = lanes[ticket], let command = inFlight.command else { continue }
            var probe: Breaker.Probe?
            if self.gate.cause != nil {
                probe = self.gate.admitProbe(at: now)
                self.probe = ticket
            }
            self.count += 1
            self.slotCount += 1
            self.gate.requests(self.slotCount, of: self.limiter.limit, at: now)
            let active = self.gate.activeTime(at: now)
            let attempt = inFlight.attempts + 1
            lanes.update(ticket) { [slotEra] in
                $0.stage = .requesting
                $0.attempts = attempt
                $0.sentAt = now
                $0.slotEra = slotEra
                if $0.firstAttempt == nil { $0.firstAttempt = active }
            }
            return BackendRequest(
                ticket: ticket,
                command: command,
                attempt: attempt,
                isProbe: probe != nil,
                patience: probe?.patience
            )
        }
        return nil
    }

    /// When something is due although nothing happens; `nil` when only events can change anything.
    func due(at now: Duration) -> Duration? {
        // A probe that is due and has not gone waits for a command, which is an event.
        let probeDue = self.gate.nextProbe.flatMap { $0 > now ? $0 : nil }
        return [self.backOffs.nextDue, probeDue, self.gate.silenceDue, self.sendDue(at: now)].compactMap { $0 }.min()
    }

    private func sendDue(at now: Duration) -> Duration? {
        guard !self.queue.isEmpty else { return nil }
        if self.gate.cause == nil, self.slotCount >= self.limiter.limit { return nil }
        let due = max(self.gate.opens, self.bucket?.nextToken(at: now) ?? .zero)
        return due > now ? due : nil
    }

    /// Takes the command out of the queue whose request may go now.
    private mutating func takeNext(_ lanes: Lanes, at now: Duration) -> CommandTicket? {
        // Those that were abandoned while they waited.
        while let first = self.queue.first, lanes[first]?.stage != .waitingForRequest { self.queue.removeFirst() }
        guard !self.queue.isEmpty else { return nil }
        switch self.gate.passage(at: now) {
        case .stop:
            return nil
        case .flow:
            guard self.slotCount < self.limiter.limit, self.takeToken(at: now) else { return nil }
            return self.queue.popFirst()
        case .probe(let prefersFresh):
            // Not bound by the limit: those that hang may hold every place.
            guard self.takeToken(at: now) else { return nil }
            let fresh = prefersFresh ? self.queue.firstIndex { lanes[$0]?.attempts == 0 } : nil
            return fresh.map { self.queue.remove(at: $0) } ?? self.queue.popFirst()
        }
    }

    private mutating func takeToken(at now: Duration) -> Bool { self.bucket?.take(at: now) ?? true }

    // MARK: Answers

    /// Takes the answer to a request.
    mutating func answered(
        _ ticket: CommandTicket,
        _ reply: BackendReply,
        _ lanes: inout Lanes,
        _ partitions: Partitions,
        at now: Duration
    ) -> Verdict {
        self.count -= 1
        self.bucket?.charge(reply.requests - 1, at: now)
        let wasProbe = self.probe == ticket
        if wasProbe { self.probe = nil }
        guard let inFlight = lanes[ticket], let command = inFlight.command else {
            if wasProbe { self.gate.probeWasLost() }
            return .waits
        }
        let underWay = self.slotCount
        if inFlight.slotEra == self.slotEra {
            self.slotCount -= 1
            self.gate.requests(self.slotCount, of: self.limiter.limit, at: now)
        }
        switch reply.answer {
        case .created(let outcome, let customer, _):
            self.apply(self.gate.succeeded(command.externalID, wasProbe: wasProbe, at: now), &lanes, at: now)
            // The latency of one request; an existing customer took several.
            if reply.requests == 1 { self.limiter.answered(sentAt: inFlight.sentAt, underWay: underWay, at: now) }
            if outcome == .existing, inFlight.isInDoubt {
                self.counters.duplicatesAfterUnknown += 1
                self.reports.append(.duplicateAfterUnknown(command.context.id, command.externalID))
            }
            lanes.update(ticket) { $0.stage = .atLedger }
            return .created(command, outcome, customer)
        case .failed(let failure, _):
            self.apply(self.gate.succeeded(command.externalID, wasProbe: wasProbe, at: now), &lanes, at: now)
            return .failed(failure)
        case .transient(let failure):
            self.noteFailure(ticket, command, failure, &lanes, sentAt: inFlight.sentAt, at: now)
            for change in self.gate.failed(command.externalID, failure, wasProbe: wasProbe, at: now) {
                self.apply(change, &lanes, at: now)
            }
            if partitions.isLeaving(inFlight.assignment) { return .givenUp }
            return self.backOff(ticket, inFlight, failure, &lanes, at: now)
        case .systemic(let reason, let message, _):
            self.counters.retries[reason, default: 0] += 1
            let change = self.gate.failedForAll(reason: reason, message: message, wasProbe: wasProbe, at: now)
            self.apply(change, &lanes, at: now)
            if partitions.isLeaving(inFlight.assignment) { return .givenUp }
            // Not its fault: it goes back to the head of the queue, and its time does not count.
            lanes.update(ticket) { $0.stage = .waitingForRequest }
            self.queue.prepend(ticket)
            return .waits
        }
    }

    private mutating func noteFailure(
        _ ticket: CommandTicket,
        _ command: CreateCustomerCommand,
        _ failure: PassingFailure,
        _ lanes: inout Lanes,
        sentAt: Duration,
        at now: Duration
    ) {
        self.counters.retries[failure.reason, default: 0] += 1
        if failure.isInDoubt {
            self.counters.unknownOutcomes += 1
            lanes.update(ticket) { $0.isInDoubt = true }
            self.reports.append(.outcomeUnknown(command.context.id, command.externalID, reason: failure.reason))
        }
        if failure.sign == .overload || failure.sign == .silence { self.limiter.refused(sentAt: sentAt, at: now) }
    }

    private mutating func backOff(
        _ ticket: CommandTicket,
        _ inFlight: InFlightCommand,
        _ failure: PassingFailure,
        _ lanes: inout Lanes,
        at now: Duration
    ) -> Verdict {
        let active = self.gate.activeTime(at: now)
        let wait = self.retry.wait(afterAttempt: inFlight.attempts, serverAsked: failure.after, using: &self.jitter)
        // What all callers are asked to wait is no attempt of this command's: only time that has passed counts against it.
        let counted = failure.sign == .overload ? wait - (failure.after ?? .zero) : wait
        let elapsed = active - (inFlight.firstAttempt ?? active) + counted
        if elapsed > self.retry.maximumElapsedTime, self.gate.cause == nil { return .failed(failure.failure) }
        lanes.update(ticket) { $0.stage = .backingOff }
        self.backOffs.insert(ticket, due: now + wait)
        return .waits
    }

    // MARK: Changes of the gate

    private mutating func apply(_ change: OutageGate.Change?, _ lanes: inout Lanes, at now: Duration) {
        switch change {
        case .stopped(let reason, let message):
            self.counters.outages += 1
            self.reports.append(.backendFails(reason: reason, message: message))
        case .flowing(let after, let scattersRetries):
            self.probe = nil
            if scattersRetries { self.scatterRetries(&lanes, at: now) }
            self.reports.append(.backendIsWell(after: after))
        case nil:
            break
        }
    }

    /// Gives every command that has failed already a wait of its own again.
    ///
    /// They have gathered while requests were stopped, and some may be those that fail by themselves. All at once and before
    /// any other they would look like a failure of all, and stop requests for ever.
    private mutating func scatterRetries(_ lanes: inout Lanes, at now: Duration) {
        var others: Deque<CommandTicket> = []
        for ticket in self.queue {
            guard let waiting = lanes[ticket], waiting.stage == .waitingForRequest else { continue }
            guard waiting.attempts > 0 else {
                others.append(ticket)
                continue
            }
            let wait = self.retry.wait(afterAttempt: waiting.attempts, serverAsked: nil, using: &self.jitter)
            lanes.update(ticket) { $0.stage = .backingOff }
            self.backOffs.insert(ticket, due: now + wait)
        }
        self.queue = others
    }
}
