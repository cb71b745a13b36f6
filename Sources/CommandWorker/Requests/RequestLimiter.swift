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

/// How many requests may be under way now, as set or as found, and how many may go in a second.
///
/// Requests are counted by era: those that hung when the backend fell silent no longer count in the next one.
struct RequestLimiter: Sendable {
    private var fixed: Int
    private var adaptive: AdaptiveLimit?
    private var rate: Double?
    private var bucket: TokenBucket?
    private var era = 0
    /// Requests of this era under way.
    private(set) var count = 0

    init(_ limit: RequestLimit, rate: Double?, at now: Duration = .zero) {
        (self.fixed, self.adaptive) = Self.parts(limit)
        self.rate = rate
        self.bucket = rate.map { TokenBucket(rate: $0, at: now) }
    }

    private static func parts(_ limit: RequestLimit) -> (Int, AdaptiveLimit?) {
        switch limit {
        case .fixed(let count): (max(count, 1), nil)
        case .automatic: (0, AdaptiveLimit())
        }
    }

    /// Requests that may be under way.
    var limit: Int { self.adaptive?.limit ?? self.fixed }

    /// Whether the limit allows no further request.
    var isFull: Bool { self.count >= self.limit }

    /// Takes other settings over; what has been found so far is kept if the limit stays automatic.
    mutating func reconfigure(_ limit: RequestLimit, rate: Double?, at now: Duration) {
        if limit != .automatic || self.adaptive == nil { (self.fixed, self.adaptive) = Self.parts(limit) }
        guard rate != self.rate else { return }
        self.rate = rate
        self.bucket = rate.map { TokenBucket(rate: $0, at: now) }
    }

    /// Whether a request may go now; it counts as one a second then.
    mutating func admits(at now: Duration) -> Bool { !self.isFull && self.takeToken(at: now) }

    /// Whether the rate lets a request go now, whatever is under way.
    mutating func takeToken(at now: Duration) -> Bool { self.bucket?.take(at: now) ?? true }

    /// When the rate lets a request go; `nil` without one.
    func nextToken(at now: Duration) -> Duration? { self.bucket?.nextToken(at: now) }

    /// Requests went without being asked for here; later ones wait for them.
    mutating func charge(_ count: Int, at now: Duration) { self.bucket?.charge(count, at: now) }

    /// A request has gone; its era.
    mutating func begin() -> Int {
        self.count += 1
        return self.era
    }

    /// A request was answered; whether it still counted.
    mutating func end(ofEra era: Int) -> Bool {
        guard era == self.era else { return false }
        self.count -= 1
        return true
    }

    /// Those under way no longer count.
    mutating func beginEra() {
        self.count = 0
        self.era += 1
    }

    mutating func answered(sentAt: Duration, underWay: Int, at now: Duration) {
        self.adaptive?.answered(sentAt: sentAt, underWay: underWay, at: now)
    }

    mutating func refused(sentAt: Duration, at now: Duration) {
        self.adaptive?.refused(sentAt: sentAt, at: now)
    }
}
