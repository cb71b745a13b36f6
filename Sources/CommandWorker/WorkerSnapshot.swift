package import Records

/// What a worker is doing at a moment, for those who look at it from outside.
package struct WorkerSnapshot: Sendable, Hashable {
    /// What it has done so far.
    package internal(set) var counters = WorkerCounters()
    /// Commands in flight.
    package internal(set) var inFlight = 0
    /// Requests under way.
    package internal(set) var requests = 0
    /// The partitions that are ours.
    package internal(set) var partitions: [TopicPartition] = []
    /// Why no records are taken in, a bounded word; `nil` while they flow.
    package internal(set) var intakeBlock: String?
    /// Whether the group has answered at least once.
    package internal(set) var hasJoined = false
    /// Whether the group gave partitions that are not taken yet, since their committed offsets are still being read.
    package internal(set) var isTakingPartitions = false
    /// Turns of the loop; a loop that goes on makes them grow.
    package internal(set) var turns = 0
}
