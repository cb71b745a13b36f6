/// Circuit breaker: stops requests while those of all commands would fail, and probes for recovery.
///
/// Closed → (a cause) → open until a time → one probe → closed again, or open for longer.
struct Breaker: Sendable {
    /// Why requests are stopped.
    struct Cause: Sendable, Hashable {
        /// How sure it is that the requests of all commands would fail.
        enum Certainty: Sendable, Hashable {
            /// The answer says by itself that every request gets it.
            case certain
            /// Most of those that were sent failed.
            case likely
            /// Nothing has come back for a while: any answer ends it.
            case silence
        }

        /// A bounded word.
        let reason: String
        /// How sure it is.
        let certainty: Certainty

        var isCertain: Bool { self.certainty == .certain }
    }

    /// One request that all other commands wait for.
    struct Probe: Sendable, Hashable {
        /// How long it may take; `nil` for as long as any request may.
        let patience: Duration?
    }

    private struct Open: Sendable {
        var cause: Cause
        let since: Duration
        /// Until the next probe, after the last one was sent.
        var wait: Duration
        /// The wait before the last probe, since what it was doubled to counts only if that one fails.
        var lastWait: Duration
        var nextProbe: Duration
        /// Requests had been let go a moment before.
        let isRelapse: Bool
        var isProbing = false
        var probes = 0
        var failedProbes = 0
    }

    /// The timeout of a probe: one that hangs is cut off, so that a command whose probe went just before the end of an
    /// outage does not wait for a whole request timeout more, and the next probe goes in time.
    static let probePatience: Duration = .seconds(5)
    /// One probe in this number has the full request timeout, and finds an API well that is slow but not silent.
    private static let patientProbe = 8

    private let waits: ClosedRange<Duration>
    /// Requests that are stopped again so soon after they were let go were let go too early.
    private let relapse: Duration
    private var open: Open?
    private var closedAt: (time: Duration, wait: Duration)?

    init(_ settings: BreakerSettings) {
        self.waits = settings.probeWaits
        self.relapse = settings.window
    }

    /// Why requests are stopped; `nil` when they are not.
    var cause: Cause? { self.open?.cause }

    /// Probes that have failed since requests were stopped.
    var failedProbes: Int { self.open?.failedProbes ?? 0 }

    /// Whether requests were stopped again soon after they had been let go.
    var isRelapse: Bool { self.open?.isRelapse ?? false }

    /// Whether a probe is under way.
    var isProbing: Bool { self.open?.isProbing ?? false }

    /// Since when requests are stopped; `nil` when they are not.
    var openSince: Duration? { self.open?.since }

    /// When the next probe may go; `nil` when requests flow or a probe is under way.
    var nextProbe: Duration? { self.open.flatMap { $0.isProbing ? nil : $0.nextProbe } }

    /// Asks for a probe while requests are stopped; `nil` means that none may go now.
    mutating func admitProbe(at now: Duration) -> Probe? {
        guard var open = self.open, !open.isProbing, now >= open.nextProbe else { return nil }
        open.isProbing = true
        open.probes += 1
        // Counted from when it was sent: a probe that hangs must not delay the next one by both.
        open.lastWait = open.wait
        open.wait = min(open.wait * 2, self.waits.upperBound)
        open.nextProbe = now + open.wait
        self.open = open
        return Probe(patience: open.probes.isMultiple(of: Self.patientProbe) ? nil : Self.probePatience)
    }

    /// An answer that any healthy API gives; `true` when it lets requests flow again.
    ///
    /// The answer to a request from before says nothing about now, unless it was silence that stopped requests.
    mutating func succeeded(wasProbe: Bool, at now: Duration) -> Bool {
        guard let open = self.open, wasProbe || open.cause.certainty == .silence else { return false }
        self.closedAt = (now, open.lastWait)
        self.open = nil
        return true
    }

    /// The requests of all commands fail; `true` when that stops them.
    mutating func failed(_ cause: Cause, wasProbe: Bool, at now: Duration) -> Bool {
        guard self.open != nil else {
            let closed = self.closedAt.flatMap { now - $0.time < self.relapse ? $0 : nil }
            let wait = max(min(closed?.wait ?? .zero, self.waits.upperBound), self.waits.lowerBound)
            self.open = Open(
                cause: cause,
                since: now,
                wait: wait,
                lastWait: wait,
                nextProbe: now + wait,
                isRelapse: closed != nil
            )
            return true
        }
        if wasProbe {
            self.open?.isProbing = false
            self.open?.failedProbes += 1
            self.open?.cause = cause
        } else if cause.isCertain, self.cause?.isCertain == false {
            self.open?.cause = cause
        }
        return false
    }

    /// A probe that came to nothing: its command was taken away.
    mutating func probeWasLost() { self.open?.isProbing = false }
}
