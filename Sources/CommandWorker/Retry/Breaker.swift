/// Stops requests while everybody's would fail, and finds out by single probes when they no longer do.
///
/// Closed → (a systemic failure) → open until a time → one probe → closed again, or open for longer.
struct Breaker: Sendable {
    private enum State: Sendable {
        case closed
        case open(reason: String, until: Duration, wait: Duration)
        case probing(reason: String, wait: Duration)
    }

    let firstWait: Duration
    let longestWait: Duration
    private var state: State = .closed

    init(firstWait: Duration, longestWait: Duration) {
        self.firstWait = firstWait
        self.longestWait = longestWait
    }

    /// Why requests are stopped; `nil` when they are not.
    var reason: String? {
        switch self.state {
        case .closed: nil
        case .open(let reason, _, _), .probing(let reason, _): reason
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
        case .open(let reason, let until, let wait):
            guard now >= until else { return false }
            self.state = .probing(reason: reason, wait: wait)
            return true
        }
    }

    /// An answer that any healthy API gives, to the probe or to a request from before: requests flow again.
    ///
    /// While a probe is under way, the answer of an older request says nothing about now and is not counted.
    mutating func succeeded(wasProbe: Bool) {
        switch self.state {
        case .closed: break
        case .open: break
        case .probing: if wasProbe { self.state = .closed }
        }
    }

    /// An answer that every request would get.
    mutating func failed(reason: String, wasProbe: Bool, at now: Duration) {
        switch self.state {
        case .closed:
            self.state = .open(reason: reason, until: now + self.firstWait, wait: self.firstWait)
        case .open:
            break
        case .probing(_, let wait):
            guard wasProbe else { return }
            let longer = min(wait * 2, self.longestWait)
            self.state = .open(reason: reason, until: now + longer, wait: longer)
        }
    }
}
