import CustomerContract

/// The line to the backend: at most N requests at once, retries in their own time, and no request while all would fail.
///
/// Invariants:
/// 1. The limit counts the requests of the era under way: those that hung when the backend fell silent no longer count,
///    or they would hold every place when it is back.
/// 2. A command's time to give up is measured from its first attempt, without the time in which requests were stopped.
struct RequestLine: Sendable {
    /// What an answer means for its command.
    enum Verdict {
        /// The customer is there, and is to be remembered.
        case created(CreateCustomerCommand, CreatedOutcome, CustomerDocument)
        /// The customer that is remembered is there still.
        case unchanged(CreateCustomerCommand)
        /// It ends.
        case failed(CommandFailure)
        /// Its partition is leaving, and the record's next owner continues.
        case givenUp
        /// It waits for its next attempt, or has left already.
        case waits
    }

    /// Whether refusals may be all commands' fault: only if each has passed every rule here.
    private let judgesRefusals: Bool
    private var retry: RetryPolicy
    private var limiter: RequestLimiter
    private var jitter: SplitMix64
    private var queue = RequestQueue()
    private var probe: CommandTicket?
    /// Requests under way.
    private(set) var count = 0
    private(set) var gate: OutageGate
    /// Failed requests that were or will be tried again, by reason.
    private(set) var retries: [String: Int] = [:]
    private var reports: [RequestReport] = []

    init(
        _ retry: RetryPolicy,
        limit: RequestLimit,
        rate: Double?,
        breaker: BreakerSettings,
        judgesRefusals: Bool,
        seed: UInt64
    ) {
        self.judgesRefusals = judgesRefusals
        self.retry = retry
        self.limiter = RequestLimiter(limit, rate: rate)
        self.jitter = SplitMix64(seed: seed)
        self.gate = OutageGate(breaker)
    }

    /// Requests that may be under way at once.
    var limit: Int { self.limiter.limit }
    /// Requests that count against the limit.
    var slotCount: Int { self.limiter.count }
    /// Commands whose request may go, those that have left meanwhile among them.
    var waitingCount: Int { self.queue.readyCount }

    /// Commands that back off, those that have left meanwhile among them.
    var backingOffCount: Int { self.queue.backingOffCount }

    /// When a command's next attempt is due, if it backs off; looks through all of them.
    func dues(of tickets: Set<CommandTicket>) -> [CommandTicket: Duration] { self.queue.dues(of: tickets) }

    /// Whether a command that waits here can be the probe that is needed.
    func hasProbe(_ lanes: Lanes) -> Bool {
        let needsFresh = self.gate.needsFresh
        return self.queue.contains(lanes) { !needsFresh || $0.isFresh }
    }

    /// Whether the backend is to be asked something neutral; says so once.
    mutating func takeNeutralQuestion() -> Bool { self.gate.takeNeutralQuestion() }

    /// Takes what people should be told.
    mutating func takeReports() -> [RequestReport] {
        guard !self.reports.isEmpty else { return [] }
        defer { self.reports = [] }
        return self.reports
    }

    /// Applies other limits, and ends a wait that the backend asked for.
    mutating func reconfigure(_ retry: RetryPolicy, limit: RequestLimit, rate: Double?, at now: Duration) {
        self.retry = retry
        if self.gate.liftHold(at: now) != nil { self.liftHold(at: now) }
        self.limiter.reconfigure(limit, rate: rate, at: now)
    }

    // MARK: Sending

    /// Takes a command in whose request may go.
    mutating func add(_ ticket: CommandTicket, _ lanes: inout Lanes) { self.queue.append(ticket, &lanes) }

    /// Brings the commands back whose next attempt is due, and notices when the backend has fallen silent.
    mutating func advance(_ lanes: inout Lanes, at now: Duration) {
        self.queue.advance(&lanes, at: now)
        guard let change = self.gate.noticeSilence(self.slotCount, at: now) else { return }
        self.limiter.beginEra()
        self.apply([change], &lanes, at: now)
    }

    /// The next request that goes now; `nil` when none may.
    mutating func next(_ lanes: inout Lanes, at now: Duration) -> BackendRequest? {
        while let ticket = self.takeNext(lanes, at: now) {
            guard let inFlight = lanes[ticket], let command = inFlight.command else { continue }
            let isProbe = self.gate.passage(at: now) != .flow
            let patience = isProbe ? self.gate.sendProbe(at: now) : nil
            if isProbe { self.probe = ticket }
            self.count += 1
            let era = self.limiter.begin()
            self.gate.requests(self.slotCount, of: self.limit, at: now)
            let attempt = inFlight.attempts + 1
            let active = self.gate.activeTime(at: now)
            lanes.update(ticket) { [successes = self.gate.blame.successCount] in
                $0.stage = .requesting
                $0.attempts = attempt
                $0.sentAt = now
                $0.slotEra = era
                if $0.firstAttempt == nil { ($0.firstAttempt, $0.successesBefore) = (active, successes) }
            }
            return BackendRequest(
                ticket: ticket,
                command: command,
                remembered: lanes.questionedCustomer(ticket),
                attempt: attempt,
                isProbe: isProbe,
                patience: patience
            )
        }
        return nil
    }

