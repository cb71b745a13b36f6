import CustomerContract
import DequeModule
import Ledger

/// The API: at most N requests at once, retries in their own time, and nobody's request while everybody's would fail.
extension WorkerCore {
    mutating func startRequests(at now: Moment) {
        while self.requestCount < self.settings.maximumRequests, let ticket = self.requestQueue.first {
            guard let inFlight = self.table[ticket], inFlight.stage == .waitingForRequest,
                let command = inFlight.command
            else {
                // It was abandoned while it waited.
                self.requestQueue.removeFirst()
                continue
            }
            let isProbe = self.breaker.cause != nil
            guard self.breaker.admit(at: now.uptime) else { return }
            self.requestQueue.removeFirst()
            self.requestCount += 1
            if isProbe { self.probe = ticket }
            let attempt = inFlight.attempts + 1
            let active = self.breakerClock.activeTime(at: now.uptime)
            self.table.update(ticket) {
                $0.stage = .requesting
                $0.attempts = attempt
                if $0.firstAttempt == nil { $0.firstAttempt = active }
            }
            self.actions.append(
                .request(BackendRequest(ticket: ticket, command: command, attempt: attempt, isProbe: isProbe))
            )
        }
    }

    /// Takes the answer to a request.
    mutating func answered(_ ticket: CommandTicket, _ answer: BackendAnswer, at now: Moment) {
        self.requestCount -= 1
        let wasProbe = self.probe == ticket
        if wasProbe { self.probe = nil }
        guard let inFlight = self.table[ticket], let command = inFlight.command else { return }
        switch answer {
        case .created(let outcome, let customer):
            self.apiIsWell(wasProbe: wasProbe, at: now)
            // Even when the partition is gone: what was made must be known, whoever runs the command next.
            self.table.update(ticket) { $0.stage = .atLedger }
            self.store.entries.append(
                (
                    ticket,
                    LedgerEntry(command: command, customer: customer, outcome: outcome, rememberedAt: now.wall)
                )
            )
        case .failed(let failure):
            self.apiIsWell(wasProbe: wasProbe, at: now)
            self.finish(ticket, .failed(failure), at: now)
        case .transient(let reason, let failure, let after):
            self.counters.retries[reason, default: 0] += 1
            if wasProbe, self.breaker.cause?.isCertain == true {
                // Whatever this is, it is not what every request met: so that is over.
                self.apiIsWell(wasProbe: true, at: now)
            }
            // Customers count, not attempts: one that fails for ever by itself must not look like everybody's failure.
            self.failingCustomers.insert(command.externalID)
            let stillFails = wasProbe && self.breaker.cause != nil
            if stillFails || self.failingCustomers.count >= self.settings.failuresThatOpenBreaker {
                self.openBreaker(.init(reason: reason, isCertain: false), wasProbe: wasProbe, at: now)
            }
            self.backOff(ticket, inFlight, failure: failure, after: after, at: now)
        case .systemic(let reason, _):
            self.counters.retries[reason, default: 0] += 1
            self.openBreaker(.init(reason: reason, isCertain: true), wasProbe: wasProbe, at: now)
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

    private mutating func backOff(
        _ ticket: CommandTicket,
        _ inFlight: InFlightCommand,
        failure: CommandFailure,
        after: Duration?,
        at now: Moment
    ) {
        guard !self.isLeaving(inFlight.assignment) else { return self.giveUp(ticket) }
        let active = self.breakerClock.activeTime(at: now.uptime)
        let wait = self.settings.retry.wait(
            afterAttempt: inFlight.attempts,
            serverAsked: after,
            using: &self.jitter
        )
        if active - (inFlight.firstAttempt ?? active) + wait > self.settings.retry.maximumElapsedTime,
            self.breaker.cause == nil
        {
            self.finish(ticket, .failed(failure), at: now)
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

    private mutating func apiIsWell(wasProbe: Bool, at now: Moment) {
        self.failingCustomers.removeAll(keepingCapacity: true)
        self.breaker.succeeded(wasProbe: wasProbe)
        if self.breaker.cause == nil { self.breakerClock.close(at: now.uptime) }
    }

    private mutating func openBreaker(_ cause: Breaker.Cause, wasProbe: Bool, at now: Moment) {
        self.failingCustomers.removeAll(keepingCapacity: true)
        self.breaker.failed(cause, wasProbe: wasProbe, at: now.uptime)
        self.breakerClock.open(at: now.uptime)
    }
}
