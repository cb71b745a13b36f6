import CustomerContract
import Kafka

/// What leaves together: results (each with its dead letter, if it failed) and the offsets that they make committable.
struct CommitBatch: Sendable {
    /// Results in the order in which they are to stand in their topics.
    let results: [CommandResult]
    /// The new position of every partition that is concerned, with the completed set as metadata.
    let offsets: [PartitionOffset]
    /// Completed sets that some of the metadata names, to be kept in the ledger before anything is published.
    var spilled: [SpilledProgress] = []
}

/// What came of a ``CommitBatch``.
enum PublishOutcome: Sendable {
    /// Everything is acknowledged or committed.
    case published
    /// Every result is acknowledged, but the offsets are not committed; the next batch commits them.
    case notCommitted(KafkaError)
    /// These results (by index; all when `nil`) did not get out; nothing was committed.
    case failed(KafkaError, unpublished: Set<Int>?)
    /// Another instance has taken over this one's transactional id: this one must stop.
    case fenced(KafkaError)
}
