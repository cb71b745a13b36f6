package import CustomerContract
package import Records

/// What the worker has done since it began; every number only grows.
package struct WorkerCounters: Sendable, Hashable {
    /// Created results by outcome.
    package internal(set) var created: [CreatedOutcome: Int] = [:]
    /// Failed results by code; as many dead letters.
    package internal(set) var failed: [ErrorCode: Int] = [:]
    /// Failed requests that were or will be tried again, by reason.
    package internal(set) var retries: [String: Int] = [:]
    /// Records that the metadata of the committed offset listed as ended.
    package internal(set) var skipped = 0
    /// How often a partition's log began again below what was read or committed of it.
    package internal(set) var logRestarts = 0
    /// Offsets that were jumped over unread, at most as many records; by why.
    package internal(set) var recordsSkipped: [SkipReason: Int] = [:]
    /// Commands given up because their partition was taken away or the worker stopped; they run again elsewhere.
    package internal(set) var abandoned = 0
    /// Of the abandoned ones those that were cut off when a drain ran out of time: their requests were under way, or
    /// their results not committed.
    package internal(set) var cutOff = 0
    /// Fields that the contract does not know, passed on.
    package internal(set) var unknownFields = 0

    /// Batches by what came of them; with `exactly_once` each is one Kafka transaction.
    package internal(set) var batches: [BatchEnd: Int] = [:]
    /// Records that were published in less than their full form, since their topic refused that; by what was reduced.
    package internal(set) var reduced: [Reduction: Int] = [:]
    /// From a record's timestamp to the commit of its command's result; records without a timestamp are not in here.
    package internal(set) var durations = DurationHistogram.forCommands

    /// What came of a batch of results.
    package enum BatchEnd: String, Sendable, Hashable, CaseIterable {
        /// Results and offsets are committed.
        case committed
        /// Nothing is committed; it is tried again.
        case aborted
        /// The results are out, the offsets are not committed yet; only with `at_least_once`.
        case offsetsLate = "offsets_late"
        /// Another instance took the transactional id.
        case fenced
    }

    /// Why records were jumped over unread.
    package enum SkipReason: String, Sendable, Hashable, CaseIterable {
        /// They were deleted from the log: by its retention, or by hand.
        case retention
    }

    /// Published results.
    package var resultCount: Int { self.created.values.reduce(0, +) + self.failed.values.reduce(0, +) }

    mutating func count(_ result: CommandResult, at now: UnixMilliseconds) {
        if let timestamp = result.context.message.timestamp {
            self.durations.record(milliseconds: now.milliseconds(since: timestamp))
        }
        switch result.outcome {
        case .created(let outcome, _): self.created[outcome, default: 0] += 1
        case .failed(let failure): self.failed[failure.code, default: 0] += 1
        }
    }

    mutating func count(_ outcome: PublishOutcome) {
        let end: BatchEnd =
            switch outcome {
            case .published: .committed
            case .notCommitted: .offsetsLate
            case .failed: .aborted
            case .fenced: .fenced
            }
        self.batches[end, default: 0] += 1
    }
}

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
    /// Turns of the loop; while it is alive they grow.
    package internal(set) var turns = 0
}
