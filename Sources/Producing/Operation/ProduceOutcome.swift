package import Kafka

/// How a sending ended.
package struct ProduceOutcome: Sendable {
    /// Why it is over.
    package enum Ending: Sendable, Hashable {
        /// Everything was sent, and answered if that was asked.
        case finished
        /// Somebody stopped it.
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
    /// The row to go on with: everything before it is acknowledged; `nil` when all is.
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
