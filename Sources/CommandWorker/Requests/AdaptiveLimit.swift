/// A limit on requests under way that finds itself: additive increase, multiplicative decrease (AIMD), by latency and
/// refusals.
///
/// An answer that came about as quickly as answers come at all means that more would be served at once; one that came
/// slowly means that requests wait for each other at the other side; a refusal means that there are far too many. While
/// no answer has been slow the limit doubles with every round, afterwards it grows by one a round, as TCP does (RFC
/// 5681, section 3.1).
///
/// Invariants: ``limit`` stays within ``bounds``; it shrinks at most once a round, since all answers of a round tell of
/// one limit; and it does not grow while it is not used.
struct AdaptiveLimit: Sendable {
    /// The limits of the limit.
    static let bounds = 1...10_000
    private static let first = 16.0
    /// A latency over this many times the least one is slow.
    ///
    /// Under it are the usual differences between requests.
    private static let tolerance = 2.0
    /// For how long the least latency is believed: the API may become another one, at another distance.
    private static let memory: Duration = .seconds(30)

    private var exact = Self.first
    private var isStarting = true
    /// The least latency of the span under way, and of the one before.
    private var least: (now: Duration?, before: Duration?) = (nil, nil)
    private var spanEnd: Duration = .zero
    /// The limit does not shrink again for requests that were sent before this.
    private var shrunkAt: Duration = .zero

    /// Requests that may be under way.
    var limit: Int { Int(self.exact) }

    /// An answer of the API itself.
    ///
    /// - Parameters:
    ///   - sentAt: when its request went.
    ///   - underWay: requests under way when it came, this one among them.
    mutating func answered(sentAt: Duration, underWay: Int, at now: Duration) {
        let latency = now - sentAt
        self.remember(latency, at: now)
        guard let least = self.leastLatency else { return }
        if latency > least * Self.tolerance + .milliseconds(2) {
            self.isStarting = false
            self.shrink(by: 0.9, sentAt: sentAt, at: now)
        } else if underWay * 2 >= self.limit {
            self.exact = min(self.exact + (self.isStarting ? 1 : 1 / self.exact), Double(Self.bounds.upperBound))
        }
    }

    /// A refusal for too many requests, or none that came at all.
    mutating func refused(sentAt: Duration, at now: Duration) {
        self.isStarting = false
        self.shrink(by: 0.5, sentAt: sentAt, at: now)
    }

    private var leastLatency: Duration? {
        switch self.least {
        case (let now?, let before?): min(now, before)
        case (let now, let before): now ?? before
        }
    }

    private mutating func remember(_ latency: Duration, at now: Duration) {
        if now >= self.spanEnd {
            self.least = (nil, self.least.now)
            self.spanEnd = now + Self.memory
        }
        self.least.now = min(self.least.now ?? latency, latency)
    }

    private mutating func shrink(by factor: Double, sentAt: Duration, at now: Duration) {
        guard sentAt >= self.shrunkAt else { return }
        self.shrunkAt = now
        self.exact = max(self.exact * factor, Double(Self.bounds.lowerBound))
    }
}
