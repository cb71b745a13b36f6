import CustomerContract

/// The gate in front of the backend: lets requests flow, or stops them while all would fail, and finds out by single
/// ones when they no longer do.
///
/// What fails for all is told from what fails for one by who is hit, not by what an answer says.
///
/// Invariants:
/// 1. While requests are stopped only probes go, one at a time, of a command that has not failed yet if one waits;
///    after one that failed, or when they were stopped again at once, such a command is fetched.
/// 2. The time in which requests are stopped never counts against a command (``activeTime(at:)``).
/// 3. Of failures customers count and not attempts, and a customer that failed while another succeeded fails by itself
///    from then on: so one command never stops the others permanently.
/// 4. A failure counts against a command only when the others did not share it (``Blame``).
/// 5. An answer that claims to concern all commands is believed at once; for a while after the success of another
///    customer has ended that stop who is hit decides, so that several customers with such an answer cost one stop.
struct OutageGate: Sendable {
    /// Whether a request may go now.
    enum Passage: Hashable {
        /// As many as the limits allow.
        case flow
        /// One, on which the others wait.
        case probe
        /// One, within the limit: it is judged by itself.
        case trickle
        /// None.
        case stop
    }

    /// What an answer changes for the requests of all commands.
    enum Change {
        case stopped(reason: String, message: String?)
        /// Requests were stopped already, for another reason.
        case changed(reason: String, message: String?)
        case held(for: Duration)
        /// A hold has ended before its time.
        case lifted
        /// `scattersAll`: all commands that failed have gathered, and may be those that fail by themselves.
        case flowing(after: Duration, scattersAll: Bool)
    }

    /// The word of a trickle: why requests are all but stopped.
    static let refusedAlike = "refused_alike"

    private let window: Duration
    private var breaker: Breaker
    private var failures: FailureWindow
    private var silence: SilenceWatch
    private var refusals: AlikeRefusals
    private var clock = OutageClock()
    private(set) var hold = ServerHold()
    private var trickleSince: Duration?
    private(set) var blame = Blame()
    private var neutral: NeutralQuestion
    private var claims = Claims()

    init(_ settings: BreakerSettings) {
        self.window = settings.window
        self.neutral = NeutralQuestion(settings)
        self.breaker = Breaker(settings)
        self.failures = FailureWindow(settings)
        self.silence = SilenceWatch(settings)
        self.refusals = AlikeRefusals(limit: settings.refusals)
    }

    /// Why requests are stopped; `nil` while they flow.
    var reason: String? { self.breaker.cause?.reason ?? self.refusals.common.map { _ in Self.refusedAlike } }

    /// What the refusals say for which requests only trickle; `nil` while they do not.
    var refusal: RefusalSignature? { self.refusals.common }

    /// When the next probe may go; `nil` when requests flow or a probe is under way.
    var nextProbe: Duration? { self.breaker.cause == nil ? self.refusals.trickleDue : self.breaker.nextProbe }

    /// Whether a probe is under way whose answer is waited for while requests are stopped.
    var isProbing: Bool { self.breaker.isProbing }

    /// Time without the spans in which requests were stopped.
    func activeTime(at now: Duration) -> Duration { self.clock.activeTime(at: now) }

    func passage(at now: Duration) -> Passage {
        if self.hold.isActive(at: now) {
            return self.hold.admitsProbe(at: now) ? .probe : .stop
        }
        guard self.breaker.cause == nil else {
            guard let due = self.breaker.nextProbe, now >= due else { return .stop }
            return .probe
        }
        guard let due = self.refusals.trickleDue else { return .flow }
        return now >= due ? .trickle : .stop
    }

    /// When a request that waits may go, as far as the gate says; may lie in the past.
    var opens: Duration { max(self.hold.opens, self.nextProbe ?? .zero) }

    /// When the silence of the backend is long enough to stop requests.
    var silenceDue: Duration? { self.reason == nil ? self.silence.due : nil }

    /// Whether the next probe is to be of a command that has not failed yet, and one is to be fetched if none waits: it
    /// may be the others' own fault.
    var needsFresh: Bool {
        guard let cause = self.breaker.cause else { return self.refusals.trickleDue != nil }
        return !cause.isCertain || self.breaker.failedProbes > 0 || self.breaker.isRelapse
    }

    /// Whether a record from outside is needed for the next probe, if none of the commands in flight can be it.
    ///
    /// - Parameter isSeeking: whether the search has begun; it continues until such a command is there.
    func seeksProbe(isSeeking: Bool, at now: Duration) -> Bool {
        guard self.breaker.cause != nil else { return self.refusals.trickleDue.map { now >= $0 } ?? false }
        // Before it is due: else the one that has failed already would go again and again, and no other be looked for.
        if self.needsFresh { return true }
        return isSeeking || self.breaker.nextProbe.map { now >= $0 } ?? false
    }

    // MARK: Requests

