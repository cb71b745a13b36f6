import CustomerContract
import Records

/// How far a sending is, for whoever watches it.
package struct ProduceProgress: Sendable {
    /// What it is at.
    package enum Phase: Sendable {
        /// Rows are checked; nothing is sent yet.
        case checking
        /// Commands are sent.
        case sending
        /// Everything is sent, and results are awaited.
        case awaitingResults
    }

    /// What it is at.
    package let phase: Phase
    /// How many rows are checked, commands sent or commands answered.
    package let done: Int
    /// How many there are; `nil` as long as nobody knows.
    package let total: Int?
    /// How many rows are wrong or commands failed.
    package let failed: Int
    /// Since this phase began.
    package let elapsed: Duration

    /// How many a second since the phase began.
    package var rate: Double { self.elapsed > .zero ? Double(self.done) / (self.elapsed / .seconds(1)) : 0 }

    /// How long the rest takes at this rate; `nil` as long as nobody knows.
    package var timeLeft: Duration? {
        guard let total, self.rate > 0 else { return nil }
        return Duration(boundedSeconds: Double(max(0, total - self.done)) / self.rate)
    }
}
