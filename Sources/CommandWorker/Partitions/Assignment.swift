import Kafka
import Records
import Topics

/// A partition while it is held.
struct Assignment: Sendable {
    let id: AssignmentID
    let topicPartition: TopicPartition
    var tracker: OffsetTracker
    /// What the group has committed, as far as this worker knows.
    var committed: OffsetProgress?
    /// Bytes of the unfinished records.
    private(set) var unfinishedBytes = 0
    var gaps = OffsetGaps()
    /// Where its next completed set is kept that has no room beside its offset, and who wrote the one it began with.
    private(set) var place: SpillPlace
    let origin: Int64?
    /// The last batch that carried its progress names the place.
    private var hasSpilled = false
    /// Its progress may have changed since the last batch that carried it.
    var hasNews = false
    /// Its log is gone: its commands end, and nothing of it is committed.
    private(set) var isSuperseded = false

    /// - Parameters:
    ///   - tracker: at what is believed of the committed offset.
    ///   - origin: the writer of the completed set that the offset names; `nil` for none.
    init(
        id: AssignmentID,
        topicPartition: TopicPartition,
        tracker: OffsetTracker,
        committed: OffsetProgress?,
        place: SpillPlace,
        origin: Int64?,
        hasNews: Bool
    ) {
        self.id = id
        self.topicPartition = topicPartition
        self.tracker = tracker
        self.committed = committed
        self.place = place
        self.origin = origin
        self.hasNews = hasNews
    }

    /// What is committed of it with the next batch, and the completed set that the ledger is to keep for it; `nil` when
    /// there is nothing new.
    mutating func takeNews(
        limit: Int,
        spills: Bool
    ) -> (progress: OffsetProgress, offset: PartitionOffset, spilled: SpilledProgress?)? {
        self.hasNews = false
        guard let progress = self.tracker.progress, progress != self.committed else { return nil }
        let (metadata, text) = OffsetMetadata.encode(progress, limit: limit, spillingTo: spills ? self.place : nil)
        self.hasSpilled = text != nil
        let spilled = text.map {
            SpilledProgress(topicPartition: self.topicPartition, place: self.place, origin: self.origin, text: $0)
        }
        return (progress, PartitionOffset(self.topicPartition, offset: progress.offset, metadata: metadata), spilled)
    }

    /// The group has committed this.
    mutating func committed(_ progress: OffsetProgress) {
        self.committed = progress
        // What the committed offset names stays as it is.
        if self.hasSpilled { self.place = self.place.other }
        self.hasSpilled = false
    }

    /// Takes note of a record that was read, and of the gap before it.
    mutating func accept(_ record: KafkaRecord, _ fingerprint: RecordFingerprint, size: Int) -> OffsetTracker.Acceptance
    {
        let expected = self.tracker.expected
        let acceptance = self.tracker.accept(record.offset, fingerprint)
        if case .run = acceptance { self.unfinishedBytes += size }
        if let expected, record.offset > expected {
            let gap = expected..<record.offset
            self.gaps.note(gap, completed: self.tracker.completedEarlier(in: gap))
        }
        return acceptance
    }

    /// What was deleted unread, now that the log is known to start there.
    ///
    /// A log start beyond the last record read is left for later: the report may concern the previous log.
    mutating func lost(below start: Int64) -> [(offsets: Range<Int64>, count: Int)] {
        guard !self.isSuperseded, let last = self.tracker.lastRead, start <= last else { return [] }
        return self.gaps.lost(below: start)
    }

    /// Promises a record in place, if its completed set can still be written down.
    mutating func promiseIfPossible(_ number: Int, size: Int, onlyAsFirst: Bool) -> Bool {
        // No set is written down, so none is too long.
        if self.isSuperseded { return true }
        guard self.tracker.canComplete(number, onlyAsFirst: onlyAsFirst) else { return false }
        self.tracker.promise(number)
        self.unfinishedBytes -= size
        self.hasNews = true
        return true
    }

    /// The batch that promised the record is out.
    mutating func complete(_ number: Int) {
        if !self.isSuperseded { self.tracker.complete(number) }
    }

    /// The batch that promised the record did not get out.
    mutating func withdraw(_ number: Int, size: Int) {
        if self.isSuperseded { return }
        self.tracker.withdraw(number)
        self.unfinishedBytes += size
    }

    /// Its log began again.
    mutating func supersede() {
        self.isSuperseded = true
        self.hasNews = false
    }
}

/// A completed set that has no room beside its offset.
struct SpilledProgress: Sendable, Equatable {
    let topicPartition: TopicPartition
    let place: SpillPlace
    /// The writer of the set that the assignment began with; `nil` when it began with none.
    let origin: Int64?
    let text: [UInt8]
}