    /// Takes note of a request that goes while requests are stopped; how long it may take, if less than any may.
    mutating func sendProbe(at now: Duration) -> Duration? {
        if self.hold.isActive(at: now) {
            self.hold.probeSent()
            return Breaker.probePatience
        }
        if self.breaker.cause == nil { self.refusals.trickled(at: now) }
        return self.breaker.admitProbe(at: now)?.patience
    }

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

    /// Ends a hold before its time; `nil` when there is none.
    mutating func liftHold(at now: Duration) -> Change? {
        guard self.hold.lift(at: now) else { return nil }
        self.updateClock(at: now)
        return .lifted
    }

    // MARK: Answers

    /// A customer is there: the backend is well, and takes what commands hold.
    mutating func succeeded(_ customer: ExternalID, wasProbe: Bool, at now: Duration) -> [Change] {
        let endsTrickle = self.refusals.succeeded()
        let changes = self.answered(customer, wasProbe: wasProbe, at: now)
        guard endsTrickle, let since = self.trickleSince else { return changes }
        self.trickleSince = nil
        self.updateClock(at: now)
        return changes + [.flowing(after: now - since, scattersAll: false)]
    }

    /// A lookup was answered, and nothing had to be made.
    ///
    /// The backend is there, but that says nothing of the commands whose customers it would not make: none of those is
    /// held to fail by itself for it.
    mutating func looked(wasProbe: Bool, at now: Duration) -> [Change] {
        self.silence.heard(at: now)
        defer { self.updateClock(at: now) }
        return (wasProbe ? self.liftHoldByProbe(at: now) : []) + self.flow(by: nil, wasProbe: wasProbe, at: now)
    }

    /// A permanent refusal, which shows the backend well all the same.
    ///
    /// - Parameter signature: what it has in common with others; `nil` when it cannot be a refusal that all commands
    ///   get.
    mutating func refused(
        _ customer: ExternalID,
        _ signature: RefusalSignature?,
        wasProbe: Bool,
        at now: Duration
    ) -> [Change] {
        var changes = self.answered(customer, wasProbe: wasProbe, at: now)
        guard let signature, self.refusals.refused(customer, signature, at: now) else { return changes }
        self.trickleSince = now
        self.updateClock(at: now)
        changes.append(.stopped(reason: Self.refusedAlike, message: "\(signature)"))
        return changes
    }

    /// Whether a refusal is the one that all commands get, so that only a request of the trickle is judged by it.
    func isShared(_ signature: RefusalSignature?) -> Bool {
        signature != nil && self.refusals.common == signature
    }

    /// A failure that passes: it may be one command's, or everything's.
    ///
    /// - Parameters:
    ///   - attempts: how often the command has been tried.
    ///   - elapsed: its time since its first attempt.
    ///   - successesBefore: ``Blame/successCount`` at its first attempt.
    mutating func failed(
        _ customer: ExternalID,
        _ failure: PassingFailure,
        _ history: (attempts: Int, elapsed: Duration, successesBefore: Int),
        maximumHold: Duration,
        wasProbe: Bool,
        at now: Duration
    ) -> [Change] {
        var changes: [Change] = []
        if failure.sign == .overload, let after = failure.after {
            let wait = min(after, maximumHold)
            if now + wait > self.hold.end { changes.append(.held(for: wait)) }
            self.hold.ask(wait, at: now)
        }
        if failure.sign != .unreachable, failure.sign != .silence {
            self.silence.heard(at: now)
            // Whatever this is, it is not what every request met: so that is over.
            if wasProbe, self.breaker.cause?.isCertain == true {
                changes += self.flow(by: nil, wasProbe: true, at: now)
            } else if self.breaker.cause?.certainty == .silence {
                changes += self.flow(by: nil, wasProbe: false, at: now)
            }
        }
        self.blame.failed(customer)
        // One that is known to fail by itself says nothing of the others, unless it could not even be sent.
        if !self.blame.failsAlone(customer) || failure.sign == .unreachable {
            self.failures.failed(customer, failure.sign, at: now)
        }
        let stillFails = wasProbe && self.breaker.cause != nil
        if stillFails || self.failures.isTelling || self.isLowTrafficOutage(customer, failure, history) {
            let cause = Breaker.Cause(reason: failure.reason, certainty: .likely)
            changes += [self.stop(cause, failure.message, wasProbe: wasProbe, at: now)].compactMap(\.self)
        }
        self.updateClock(at: now)
        return changes
    }

