import CustomerContract
import Records

/// How far a redrive is, for whoever watches it.
package struct RedriveProgress: Sendable {
    /// What it is at.
    package enum Phase: Sendable {
        /// Records are being sent.
        case sending
        /// The results of the first ones are awaited.
        case awaitingCanary
    }

    /// What was counted.
    package let counts: JobCounts
    /// How many will be sent by this process if all goes well.
    package let total: Int
    /// Since it began.
    package let elapsed: Duration
    /// What it is at.
    package let phase: Phase

    /// Records a second since it began.
    package var rate: Double {
        self.elapsed > .zero ? Double(self.counts.moved) / (self.elapsed / .seconds(1)) : 0
    }

    /// How long the rest takes at this rate; `nil` as long as nobody knows.
    package var timeLeft: Duration? {
        guard self.rate > 0 else { return nil }
        return Duration(boundedSeconds: Double(max(0, self.total - self.counts.moved)) / self.rate)
    }
}

/// How a redrive ended.
package struct RedriveOutcome: Sendable {
    /// The job's name.
    package let job: String
    /// Why it is over.
    package let ending: JobEnding
    /// What was counted.
    package let counts: JobCounts
    /// How long this process was at it.
    package let elapsed: Duration
}
