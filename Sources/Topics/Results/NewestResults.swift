import Kafka
import Records

/// The newest of the events that are taken, in memory for twice as many and no more.
///
/// Partitions are merged by the records' timestamps. Events of one partition stay in the order of its log, whatever
/// their timestamps: one that is older than an event before it counts as just as old.
package struct NewestResults {
    private struct Entry {
        let time: UnixMilliseconds
        let event: ResultEvent

        func precedes(_ other: Self) -> Bool {
            let (left, right) = (self.event.position, other.event.position)
            return (self.time, left.partition, left.offset) < (other.time, right.partition, right.offset)
        }
    }

    private let count: Int
    private var entries: [Entry] = []
    private var latest: [Int32: UnixMilliseconds] = [:]

    /// - Parameter count: how many are kept, from 1.
    package init(_ count: Int) {
        self.count = max(1, count)
    }

    /// Takes the next event of a partition.
    package mutating func take(_ event: ResultEvent) {
        let partition = event.position.partition
        let before = self.latest[partition] ?? UnixMilliseconds(.min)
        let time = max(before, event.timestamp ?? before)
        self.latest[partition] = time
        self.entries.append(Entry(time: time, event: event))
        if self.entries.count >= 2 * self.count { self.trim() }
    }

    /// The newest ones so far, the oldest of them first.
    package var events: [ResultEvent] {
        var copy = self
        copy.trim()
        return copy.entries.map(\.event)
    }

    private mutating func trim() {
        self.entries.sort { $0.precedes($1) }
        self.entries.removeFirst(max(0, self.entries.count - self.count))
    }
}
