import Kafka

/// Partitions that the group wants back, while their running commands finish.
struct Revocation: Sendable {
    let partitions: [TopicPartition]
    let assignments: Set<AssignmentID>
    /// When they are given back whatever still runs.
    let deadline: Duration
}
