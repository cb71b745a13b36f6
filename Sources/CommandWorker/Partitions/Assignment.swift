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
    /// Its progress may have changed since the last batch that carried it.
    var hasNews = false
    /// Its log is gone: its commands end, and nothing of it is committed.
    private(set) var isSuperseded = false

    /// Promises a record in place, if its completed set can still be written down.
    mutating func promiseIfPossible(_ number: Int, onlyAsFirst: Bool) -> Bool {
        // No set is written down, so none is too long.
        if self.isSuperseded { return true }
        guard self.tracker.canComplete(number, onlyAsFirst: onlyAsFirst) else { return false }
        self.tracker.promise(number)
        self.hasNews = true
        return true
    }

    /// The batch that promised the record is out.
    mutating func complete(_ number: Int) {
        if !self.isSuperseded { self.tracker.complete(number) }
    }

    /// The batch that promised the record did not get out.
    mutating func withdraw(_ number: Int) {
        if !self.isSuperseded { self.tracker.withdraw(number) }
    }

    /// Its log began anew.
    mutating func supersede() {
        self.isSuperseded = true
        self.hasNews = false
    }
}
