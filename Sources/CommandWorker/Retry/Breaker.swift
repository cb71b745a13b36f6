/// Stops requests while everybody's would fail, and finds out by single probes when they no longer do.
///
/// Closed → (a systemic failure) → open until a time → one probe → closed again, or open for longer.
struct Breaker: Sendable {
    /// Why requests are stopped.
    struct Cause: Sendable, Hashable {
        /// A bounded word.
        let reason: String
        /// Whether the answer says by itself that every request gets it, and not only that many did.
        let isCertain: Bool
    }

    private enum State: Sendable {
        case closed
        case open(Cause, until: Duration, wait: Duration)
        case probing(Cause, wait: Duration)
    }

    let firstWait: Duration
    let longestWait: Duration
    private var state: State = .closed

    init(firstWait: Duration, longestWait: Duration) {
        self.firstWait = firstWait
        self.longestWait = longestWait
    }

    /// Why requests are stopped; `nil` when they are not.
    var cause: Cause? {
        switch self.state {
        case .closed: nil
        case .open(let cause, _, _), .probing(let cause, _): cause
        }
    }

    /// When the next probe may go; `nil` when requests flow or a probe is under way.
    var nextProbe: Duration? {
        if case .open(_, let until, _) = self.state { until } else { nil }
    }

    /// Asks for one request; `true` means that it may go, and while the breaker is not closed it is the probe.
    mutating func admit(at now: Duration) -> Bool {
        switch self.state {
        case .closed:
            return true
        case .probing:
            return false
        case .open(let cause, let until, let wait):
            guard now >= until else { return false }
            self.state = .probing(cause, wait: wait)
            return true
        }
    }

    /// An answer that any healthy API gives: if it is the probe's, requests flow again.
    ///
    /// The answer to a request from before says nothing about now and is not counted.
    mutating func succeeded(wasProbe: Bool) {
        if case .probing = self.state, wasProbe { self.state = .closed }
    }

    /// An answer that every request would get.
    mutating func failed(_ cause: Cause, wasProbe: Bool, at now: Duration) {
        switch self.state {
        case .closed:
            self.state = .open(cause, until: now + self.firstWait, wait: self.firstWait)
        case .open:
            break
        case .probing(_, let wait):
            guard wasProbe else { return }
            let longer = min(wait * 2, self.longestWait)
            self.state = .open(cause, until: now + longer, wait: longer)
        }
    }
}
