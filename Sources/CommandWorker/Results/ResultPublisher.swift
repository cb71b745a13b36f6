import CustomerContract
import Kafka

/// Gets a batch out: the only part that knows which delivery guarantee is promised.
///
/// `publish` is called for one batch at a time. It never throws: every way to fail says what the core is to do.
protocol ResultPublisher: Sendable {
    /// Does ahead what the first batch would do; what fails is tried again, and told, by that batch.
    func prepare() async -> KafkaError?

    /// Publishes results and dead letters in order, and commits the offsets that they make committable.
    ///
    /// - Parameter member: who we were in the group when the batch was made. Asked later, the answer could be a newer
    ///   generation of ours, in which partitions of this batch belong to another member; the broker would take the
    ///   offsets as those of their owner.
    func publish(_ batch: CommitBatch, as member: ConsumerGroupMetadata) async -> PublishOutcome
}

/// What leaves together: results (each with its dead letter, if it failed) and the offsets that they make committable.
struct CommitBatch: Sendable {
    /// Results in the order that their topics are to have.
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
