import Kafka
package import Records
import Topics

/// What is remembered of the dead letters of one topic, so that each is read once however often they are looked at.
///
/// Invariants:
/// 1. At most ``limit`` letters are remembered; while they wait, later ones are not read.
/// 2. A letter that was sent back or dismissed is forgotten only to make room, since whether it was is asked again and
///    again. One that is restored after that is read again by another process only.
package struct KnownLetters<Summary: Sendable>: Sendable {
    /// A letter, by its offset in its partition of the dead-letter topic.
    package struct Letter: Sendable {
        package let offset: Int64
        package let summary: Summary
    }

    /// The number of letters that are remembered at most.
    let limit: Int
    /// The letters of each partition, by their offsets.
    package private(set) var letters: [TopicPartition: [Letter]] = [:]
    /// The next offset to read.
    private var positions: [TopicPartition: Int64] = [:]

    package init(limit: Int) {
        self.limit = limit
    }

    package var count: Int { self.letters.values.reduce(0) { $0 + $1.count } }

    package var isFull: Bool { self.count >= self.limit }

    /// Forgets what the topic has deleted, and all of a partition whose log is shorter than what was read of it: it was
    /// created again.
    mutating func forget(outside ranges: [TopicPartition: Range<Int64>]) {
        for (partition, position) in self.positions {
            guard let range = ranges[partition], position <= range.upperBound else {
                (self.positions[partition], self.letters[partition]) = (nil, nil)
                continue
            }
            guard let first = self.letters[partition]?.first, first.offset < range.lowerBound else { continue }
            self.letters[partition]?.removeAll { $0.offset < range.lowerBound }
        }
    }

    /// What is still to be read of these ranges; nothing when there is no room.
    func unread(of ranges: [TopicPartition: Range<Int64>]) -> [TopicPartition: Range<Int64>] {
        self.isFull ? [:] : self.beyond(ranges)
    }

    /// What of these ranges is not remembered because it was not read.
    package func beyond(_ ranges: [TopicPartition: Range<Int64>]) -> [TopicPartition: Range<Int64>] {
        ranges.reduce(into: [:]) { unread, entry in
            let start = max(entry.value.lowerBound, self.positions[entry.key] ?? entry.value.lowerBound)
            if start < entry.value.upperBound { unread[entry.key] = start..<entry.value.upperBound }
        }
    }

    package mutating func take(_ summary: Summary, at position: RecordPosition) {
        self.letters[position.topicPartition, default: []].append(Letter(offset: position.offset, summary: summary))
        self.positions[position.topicPartition] = position.offset + 1
    }

    /// Everything below these ends was read, also offsets without a record.
    mutating func hasRead(upTo ranges: [TopicPartition: Range<Int64>]) {
        for (partition, range) in ranges { self.positions[partition] = range.upperBound }
    }

    /// Where letters are, for the question which of them wait.
    var places: [TopicPartition: Range<Int64>] {
        self.letters.compactMapValues { letters in
            guard let first = letters.first, let last = letters.last else { return nil }
            return first.offset..<last.offset + 1
        }
    }

    /// Forgets those that do not wait.
    mutating func makeRoom(_ marks: LetterMarks) {
        for partition in self.letters.keys {
            self.letters[partition]?.removeAll { marks[partition.partition, $0.offset] != .waiting }
        }
    }

    /// The letter at a place; `nil` when none is remembered.
    package func letter(at place: TopicPartition, offset: Int64) -> Letter? {
        guard let letters = self.letters[place] else { return nil }
        var (low, high) = (0, letters.count)
        while low < high {
            let middle = (low + high) / 2
            if letters[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low < letters.count && letters[low].offset == offset ? letters[low] : nil
    }
}
