/// Token bucket: lets the configured number of requests a second go, evenly (`api.rate_limit`).
///
/// It holds at most a tenth of a second's worth, so that in any span of time no more goes than its rate times the span,
/// and that tenth. It owns no timer: ``nextToken(at:)`` says when to ask again.
struct TokenBucket: Sendable {
    /// Requests a second.
    let rate: Double
    private let capacity: Double
    /// Below zero after requests that were sent without asking.
    private var tokens: Double
    private var filledAt: Duration

    init(rate: Double, at now: Duration) {
        self.rate = rate
        self.capacity = max(1, rate / 10)
        self.tokens = self.capacity
        self.filledAt = now
    }

    /// Takes one token, if there is one.
    mutating func take(at now: Duration) -> Bool {
        self.fill(at: now)
        guard self.tokens >= 1 else { return false }
        self.tokens -= 1
        return true
    }

    /// Takes tokens for requests that have gone already; later ones wait for them.
    mutating func charge(_ count: Int, at now: Duration) {
        self.fill(at: now)
        self.tokens -= Double(count)
    }

    /// When there will be a token; at a high rate, when there will be ten milliseconds' worth, since each wake has its
    /// price.
    func nextToken(at now: Duration) -> Duration {
        let wanted = min(max(1, self.rate / 100), self.capacity)
        let present = min(self.tokens + self.rate * (now - self.filledAt).seconds, self.capacity)
        guard present < 1 else { return now }
        // Rounded up to the next microsecond: woken a moment too early, the core would spin.
        return now + .microseconds(Int64(((wanted - present) / self.rate * 1e6).rounded(.up)) + 1)
    }

    private mutating func fill(at now: Duration) {
        guard now > self.filledAt else { return }
        self.tokens = min(self.tokens + self.rate * (now - self.filledAt).seconds, self.capacity)
        self.filledAt = now
    }
}

extension Duration {
    /// As a floating-point number of seconds.
    var seconds: Double { self / .seconds(1) }
}
