import CustomerContract
package import Kafka
import Records

/// How a sending ended.
package struct ProduceOutcome: Sendable {
    /// Why it is over.
    package enum Ending: Sendable, Hashable {
        /// Everything was sent, and answered if that was asked.
        case finished
        /// It was cancelled.
        case cancelled
        /// The brokers do not take any more.
        case failed(KafkaError)
        /// No result came for too long; the payload is the last trouble in reading them.
        case timedOut(KafkaError?)
    }

    /// Why it is over.
    package internal(set) var ending = Ending.finished
    /// How many commands the brokers have acknowledged.
    package internal(set) var sent = 0
    /// How many commands the brokers refused one by one.
    package internal(set) var refused = 0
    /// Why, of the first of them.
    package internal(set) var firstRefusal: KafkaError?
    /// The row to continue with: everything before it is acknowledged; `nil` when all is.
    package internal(set) var resumeRow: Int?
    /// How the awaited commands ended.
    package internal(set) var outcomes = OutcomeCounts()
    /// How many awaited commands have no result.
    package internal(set) var unanswered = 0
    /// The first of them.
    package internal(set) var unansweredRows: [RowPlace] = []
    /// Whether the file holds other rows than it did when it was checked.
    package internal(set) var hasChanged = false
    /// How long it took.
    package internal(set) var elapsed = Duration.zero
}

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
    /// How many there are; `nil` while unknown.
    package let total: Int?
    /// How many rows are wrong or commands failed.
    package let failed: Int
    /// Since this phase began.
    package let elapsed: Duration

    /// How many a second since the phase began.
    package var rate: Double { self.elapsed > .zero ? Double(self.done) / (self.elapsed / .seconds(1)) : 0 }

    /// How long the rest takes at this rate; `nil` while unknown.
    package var timeLeft: Duration? {
        guard let total, self.rate > 0 else { return nil }
        return Duration(boundedSeconds: Double(max(0, total - self.done)) / self.rate)
    }
}

/// What a file has, found by reading all of it before anything is sent.
package struct InputSurvey: Sendable, Hashable {
    /// Its rows, from the first one that counts.
    package internal(set) var rowCount = 0
    /// Those that are no commands, or break a rule.
    package internal(set) var badCount = 0

    /// Of the others, those that say the same as a row before them: harmless, since the worker answers `replayed`.
    package internal(set) var repeatedCount = 0
    /// Rows that were not compared with the others: their external_id first appears behind a million others.
    package internal(set) var uncomparedCount = 0
    /// Fields that are not known.
    package internal(set) var unknownFields = UnknownFields()

    /// Those that can be sent.
    package var goodCount: Int { self.rowCount - self.badCount }
}