    /// A failure of which the answer says that other commands would meet it as well.
    ///
    /// - Returns: `nil` when who is hit says otherwise: it is this command's own.
    mutating func failedForAll(
        _ customer: ExternalID,
        _ scope: SystemicScope,
        reason: String,
        message: String,
        wasProbe: Bool,
        at now: Duration
    ) -> [Change]? {
        self.silence.heard(at: now)
        let isBelieved = scope == .allCommands && self.claims.isBelieved(reason, at: now)
        let isOwn =
            self.blame.failsAlone(customer)
            || !isBelieved && self.blame.othersSucceed(than: customer, within: self.window, at: now)
        // A probe tells of all the same, as far as it goes.
        if isOwn, !wasProbe || self.breaker.cause == nil { return nil }
        // Of those that were hit all at once none is suspected, of probes each.
        if wasProbe || scope != .allCommands { self.blame.failed(customer) }
        if scope == .perhapsOne, !self.blame.failsAlone(customer) { self.neutral.suspect(customer) }
        if scope == .allCommands { self.claims.made(by: customer) }
        let certainty: Breaker.Cause.Certainty = scope == .allCommands ? .certain : .likely
        let cause = Breaker.Cause(reason: reason, certainty: certainty)
        return [self.stop(cause, message, wasProbe: wasProbe, at: now)].compactMap(\.self)
    }

    // MARK: A neutral request

    /// Whether the backend is to be asked something that has nothing to do with any command; says so once.
    mutating func takeNeutralQuestion() -> Bool { self.neutral.take() }

    /// Takes the answer: the backend serves, so that the only command that fails is at fault itself, and so are the few
    /// whose content something may refuse; or it does not serve.
    mutating func neutral(_ answer: NeutralAnswer, at now: Duration) -> [Change] {
        let suspects = self.neutral.answered()
        switch answer {
        case .answered:
            let isConvicted = !suspects.isEmpty && self.blame.convict(suspects)
            let isTold = isConvicted || self.blame.convictOnlyFailing()
            guard isTold, self.breaker.cause?.certainty == .likely else { return [] }
            return self.flow(by: nil, wasProbe: true, at: now)
        case .failed(let reason):
            guard self.blame.onlyFailing != nil || self.blame.hasSeveral else { return [] }
            let cause = Breaker.Cause(reason: reason, certainty: .likely)
            let message = "a request that has nothing to do with any command failed as well"
            return [self.stop(cause, message, wasProbe: false, at: now)].compactMap(\.self)
        }
    }

    /// Whether a failure stops requests although too few commands fail to tell by their number: none has succeeded
    /// since this one's first attempt, and either another one fails as well, or it hears nothing at all.
    ///
    /// Of the only one that fails a neutral request tells.
    private mutating func isLowTrafficOutage(
        _ customer: ExternalID,
        _ failure: PassingFailure,
        _ history: (attempts: Int, elapsed: Duration, successesBefore: Int)
    ) -> Bool {
        guard self.reason == nil, !self.blame.isOwnFault(customer, successesBefore: history.successesBefore),
            history.attempts >= 3 || history.attempts == 2 && history.elapsed >= self.window
        else { return false }
        if self.blame.hasSeveral || failure.sign == .silence || failure.sign == .unreachable { return true }
        self.neutral.want()
        return false
    }

    /// An answer that any healthy API gives.
    private mutating func answered(_ customer: ExternalID, wasProbe: Bool, at now: Duration) -> [Change] {
        let isStopped = self.breaker.cause != nil
        self.blame.succeeded(customer, keepsSuspects: isStopped, at: now)
        self.silence.heard(at: now)
        self.failures.succeeded(customer, at: now)
        self.neutral.succeeded()
        // Nothing is stopped, so nothing changes: the common case.
        guard isStopped || self.hold.isActive(at: now) else { return [] }
        defer { self.updateClock(at: now) }
        return (wasProbe ? self.liftHoldByProbe(at: now) : [])
            + self.flow(by: customer, wasProbe: wasProbe, at: now)
    }

    /// The answer to a probe that went before the wait was asked for says nothing of it.
    private mutating func liftHoldByProbe(at now: Duration) -> [Change] {
        self.hold.isProbed && self.hold.lift(at: now) ? [.lifted] : []
    }

    // MARK: Changes

    private mutating func flow(by customer: ExternalID?, wasProbe: Bool, at now: Duration) -> [Change] {
        guard let since = self.breaker.openSince, let cause = self.breaker.cause,
            self.breaker.succeeded(wasProbe: wasProbe, at: now)
        else { return [] }
        if cause.isCertain, let customer { self.claims.ended(cause.reason, by: customer, at: now) }
        self.blame.flowed(by: customer)
        self.failures.clear()
        self.updateClock(at: now)
        return [.flowing(after: now - since, scattersAll: cause.certainty == .likely)]
    }

    private mutating func stop(
        _ cause: Breaker.Cause,
        _ message: String?,
        wasProbe: Bool,
        at now: Duration
    ) -> Change? {
        let before = self.breaker.cause
        guard self.breaker.failed(cause, wasProbe: wasProbe, at: now) else {
            let isOther = before?.reason != self.breaker.cause?.reason
            return isOther ? .changed(reason: cause.reason, message: message) : nil
        }
        self.failures.clear()
        self.silence.reset()
        self.updateClock(at: now)
        return .stopped(reason: cause.reason, message: message)
    }

    private mutating func updateClock(at now: Duration) {
        self.clock.update(
            isStopped: self.breaker.cause != nil || self.refusals.trickleDue != nil,
            until: self.hold.end,
            at: now
        )
    }
}
