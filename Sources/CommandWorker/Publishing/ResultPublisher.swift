/// Gets a batch out: the only part that knows which delivery guarantee is promised.
///
/// `publish` is called for one batch at a time. It never throws: every way to fail says what the core is to do.
protocol ResultPublisher: Sendable {
    /// Publishes results and dead letters in order, and commits the offsets that they make committable.
    func publish(_ batch: CommitBatch) async -> PublishOutcome
}
