import Kafka

/// A partition while it is ours.
struct PartitionAssignment: Sendable {
    let id: AssignmentID
    let topicPartition: TopicPartition
    var tracker: OffsetTracker
    /// What the group has committed, as far as this worker knows.
    var committed: OffsetProgress?
    /// Its progress may have changed since the last batch that carried it.
    var hasNews = false

    /// Completes a record in place, if its completed set can still be written down.
    mutating func completeIfPossible(_ number: Int, onlyAsFirst: Bool) -> Bool {
        guard self.tracker.canComplete(number, onlyAsFirst: onlyAsFirst) else { return false }
        self.tracker.complete(number)
        self.hasNews = true
        return true
    }
}
