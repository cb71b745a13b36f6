import Kafka

/// A partition while it is ours.
struct PartitionAssignment: Sendable {
    let id: AssignmentID
    let topicPartition: TopicPartition
    var tracker: OffsetTracker
    /// Commands of it that are in flight and not abandoned.
    var openCount = 0
    /// What the group has committed, as far as this worker knows.
    var committed: OffsetProgress?
    /// Its progress may have changed since the last batch that carried it.
    var hasNews = false
}
