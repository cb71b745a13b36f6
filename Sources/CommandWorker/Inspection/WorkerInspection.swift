import CustomerContract
import Kafka
public import Records

/// A worker as its loop saw itself between two turns, for those who look at it from outside.
///
/// An inspection is an answer of the loop itself: that there is one shows that the loop goes on.
public struct WorkerInspection: Sendable {
    /// One partition that is ours.
    public struct Partition: Sendable, Hashable {
        /// Which.
        public let topicPartition: TopicPartition
        /// The offset that the group has committed, as far as this worker knows; `nil` before the first commit.
        public let committed: Int64?
        /// The offset that the next record of the log will get, as the last fetch said; `nil` before the first.
        ///
        /// While the intake is paused nothing is fetched, and this stands still.
        public let logEnd: Int64?
        /// The lowest offset that the log still has.
        public let logStart: Int64?
        /// Records that were read, and whose commands have not ended with a committed result.
        public let incomplete: Int
    }

    /// When the loop answered.
    public let moment: Moment
    /// The counters and the bare numbers of the same turn.
    public let snapshot: WorkerSnapshot
    /// Our partitions in order.
    public let partitions: [Partition]
    /// Commands in flight by stage.
    public let stages: [InFlightReport.Stage: Int]
    /// The earliest timestamp among the records of commands in flight.
    public let oldestRecord: UnixMilliseconds?
    /// Whether the partitions are paused: then nothing is fetched.
    public let isPaused: Bool
    /// When the next probe of a failing backend is due, from now on; `nil` when requests flow or a probe is under way.
    public let nextProbe: Duration?
    /// The latest failed commands, the newest first.
    public let recentFailures: [RecentFailure]
    /// The commands in flight of the external_id that was asked for, in log order; empty when none was.
    public let commands: [InFlightReport]
}