    /// When something is due although nothing happens; `nil` when only events can change anything.
    func due(at now: Duration) -> Duration? {
        // A probe that is due and has not gone waits for a command, which is an event.
        let probeDue = self.gate.nextProbe.flatMap { $0 > now ? $0 : nil }
        return [self.queue.due, probeDue, self.gate.silenceDue, self.sendDue(at: now)].compactMap { $0 }.min()
    }

    private func sendDue(at now: Duration) -> Duration? {
        guard !self.queue.isEmpty else { return nil }
        if self.gate.reason == nil, self.limiter.isFull { return nil }
        let due = max(self.gate.opens, self.limiter.nextToken(at: now) ?? .zero)
        return due > now ? due : nil
    }

    /// Takes the command out of the queue whose request may go now.
    private mutating func takeNext(_ lanes: Lanes, at now: Duration) -> CommandTicket? {
        self.queue.dropLeft(lanes)
        guard !self.queue.isEmpty else { return nil }
        switch self.gate.passage(at: now) {
        case .stop:
            return nil
        case .flow:
            return self.limiter.admits(at: now) ? self.queue.popFirst() : nil
        case .trickle:
            return self.limiter.admits(at: now) ? self.queue.takeProbe(lanes, using: &self.jitter) : nil
        case .probe:
            // Not bound by the limit: those that hang may hold every place.
            return self.limiter.takeToken(at: now) ? self.queue.takeProbe(lanes, using: &self.jitter) : nil
        }
    }

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
        if reply.requests != 1 {
            self.limiter.charge(max(reply.requests - 1, 0), at: now)
            lanes.update(ticket) { $0.followingRequests += reply.requests - 1 }
        }
        let wasProbe = self.probe == ticket
        if wasProbe { self.probe = nil }
        guard let inFlight = lanes[ticket], let command = inFlight.command else {
            if wasProbe { self.gate.probeWasLost() }
            return .waits
        }
        let underWay = self.slotCount
        if self.limiter.end(ofEra: inFlight.slotEra) { self.gate.requests(self.slotCount, of: self.limit, at: now) }
        switch reply.answer {
        case .created(let outcome, let customer, let unverified):
            self.apply(self.gate.succeeded(command.externalID, wasProbe: wasProbe, at: now), &lanes, at: now)
            // The latency of one request; an existing customer took several.
            if reply.requests == 1 { self.limiter.answered(sentAt: inFlight.sentAt, underWay: underWay, at: now) }
            if outcome == .existing, inFlight.isInDoubt {
                self.reports.append(.duplicateAfterUnknown(command.context.id, command.externalID))
            }
            lanes.update(ticket) {
                $0.stage = .atLedger
                $0.unverified = unverified
            }
            return .created(command, outcome, customer)
        case .unchanged:
            self.apply(self.gate.looked(wasProbe: wasProbe, at: now), &lanes, at: now)
            return .unchanged(command)
        case .failed(let failure, let refusal):
            let isShared = self.gate.isShared(refusal) && !wasProbe
            let changes = self.gate.refused(
                command.externalID,
                self.judgesRefusals ? refusal : nil,
                wasProbe: wasProbe,
                at: now
            )
            self.apply(changes, &lanes, at: now)
            guard isShared else { return .failed(failure) }
            return self.putBack(ticket, inFlight, &lanes, partitions)
        case .transient(let failure):
            return self.failed(ticket, inFlight, command, failure, &lanes, partitions, wasProbe: wasProbe, at: now)
        case .systemic(let reason, let message, let scope):
            if let changes = self.gate.failedForAll(
                command.externalID,
                scope,
                reason: reason,
                message: message,
                wasProbe: wasProbe,
                at: now
            ) {
                self.retries[reason, default: 0] += 1
                self.apply(changes, &lanes, at: now)
                return self.putBack(ticket, inFlight, &lanes, partitions)
            }
            self.reports.append(
                .backendRefusesOne(command.context.id, command.externalID, reason: reason, message: message)
            )
            let end = CommandFailure(
                code: .retriesExhausted,
                message: "refused while other commands succeed, for longer than retry.max_elapsed_time: \(message)",
                retryable: true
            )
            let failure = PassingFailure(reason: reason, message: message, failure: end)
            return self.failed(ticket, inFlight, command, failure, &lanes, partitions, wasProbe: wasProbe, at: now)
        }
    }

    /// Takes the answer to the neutral request.
    mutating func answered(_ neutral: NeutralAnswer, _ lanes: inout Lanes, at now: Duration) {
        self.apply(self.gate.neutral(neutral, at: now), &lanes, at: now)
    }

    /// Puts a command back to the head of the queue: what happened is not its fault, and its time does not count.
    private mutating func putBack(
        _ ticket: CommandTicket,
        _ inFlight: InFlightCommand,
        _ lanes: inout Lanes,
        _ partitions: Partitions
    ) -> Verdict {
        if partitions.isLeaving(inFlight.assignment) { return .givenUp }
        self.queue.prepend(ticket, &lanes)
        return .waits
    }

    private mutating func failed(
        _ ticket: CommandTicket,
        _ inFlight: InFlightCommand,
        _ command: CreateCustomerCommand,
        _ failure: PassingFailure,
        _ lanes: inout Lanes,
        _ partitions: Partitions,
        wasProbe: Bool,
        at now: Duration
    ) -> Verdict {
        self.retries[failure.reason, default: 0] += 1
        if failure.isInDoubt {
            lanes.update(ticket) { $0.isInDoubt = true }
            self.reports.append(.outcomeUnknown(command.context.id, command.externalID, reason: failure.reason))
        }
        if failure.sign == .overload || failure.sign == .silence {
            self.limiter.refused(sentAt: inFlight.sentAt, at: now)
        }
        let active = self.gate.activeTime(at: now)
        let elapsed = active - (inFlight.firstAttempt ?? active) - inFlight.excused
        let changes = self.gate.failed(
            command.externalID,
            failure,
            (inFlight.attempts, elapsed, inFlight.successesBefore),
            maximumHold: self.retry.maximumHold,
            wasProbe: wasProbe,
            at: now
        )
        self.apply(changes, &lanes, at: now)
        if partitions.isLeaving(inFlight.assignment) { return .givenUp }
        let wait = self.retry.wait(afterAttempt: inFlight.attempts, serverAsked: failure.after, using: &self.jitter)
        if elapsed + wait.jitter > self.retry.maximumElapsedTime, self.gate.reason == nil,
            self.gate.blame.isOwnFault(command.externalID, successesBefore: inFlight.successesBefore)
        {
            return .failed(failure.failure)
        }
        // A hold stops the clock itself.
        let isHeld = failure.sign == .overload
        let held = isHeld ? self.gate.hold.left(at: now) ?? .zero : .zero
        lanes.update(ticket) {
            $0.hasFailed = true
            $0.excused += max(wait.asked - held, .zero)
        }
        let heldUntil = isHeld ? now + wait.asked : nil
        self.queue.backOff(ticket, until: now + wait.asked + wait.jitter, heldUntil: heldUntil, &lanes)
        return .waits
    }

    // MARK: Changes of the gate

    private mutating func apply(_ changes: [OutageGate.Change], _ lanes: inout Lanes, at now: Duration) {
        for change in changes {
            switch change {
            case .stopped(let reason, let message):
                self.reports.append(.backendFails(reason: reason, message: message))
            case .changed(let reason, let message):
                self.reports.append(.backendFailsOtherwise(reason: reason, message: message))
            case .held(let wait):
                self.reports.append(.backendAsksToWait(wait))
            case .lifted:
                self.liftHold(at: now)
            case .flowing(let after, let scattersAll):
                // One of two stops may have ended: the other one's probe is still waited for.
                if !self.gate.isProbing { self.probe = nil }
                self.scatterRetries(all: scattersAll, &lanes, at: now)
                self.reports.append(.backendIsWell(after: after))
            }
        }
    }

    /// A hold has ended early: the commands that met it no longer wait for its end either.
    private mutating func liftHold(at now: Duration) {
        self.queue.liftHold(at: now)
        self.reports.append(.backendWaitIsLifted)
    }

    /// Gives every command that was tried already a wait of its own again, or only those that failed in a way that may
    /// be their own.
    ///
    /// They have gathered while requests were stopped. All at once and before any other they would look like a failure
    /// of all, and requests would never start again.
    private mutating func scatterRetries(all: Bool, _ lanes: inout Lanes, at now: Duration) {
        // Not the line's own in the closure: the queue, which is being changed, is part of the line.
        var jitter = self.jitter
        self.queue.backOff(&lanes) { [blame = self.gate.blame, retry = self.retry] command in
            let failsAlone = command.command.map { blame.failsAlone($0.externalID) } ?? false
            guard command.attempts > 0, all || failsAlone || command.hasFailed else { return nil }
            return now + retry.wait(afterAttempt: command.attempts, serverAsked: nil, using: &jitter).jitter
        }
        self.jitter = jitter
    }
}
