import CustomerContract
import DequeModule
import Ledger

/// The API: at most N requests at once, retries in their own time, and nobody's request while everybody's would fail.
extension WorkerCore {
    mutating func startRequests(at now: Moment) {
        self.noticeSilence(at: now)
        while let ticket = self.nextRequest(at: now) {
            guard let inFlight = self.table[ticket], let command = inFlight.command else { continue }
            var probe: Breaker.Probe?
            if self.breaker.cause != nil {
                probe = self.breaker.admitProbe(at: now.uptime)
                self.probe = ticket
            }
            self.requestCount += 1
            self.slotCount += 1
            self.silence.requests(self.slotCount, of: self.limiter.limit, at: now.uptime)
            let attempt = inFlight.attempts + 1
            let active = self.breakerClock.activeTime(at: now.uptime)
            let slotEra = self.slotEra
            self.table.update(ticket) {
                $0.stage = .requesting
                $0.attempts = attempt
                $0.sentAt = now.uptime
                $0.slotEra = slotEra
                if $0.firstAttempt == nil { $0.firstAttempt = active }
            }
            self.actions.append(
                .request(
                    BackendRequest(
                        ticket: ticket,
                        command: command,
                        attempt: attempt,
                        isProbe: probe != nil,
                        patience: probe?.patience
                    )
                )
            )
        }
    }

    /// When a request may go although nothing happens; `nil` when none waits, or only an event can let it go.
    func requestDue(at now: Duration) -> Duration? {
        if self.breaker.cause == nil, let due = self.silence.due {
            return self.nextSend(at: now).map { min($0, due) } ?? due
        }
        return self.nextSend(at: now)
    }

    private func nextSend(at now: Duration) -> Duration? {
        guard !self.requestQueue.isEmpty else { return nil }
        if self.breaker.cause == nil, self.slotCount >= self.limiter.limit { return nil }
        let due = max(self.holdUntil, self.bucket?.nextToken(at: now) ?? .zero, self.breaker.nextProbe ?? .zero)
        return due > now ? due : nil
    }

    /// Takes the command out of the queue whose request may go now.
    private mutating func nextRequest(at now: Moment) -> CommandTicket? {
        // Those that were abandoned while they waited.
        while let first = self.requestQueue.first, self.table[first]?.stage != .waitingForRequest {
            self.requestQueue.removeFirst()
        }
        guard !self.requestQueue.isEmpty, now.uptime >= self.holdUntil else { return nil }
        guard let cause = self.breaker.cause else {
            guard self.slotCount < self.limiter.limit, self.takeToken(at: now) else { return nil }
            return self.requestQueue.popFirst()
        }
        // Not bound by the limit: those that hang may hold every place.
        guard let due = self.breaker.nextProbe, now.uptime >= due, self.takeToken(at: now) else { return nil }
        // A command that has not failed yet tells more: it may be the others' own fault.
        let fresh = cause.isCertain ? nil : self.requestQueue.firstIndex { self.table[$0]?.attempts == 0 }
        return fresh.map { self.requestQueue.remove(at: $0) } ?? self.requestQueue.popFirst()
    }

    private mutating func takeToken(at now: Moment) -> Bool { self.bucket?.take(at: now.uptime) ?? true }

