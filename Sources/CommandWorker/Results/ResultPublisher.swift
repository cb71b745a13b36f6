import Kafka

/// Gets a batch out: the only part that knows which delivery guarantee is promised.
///
/// `publish` is called for one batch at a time. It never throws: every way to fail says what the core is to do.
protocol ResultPublisher: Sendable {
    /// Does ahead what the first batch would do; what fails is tried again, and told, by that batch.
    func prepare() async

    /// Publishes results and dead letters in order, and commits the offsets that they make committable.
    ///
    /// - Parameter member: who we were in the group when the batch was made. Asked later, the answer could be a
    ///   newer generation of ours, in which partitions of this batch belong to somebody else; the broker would take the
    ///   offsets as those of their owner.
    func publish(_ batch: CommitBatch, as member: ConsumerGroupMetadata) async -> PublishOutcome
}
