/// `api.max_concurrency`: how many requests may be under way.
package enum RequestLimit: Sendable, Hashable, CustomStringConvertible {
    /// Never more than this many, from 1.
    case fixed(Int)
    /// The worker finds the number itself, from latency and refusals.
    case automatic

    /// As the setting is written.
    package var description: String {
        switch self {
        case .fixed(let count): "\(count)"
        case .automatic: "auto"
        }
    }

    /// The same, or `bound` where more are allowed.
    package func atMost(_ bound: Int) -> Self {
        if case .fixed(let count) = self { .fixed(min(count, bound)) } else { self }
    }
}

/// How many requests may be under way now: as set, or as found.
struct RequestLimiter: Sendable {
    private var fixed: Int
    private var adaptive: AdaptiveLimit?

    init(_ limit: RequestLimit) {
        switch limit {
        case .fixed(let count):
            self.fixed = max(count, 1)
            self.adaptive = nil
        case .automatic:
            self.fixed = 0
            self.adaptive = AdaptiveLimit()
        }
    }

    /// Requests that may be under way.
    var limit: Int { self.adaptive?.limit ?? self.fixed }

    /// Takes another setting over; what has been found so far is kept if the limit stays automatic.
    mutating func reconfigure(_ limit: RequestLimit) {
        if case .automatic = limit, self.adaptive != nil { return }
        self = RequestLimiter(limit)
    }

    mutating func answered(sentAt: Duration, underWay: Int, at now: Duration) {
        self.adaptive?.answered(sentAt: sentAt, underWay: underWay, at: now)
    }

    mutating func refused(sentAt: Duration, at now: Duration) {
        self.adaptive?.refused(sentAt: sentAt, at: now)
    }
}