    /// Takes the answer to a request.
    mutating func answered(_ ticket: CommandTicket, _ reply: BackendReply, at now: Moment) {
        self.requestCount -= 1
        self.bucket?.charge(reply.requests - 1, at: now.uptime)
        let wasProbe = self.probe == ticket
        if wasProbe { self.probe = nil }
        guard let inFlight = self.table[ticket], let command = inFlight.command else {
            if wasProbe { self.breaker.probeWasLost() }
            return
        }
        let others = self.slotCount
        if inFlight.slotEra == self.slotEra {
            self.slotCount -= 1
            self.silence.requests(self.slotCount, of: self.limiter.limit, at: now.uptime)
        }
        switch reply.answer {
        case .created(let outcome, let customer):
            self.apiIsWell(command.externalID, wasProbe: wasProbe, at: now)
            // The latency of one request; an existing customer took several.
            if reply.requests == 1 { self.limiter.answered(sentAt: inFlight.sentAt, others: others, at: now.uptime) }
            if outcome == .existing, inFlight.isInDoubt {
                self.counters.duplicatesAfterUnknown += 1
                self.actions.append(.report(.duplicateAfterUnknown(command.context.id, command.externalID)))
            }
            // Even when the partition is gone: what was made must be known, whoever runs the command next.
            self.table.update(ticket) { $0.stage = .atLedger }
            self.store.entries.append(
                (
                    ticket,
                    LedgerEntry(command: command, customer: customer, outcome: outcome, rememberedAt: now.wall)
                )
            )
        case .failed(let failure):
            self.apiIsWell(command.externalID, wasProbe: wasProbe, at: now)
            self.finish(ticket, .failed(failure), at: now)
        case .transient(let failure):
            self.failedInPassing(ticket, command, failure, wasProbe: wasProbe, at: now)
        case .systemic(let reason, let message):
            self.counters.retries[reason, default: 0] += 1
            self.silence.heard(at: now.uptime)
            self.stopRequests(.init(reason: reason, certainty: .certain), message, wasProbe: wasProbe, at: now)
            guard !self.isLeaving(inFlight.assignment) else { return self.giveUp(ticket) }
            // Not its fault: it goes back to the head of the queue, and its time does not count.
            self.table.update(ticket) { $0.stage = .waitingForRequest }
            self.requestQueue.prepend(ticket)
        }
    }

    mutating func wakeBackOffs(at now: Moment) {
        while let ticket = self.backOffs.popDue(at: now.uptime) {
            guard self.table[ticket]?.stage == .backingOff else { continue }
            self.table.update(ticket) { $0.stage = .waitingForRequest }
            self.requestQueue.append(ticket)
        }
    }

    /// Puts other limits in force.
    mutating func reconfigure(_ live: LiveSettings, at now: Moment) {
        self.settings.retry = live.retry
        self.settings.requestLimit = live.requestLimit
        self.limiter.reconfigure(live.requestLimit)
        guard live.rateLimit != self.settings.rateLimit else { return }
        self.settings.rateLimit = live.rateLimit
        self.bucket = live.rateLimit.map { TokenBucket(rate: $0, at: now.uptime) }
    }

    // MARK: Failures

    private mutating func failedInPassing(
        _ ticket: CommandTicket,
        _ command: CreateCustomerCommand,
        _ failure: PassingFailure,
        wasProbe: Bool,
        at now: Moment
    ) {
        guard let inFlight = self.table[ticket] else { return }
        self.counters.retries[failure.reason, default: 0] += 1
        if failure.isInDoubt {
            self.counters.unknownOutcomes += 1
            self.table.update(ticket) { $0.isInDoubt = true }
            self.actions.append(
                .report(.outcomeUnknown(command.context.id, command.externalID, reason: failure.reason))
            )
        }
        if failure.sign == .overload || failure.sign == .silence {
            self.limiter.refused(sentAt: inFlight.sentAt, at: now.uptime)
        }
        if failure.sign == .overload, let after = failure.after {
            // Said to one, meant for all: whoever sends with the same key would be refused as well.
            self.holdUntil = max(self.holdUntil, now.uptime + after)
        }
        let wasHeard = failure.sign != .unreachable && failure.sign != .silence
        if wasHeard {
            self.silence.heard(at: now.uptime)
            // Whatever this is, it is not what every request met: so that is over.
            if wasProbe, self.breaker.cause?.isCertain == true {
                self.letRequestsGo(wasProbe: true, at: now)
            } else if self.breaker.cause?.certainty == .silence {
                self.letRequestsGo(wasProbe: false, at: now)
            }
        }
        self.failures.failed(command.externalID, failure.sign, at: now.uptime)
        let stillFails = wasProbe && self.breaker.cause != nil
        if stillFails || self.failures.isTelling {
            let cause = Breaker.Cause(reason: failure.reason, certainty: .likely)
            self.stopRequests(cause, failure.failure.message, wasProbe: wasProbe, at: now)
        }
        self.backOff(ticket, inFlight, failure, at: now)
    }

