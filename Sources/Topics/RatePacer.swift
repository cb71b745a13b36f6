import CustomerContract
import Records

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
