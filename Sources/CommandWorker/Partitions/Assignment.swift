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
    /// Its progress may have changed since the last batch that carried it.
    var hasNews = false
    /// Its log is gone: its commands end, and nothing of it is committed.
    private(set) var isSuperseded = false

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

    /// Its log began anew.
    mutating func supersede() {
        self.isSuperseded = true
        self.hasNews = false
    }
}
