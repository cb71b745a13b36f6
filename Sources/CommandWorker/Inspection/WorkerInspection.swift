package import CustomerContract
import Kafka
package import Ledger
package import Records

/// A worker as its loop saw itself between two turns, for those who look at it from outside.
///
/// An inspection is an answer of the loop itself: that there is one shows that the loop is alive.
package struct WorkerInspection: Sendable {
    /// One partition that is ours.
    package struct Partition: Sendable, Hashable {
        /// Which.
        package let topicPartition: TopicPartition
        /// The offset that the group has committed, as far as this worker knows; `nil` before the first commit.
        package let committed: Int64?
        /// The offset that the next record of the log will get, as the last fetch said; `nil` before the first.
        ///
        /// While the intake is paused nothing is fetched, and this does not move.
        package let logEnd: Int64?
        /// The lowest offset that the log still has.
        package let logStart: Int64?
        /// Records that were read, and whose commands have not ended with a committed result.
        package let incomplete: Int
        /// Whether it alone is paused, since its unfinished commands fill its share of what may be in flight.
        package internal(set) var isOverShare = false
        /// Whether an operator has paused it.
        package internal(set) var isPausedByOperator = false
        /// The offset below which every record has been handed over, as far as it is known.
        ///
        /// With it the end of a log is told from what only looks like a record: a transaction's marker at the end has
        /// an offset of its own, and is never committed.
        package internal(set) var readTo: Int64?
    }

    /// When the loop answered.
    package let moment: Moment
    /// The counters and the bare numbers of the same turn.
    package let snapshot: WorkerSnapshot
    /// Our partitions in order.
    package let partitions: [Partition]
    /// Commands in flight by stage.
    package let stages: [CommandStage: Int]
    /// The earliest timestamp among the records of commands in flight.
    package let oldestRecord: UnixMilliseconds?
    /// Whether the partitions are paused: then nothing is fetched.
    package let isPaused: Bool
    /// What operators have paused.
    package internal(set) var pauses: [Pause] = []
    /// When the next probe of a failing backend is due, from now on; `nil` when requests flow or a probe is under way.
    package let nextProbe: Duration?
    /// What is left of a wait that the backend asked of all callers; `nil` without one.
    package internal(set) var hold: Duration?
    /// Status, code and message of the refusal that all commands get, for which requests only trickle; `nil` while
    /// they flow.
    package internal(set) var refusal: String?
    /// What keeps records from coming.
    package internal(set) var stops: [ConsumerStop] = []
    /// Why the group's coordinator does not let this member in, or why it cannot be reached; `nil` while it does not
    /// say.
    package internal(set) var joinRefusal: String?
    /// Time since any broker's last answer to the consumer; counted every five seconds, so seldom zero.
    package internal(set) var brokerSilence: Duration = .zero
    /// For how long the ledger has owed the answer to a batch; `nil` when it owes none.
    package internal(set) var storeSilence: Duration?
    /// For how long the brokers have owed the answer to a batch of results; `nil` when they owe none.
    package internal(set) var publishSilence: Duration?
    /// Why the last batch of results failed, with the topic where it is known; `nil` when it got out.
    package internal(set) var publishTrouble: String?
    /// Why dead letters wait while all other results are published; `nil` when they do not.
    package internal(set) var letterTrouble: String?
    /// Results of failed commands that wait for that.
    package internal(set) var lettersWaiting = 0
    /// The latest failed commands, the newest first.
    package let recentFailures: [RecentFailure]
    /// The commands in flight of the external_id that was asked for, in log order; empty when none was.
    package let commands: [InFlightReport]
    /// As many as were asked for of the commands with the oldest records, the oldest first.
    package internal(set) var slowest: [InFlightReport] = []
}

/// What the worker knows of one command in flight.
package struct InFlightReport: Sendable, Hashable {
    /// The command's id.
    package let id: CommandID
    /// The position of its record.
    package let position: RecordPosition
    /// How far it has come.
    package let stage: CommandStage
    /// Requests to the API so far.
    package let attempts: Int
    /// When the next attempt is due, from now on; only of one that backs off.
    package let nextAttempt: Duration?
    /// A sentence on what has to happen before it continues.
    package let waitsFor: String
    /// Its customer; `nil` of one that was refused before it named any.
    package internal(set) var externalID: ExternalID?
    /// The time of its record.
    package internal(set) var recordedAt: UnixMilliseconds?

    /// Whether an attempt of it has failed, and another one follows or has begun.
    package var isRetrying: Bool { self.stage == .backingOff || self.attempts > 1 }
}
