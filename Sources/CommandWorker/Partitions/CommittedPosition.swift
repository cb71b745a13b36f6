import Kafka
import Records
import Topics

/// What the group has committed for a partition, and what the partition's log says to it.
struct CommittedPosition: Sendable {
    /// The committed offset with its metadata.
    let committed: PartitionOffset
    /// The ends of the log; `nil` when they could not be learnt.
    var ends: Watermarks?
    /// Whether the record before the committed offset, or that at it when there is none before, is the one that the
    /// metadata tells of; `nil` when it tells of none, or when the record could not be looked at.
    private(set) var fingerprintMatches: Bool?
    /// The committed offset and what is remembered beside it; `nil` when the group has committed none.
    let progress: OffsetProgress?
    /// Where the completed set is kept that had no room beside the offset; `nil` when it had.
    let place: SpillPlace?
    /// Whether something is remembered that this program cannot read, or does not find.
    let isUnreadable: Bool

    /// - Parameter spilled: what is kept at the place that the metadata names.
    init(committed: PartitionOffset, ends: Watermarks? = nil, spilled: [UInt8]? = nil) {
        self.committed = committed
        self.ends = ends
        guard let offset = committed.offset else {
            (self.progress, self.place, self.isUnreadable) = (nil, nil, false)
            return
        }
        let progress = OffsetMetadata.read(committed.metadata, at: offset, spilled: spilled)
        self.place = OffsetMetadata.place(committed.metadata, at: offset)
        self.isUnreadable = progress == nil && !committed.metadata.isEmpty
        let fingerprint = progress == nil ? OffsetMetadata.fingerprint(committed.metadata, at: offset) : nil
        self.progress =
            progress ?? OffsetProgress(offset: offset, completed: CompletedOffsets(), fingerprint: fingerprint)
    }

    var topicPartition: TopicPartition { self.committed.topicPartition }

    /// Takes note of the first record from the last complete one on.
    mutating func compare(with record: KafkaRecord) {
        guard let progress = self.progress, let fingerprint = progress.fingerprint else { return }
        // The record was read once: when another one, or none, is there, this is no log it was read from.
        let isInPlace = record.offset == progress.offset - 1 || record.offset == progress.offset
        self.fingerprintMatches = isInPlace && RecordFingerprint(record) == fingerprint
    }

    /// Takes note that the log has no record from the last complete one on.
    mutating func caughtUp(at end: Int64) {
        guard let progress = self.progress, progress.fingerprint != nil, end >= progress.offset else { return }
        self.fingerprintMatches = false
    }

    /// Whether what is committed was learnt from a log that is gone.
    ///
    /// What cannot be told is believed: a look that fails says nothing about the log.
    var isOfAnotherLog: Bool {
        guard let offset = self.committed.offset else { return false }
        if let ends = self.ends, offset > ends.high { return true }
        return self.fingerprintMatches == false
    }

    /// Where reading starts, what is believed there, and how many offsets below it are gone from the log unread.
    ///
    /// Where nothing is committed, at the log's start by its offset: see ``Consumer/assign(_:)``.
    var start: (offset: Int64?, progress: OffsetProgress?, skipped: Int) {
        guard let progress = self.progress else { return (self.ends?.low, nil, 0) }
        if self.isOfAnotherLog { return (self.ends?.low ?? 0, nil, 0) }
        guard let low = self.ends?.low, low > progress.offset else { return (progress.offset, progress, 0) }
        let completed = progress.completed.runs.reduce(0) { sum, run in
            run.lowerBound < low ? sum + Int(min(run.upperBound, low - 1) - run.lowerBound + 1) : sum
        }
        let beyond = progress.completed.runs.filter { $0.upperBound >= low }.map {
            max($0.lowerBound, low)...$0.upperBound
        }
        return (
            low,
            OffsetProgress(offset: low, completed: CompletedOffsets(runs: beyond)),
            Int(low &- progress.offset) - completed
        )
    }
}