    private mutating func backOff(
        _ ticket: CommandTicket,
        _ inFlight: InFlightCommand,
        _ failure: PassingFailure,
        at now: Moment
    ) {
        guard !self.isLeaving(inFlight.assignment) else { return self.giveUp(ticket) }
        let active = self.breakerClock.activeTime(at: now.uptime)
        let wait = self.settings.retry.wait(
            afterAttempt: inFlight.attempts,
            serverAsked: failure.after,
            using: &self.jitter
        )
        // What everybody is asked to wait is no attempt of this command's: only time that has passed counts against it.
        let counted = failure.sign == .overload ? wait - (failure.after ?? .zero) : wait
        if active - (inFlight.firstAttempt ?? active) + counted > self.settings.retry.maximumElapsedTime,
            self.breaker.cause == nil
        {
            self.finish(ticket, .failed(failure.failure), at: now)
            return
        }
        self.table.update(ticket) { $0.stage = .backingOff }
        self.backOffs.insert(ticket, due: now.uptime + wait)
    }

    /// Ends a command without a result, since its partition is leaving; its lane goes on.
    mutating func giveUp(_ ticket: CommandTicket) {
        self.abandon(ticket)
        self.table.update(ticket) { $0.stage = .waitingInLane }
        self.ready.append(ticket)
    }

    private mutating func apiIsWell(_ customer: ExternalID, wasProbe: Bool, at now: Moment) {
        self.silence.heard(at: now.uptime)
        self.failures.succeeded(customer, at: now.uptime)
        self.letRequestsGo(wasProbe: wasProbe, at: now)
    }

    // MARK: The breaker

    private mutating func letRequestsGo(wasProbe: Bool, at now: Moment) {
        guard let since = self.breaker.openSince, let cause = self.breaker.cause,
            self.breaker.succeeded(wasProbe: wasProbe, at: now.uptime)
        else { return }
        self.probe = nil
        self.failures.clear()
        self.breakerClock.close(at: now.uptime)
        if cause.certainty == .likely { self.spreadRetries(at: now) }
        self.actions.append(.report(.backendIsWell(after: now.uptime - since)))
    }

    /// Gives every command that has failed already a wait of its own again.
    ///
    /// They have gathered while requests were stopped, and some may be those that fail by themselves. All at once and before
    /// any other they would look like everybody's failure, and stop requests for ever.
    private mutating func spreadRetries(at now: Moment) {
        var others: Deque<CommandTicket> = []
        for ticket in self.requestQueue {
            guard let waiting = self.table[ticket], waiting.stage == .waitingForRequest else { continue }
            guard waiting.attempts > 0 else {
                others.append(ticket)
                continue
            }
            let wait = self.settings.retry.wait(
                afterAttempt: waiting.attempts,
                serverAsked: nil,
                using: &self.jitter
            )
            self.table.update(ticket) { $0.stage = .backingOff }
            self.backOffs.insert(ticket, due: now.uptime + wait)
        }
        self.requestQueue = others
    }

    private mutating func stopRequests(
        _ cause: Breaker.Cause,
        _ message: String?,
        wasProbe: Bool,
        at now: Moment
    ) {
        guard self.breaker.failed(cause, wasProbe: wasProbe, at: now.uptime) else { return }
        self.failures.clear()
        self.silence.reset()
        self.breakerClock.open(at: now.uptime)
        self.counters.breakerOpenings += 1
        self.actions.append(.report(.backendFails(reason: cause.reason, message: message)))
    }

    /// Stops requests when a crowd of them hears nothing for a whole window.
    ///
    /// Those under way no longer count against the limit: they may hang until their time is over, and would hold every place
    /// when the backend is back.
    private mutating func noticeSilence(at now: Moment) {
        guard self.breaker.cause == nil, let due = self.silence.due, now.uptime >= due else { return }
        let message = "\(self.slotCount) requests are under way, and none has been answered for a while"
        self.slotCount = 0
        self.slotEra += 1
        self.stopRequests(.init(reason: "no_answer", certainty: .silence), message, wasProbe: false, at: now)
    }
}
