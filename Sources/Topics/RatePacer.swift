import CustomerContract
import Records

/// How much of something is done, and what follows from the time that it took.
package struct Pace: Sendable {
    package let done: Int
    /// `nil` while it is unknown.
    package let total: Int?
    package let elapsed: Duration

    package init(_ done: Int, of total: Int?, in elapsed: Duration) {
        self.done = done
        self.total = total
        self.elapsed = elapsed
    }

    /// A second.
    package var rate: Double { self.elapsed > .zero ? Double(self.done) / (self.elapsed / .seconds(1)) : 0 }

    /// The time that the rest takes at this rate; `nil` while it is unknown.
    package var timeLeft: Duration? {
        guard let total, self.rate > 0 else { return nil }
        return Duration(boundedSeconds: Double(max(0, total - self.done)) / self.rate)
    }
}

/// Keeps a rate, smoothly: says when the next batch is due.
///
/// A batch that was late is made up for, so that the average holds, but for at most ``catchUp``: an hour's outage of a
/// broker must not end in an hour's worth of records at once.
package struct RatePacer: Sendable {
    /// How much lateness is made up for.
    static let catchUp = Duration.seconds(1)

    /// Records a second; `nil` for no bound.
    package let rate: Double?
    private var nextDue = Duration.zero

    /// Begins; the first batch may go at once.
    package init(rate: Double?) {
        self.rate = rate
    }

    /// When the next batch may go; past times mean now.
    package var due: Duration { self.rate == nil ? .zero : self.nextDue }

    /// Takes note of a batch that goes now.
    package mutating func sent(_ count: Int, at now: Duration) {
        guard let rate else { return }
        self.nextDue = max(self.nextDue, now - Self.catchUp) + Duration(boundedSeconds: Double(count) / rate)
    }
}
