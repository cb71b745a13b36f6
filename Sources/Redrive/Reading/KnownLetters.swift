import CustomerContract
import Kafka
package import Records
import Topics

/// Dead letters that wait, by code.
package struct WaitingTally: Sendable, Hashable {
    /// The code of dead letters that other programs wrote, or that have none of ours.
    package static let otherCode = "other"
    /// Every code, so that a metric has a series for each from the start.
    package static let codes = ErrorCode.allCases.map(\.rawValue) + [Self.otherCode]

    /// Their number by code; a code without any is absent.
    package var counts: [String: Int] = [:]
    /// When the oldest of them failed; `nil` when none waits or none tells.
    package var oldestFailure: UnixMilliseconds?

    /// None waits.
    package init() {}
}

/// What is remembered of the dead letters of one topic, so that each is read once however often they are counted.
///
/// Invariants:
/// 1. At most ``limit`` letters are remembered, of 24 bytes each; while they wait, later ones are not read.
/// 2. A letter that was sent back or dismissed is forgotten only to make room, since whether it was is asked for every
///    count. One that is restored after that is counted again when the worker has been restarted.
struct KnownLetters: Sendable {
    private struct Letter: Sendable {
        let offset: Int64
        let code: UInt8
        let failedAt: UnixMilliseconds?
    }

    /// More than an operator distinguishes.
    static let limit = 100_000

    private var letters: [TopicPartition: [Letter]] = [:]
    /// The next offset to read.
    private var positions: [TopicPartition: Int64] = [:]

    /// Whether no other letter can be remembered.
    var isFull: Bool { self.letters.values.reduce(0) { $0 + $1.count } >= Self.limit }

    /// Forgets what the topic has deleted, and all of a partition whose log is shorter than what was read of it: it was
    /// created again.
    mutating func forget(outside ranges: [TopicPartition: Range<Int64>]) {
        for (partition, position) in self.positions {
            guard let range = ranges[partition], position <= range.upperBound else {
                (self.positions[partition], self.letters[partition]) = (nil, nil)
                continue
            }
            self.letters[partition]?.removeAll { $0.offset < range.lowerBound }
        }
    }

    /// What is still to be read of these ranges; nothing when there is no room.
    func unread(of ranges: [TopicPartition: Range<Int64>]) -> [TopicPartition: Range<Int64>] {
        guard !self.isFull else { return [:] }
        return ranges.reduce(into: [:]) { unread, entry in
            let start = max(entry.value.lowerBound, self.positions[entry.key] ?? entry.value.lowerBound)
            if start < entry.value.upperBound { unread[entry.key] = start..<entry.value.upperBound }
        }
    }

    /// Remembers a letter.
    mutating func take(_ letter: DeadLetter) {
        let partition = letter.record.topicPartition
        let index = WaitingTally.codes.firstIndex(of: letter.kind ?? "") ?? WaitingTally.codes.count - 1
        self.letters[partition, default: []].append(
            Letter(offset: letter.record.offset, code: UInt8(clamping: index), failedAt: letter.failedAt)
        )
        self.positions[partition] = letter.record.offset + 1
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

    /// Counts those that wait.
    func tally(_ marks: LetterMarks) -> WaitingTally {
        var counts = [Int](repeating: 0, count: WaitingTally.codes.count)
        var tally = WaitingTally()
        for (partition, letters) in self.letters {
            for letter in letters where marks[partition.partition, letter.offset] == .waiting {
                counts[Int(letter.code)] += 1
                guard let failedAt = letter.failedAt else { continue }
                tally.oldestFailure = min(tally.oldestFailure ?? failedAt, failedAt)
            }
        }
        for (code, count) in zip(WaitingTally.codes, counts) where count > 0 { tally.counts[code] = count }
        return tally
    }

    /// Forgets those that do not wait.
    mutating func makeRoom(_ marks: LetterMarks) {
        for partition in self.letters.keys {
            self.letters[partition]?.removeAll { marks[partition.partition, $0.offset] != .waiting }
        }
    }
}
