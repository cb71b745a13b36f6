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
        /// Whether it alone is paused, since its unfinished commands fill its share of what may be in flight.
        public internal(set) var isOverShare = false
        /// The offset below which every record has been handed over, as far as it is known.
        ///
        /// With it the end of a log is told from what only looks like a record: a transaction's marker at the end has
        /// an offset of its own, and is never committed.
        public internal(set) var readTo: Int64?
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
    /// What is left of a wait that the backend asked of all callers; `nil` without one.
    public internal(set) var hold: Duration?
    /// Status, code and message of the refusal that all commands get, for which requests only trickle; `nil` while
    /// they flow.
    public internal(set) var refusal: String?
    /// What keeps records from coming.
    public internal(set) var stops: [ConsumerStop] = []
    /// For how long the store has owed the answer to a batch; `nil` when it owes none.
    public internal(set) var storeSilence: Duration?
    /// For how long the brokers have owed the answer to a batch of results; `nil` when they owe none.
    public internal(set) var publishSilence: Duration?
    /// Why the last batch of results failed, with the topic where it is known; `nil` when it got out.
    public internal(set) var publishTrouble: String?
    /// Why dead letters wait while all other results are published; `nil` when they do not.
    public internal(set) var letterTrouble: String?
    /// Results of failed commands that wait for that.
    public internal(set) var lettersWaiting = 0
    /// The latest failed commands, the newest first.
    public let recentFailures: [RecentFailure]
    /// The commands in flight of the external_id that was asked for, in log order; empty when none was.
    public let commands: [InFlightReport]
}
