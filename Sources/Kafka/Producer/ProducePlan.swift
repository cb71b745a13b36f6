/// How a batch of records is handed to the brokers, beyond its order.
package struct ProducePlan: Sendable, Hashable {
    /// Indices, ascending, of records that are handed over only when all before them are acknowledged or have failed.
    ///
    /// What lies between two barriers is never in one record batch with what lies beyond them.
    package var barriers: [Int]
    /// Indices, ascending, of records whose acknowledgement is not waited for as long as that of others.
    package var watched: [Int]
    /// How long a barrier or a watched record is waited for.
    package var limit: Duration

    /// No barrier, and nothing watched.
    package static var plain: Self { Self() }

    /// A plan with its parts.
    package init(barriers: [Int] = [], watched: [Int] = [], limit: Duration = .seconds(3)) {
        self.barriers = barriers
        self.watched = watched
        self.limit = limit
    }
}

/// How far the records of a transaction got.
package enum EnqueueEnd: Sendable, Hashable {
    /// All are handed over, and the watched ones acknowledged: the transaction may be committed.
    case complete
    /// These were refused, by index; some may not have been handed over, and the transaction must be aborted.
    case refused([Int: KafkaError])
    /// Only these watched records are not acknowledged within the plan's limit; all others are.
    case late(Set<Int>)
}
