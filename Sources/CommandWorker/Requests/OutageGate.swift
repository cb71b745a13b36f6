import CustomerContract

/// The gate in front of the backend: lets requests flow, or stops them while all would fail, and finds out by probes when they no
/// longer do.
///
/// Invariants:
/// 1. While requests are stopped only probes go, one at a time.
/// 2. The time in which requests are stopped is not ``activeTime(at:)``: it never counts against a command.
/// 3. Of failures customers count and not attempts, so that one command that fails by itself never stops the others.
struct OutageGate: Sendable {
    /// Whether a request may go now.
    enum Passage: Hashable {
        /// As many as the limits allow.
        case flow
        /// One, on which the others wait; better one of a command that has not failed yet if `prefersFresh`.
        case probe(prefersFresh: Bool)
        /// None.
        case stop
    }

    /// What an answer changes for the requests of all commands.
    enum Change {
        case stopped(reason: String, message: String?)
        /// `scattersRetries`: commands that failed have gathered, and may be those that fail by themselves.
        case flowing(after: Duration, scattersRetries: Bool)
    }

    private var breaker: Breaker
    private var failures: FailureWindow
    private var silence: SilenceWatch
    /// No request goes before: the backend asked all callers to wait.
    private var holdUntil: Duration = .zero
    /// The time for which requests were stopped in spans that have ended.
    private var stoppedTotal: Duration = .zero

    init(_ settings: BreakerSettings) {
        self.breaker = Breaker(settings)
        self.failures = FailureWindow(settings)
        self.silence = SilenceWatch(settings)
    }

    /// Why requests are stopped; `nil` while they flow.
    var cause: Breaker.Cause? { self.breaker.cause }

    /// When the next probe may go; `nil` when requests flow or a probe is under way.
    var nextProbe: Duration? { self.breaker.nextProbe }

    /// Time without the spans in which requests were stopped: what a command's own time is measured by.
    func activeTime(at now: Duration) -> Duration { (self.breaker.openSince ?? now) - self.stoppedTotal }

    func passage(at now: Duration) -> Passage {
        guard now >= self.holdUntil else { return .stop }
        guard let cause = self.breaker.cause else { return .flow }
        guard let due = self.breaker.nextProbe, now >= due else { return .stop }
        // A command that has not failed yet tells more: it may be the others' own fault.
        return .probe(prefersFresh: !cause.isCertain)
    }

    /// When a request that waits may go, as far as the gate says; may lie in the past.
    var opens: Duration { max(self.holdUntil, self.breaker.nextProbe ?? .zero) }

    /// When the silence of the backend is long enough to stop requests.
    var silenceDue: Duration? { self.breaker.cause == nil ? self.silence.due : nil }

    /// Whether a record from outside is needed for the next probe, since none of the commands in flight can be it.
    ///
    /// Where most fail and not certainly all, those that have failed already may be the only ones that do: then one that has
    /// not is kept at hand. Else any will do, and only a probe that is due needs it.
    ///
    /// - Parameter isSeeking: whether the search has begun; it goes on until such a command is there.
    func seeksProbe(isSeeking: Bool, at now: Duration) -> Bool {
        guard let cause = self.breaker.cause else { return false }
        guard cause.isCertain else { return self.breaker.isTrying(at: now) }
        return isSeeking || self.breaker.nextProbe.map { now >= $0 } ?? false
    }

    // MARK: Requests

    /// Takes the place of a probe, when one may go.
    mutating func admitProbe(at now: Duration) -> Breaker.Probe? { self.breaker.admitProbe(at: now) }

    /// A probe that came to nothing: its command was taken away.
    mutating func probeWasLost() { self.breaker.probeWasLost() }

    /// Tells how many requests are under way, and how many may be.
    mutating func requests(_ count: Int, of limit: Int, at now: Duration) {
        self.silence.requests(count, of: limit, at: now)
    }

    /// Stops requests when a crowd of them hears nothing for a whole window.
    mutating func noticeSilence(_ count: Int, at now: Duration) -> Change? {
        guard let due = self.silenceDue, now >= due else { return nil }
        let message = "\(count) requests are under way, and none has been answered for a while"
        return self.stop(.init(reason: "no_answer", certainty: .silence), message, wasProbe: false, at: now)
    }

    // MARK: Answers

    /// An answer that any healthy API gives.
    mutating func succeeded(_ customer: ExternalID, wasProbe: Bool, at now: Duration) -> Change? {
        self.silence.heard(at: now)
        self.failures.succeeded(customer, at: now)
        return self.flow(wasProbe: wasProbe, at: now)
    }

    /// A failure that passes: it may be one command's, or everything's.
    mutating func failed(
        _ customer: ExternalID,
        _ failure: PassingFailure,
        wasProbe: Bool,
        at now: Duration
    ) -> [Change] {
        var changes: [Change] = []
        if failure.sign == .overload, let after = failure.after {
            // Said to one, meant for all: whoever sends with the same key would be refused as well.
            self.holdUntil = max(self.holdUntil, now + after)
        }
        if failure.sign != .unreachable, failure.sign != .silence {
            self.silence.heard(at: now)
            // Whatever this is, it is not what every request met: so that is over.
            if wasProbe, self.breaker.cause?.isCertain == true {
                changes += [self.flow(wasProbe: true, at: now)].compactMap(\.self)
            } else if self.breaker.cause?.certainty == .silence {
                changes += [self.flow(wasProbe: false, at: now)].compactMap(\.self)
            }
        }
        self.failures.failed(customer, failure.sign, at: now)
        let stillFails = wasProbe && self.breaker.cause != nil
        if stillFails || self.failures.isTelling {
            let cause = Breaker.Cause(reason: failure.reason, certainty: .likely)
            changes += [self.stop(cause, failure.message, wasProbe: wasProbe, at: now)].compactMap(\.self)
        }
        return changes
    }

    /// A failure that every command would meet now, whatever it holds.
    mutating func failedForAll(reason: String, message: String, wasProbe: Bool, at now: Duration) -> Change? {
        self.silence.heard(at: now)
        return self.stop(.init(reason: reason, certainty: .certain), message, wasProbe: wasProbe, at: now)
    }

    // MARK: Changes

    private mutating func flow(wasProbe: Bool, at now: Duration) -> Change? {
        guard let since = self.breaker.openSince, let cause = self.breaker.cause,
            self.breaker.succeeded(wasProbe: wasProbe, at: now)
        else { return nil }
        self.failures.clear()
        self.stoppedTotal += now - since
        return .flowing(after: now - since, scattersRetries: cause.certainty == .likely)
    }

    private mutating func stop(
        _ cause: Breaker.Cause,
        _ message: String?,
        wasProbe: Bool,
        at now: Duration
    ) -> Change? {
        guard self.breaker.failed(cause, wasProbe: wasProbe, at: now) else { return nil }
        self.failures.clear()
        self.silence.reset()
        return .stopped(reason: cause.reason, message: message)
    }
}
