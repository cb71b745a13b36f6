import Kafka
package import Records

/// What the core wants done.
///
/// Its owner does it and tells the core what came of it.
enum WorkerAction: Sendable {
    /// Ask the ledger, and remember successes, in one transaction; answered by ``WorkerCore/answered(_:at:)``.
    case remember(LedgerWork)
    /// Send one request to the backend; answered by ``WorkerCore/answered(_:_:at:)``.
    case request(BackendRequest)
    /// Send the backend a request that has nothing to do with any command; answered by ``WorkerCore/answered(_:at:)``.
    case askNeutral
    /// Publish results and commit offsets; answered by ``WorkerCore/published(_:at:)``.
    case publish(CommitBatch)
    /// Read what the group has committed, and what the log says to it; answered by ``WorkerCore/assigned(_:at:)`` or
    /// ``WorkerCore/assignmentFailed(_:at:)``.
    case readCommitted([TopicPartition])
    /// Fetch from these offsets.
    case assign([PartitionOffset])
    /// Give partitions back.
    case release([TopicPartition])
    /// Stop fetching, keeping the partitions.
    case pause([TopicPartition])
    /// Fetch again.
    case resume([TopicPartition])
    /// Tell people about requests.
    case report(RequestReport)
    /// Tell people about a partition's log.
    case reportLog(LogReport)
}

/// What the core knows of time: given to it with every input, so that a simulation can give what it likes.
package struct Moment: Sendable, Hashable {
    /// Time since the worker began, by a clock that never goes back: for waits and deadlines.
    package let uptime: Duration
    /// The time of day: for what others read.
    package let wall: UnixMilliseconds

    /// Names a moment.
    package init(uptime: Duration, wall: UnixMilliseconds) {
        self.uptime = uptime
        self.wall = wall
    }
}
