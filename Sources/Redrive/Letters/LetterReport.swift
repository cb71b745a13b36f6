import CustomerContract
import Kafka
package import Records
package import Topics

/// Dead letters counted in groups: an overview of a topic in bounded memory.
package struct LetterReport: Sendable {
    /// What letters of one group have in common.
    package struct Group: Sendable, Hashable {
        /// The code or the class of the exception; empty when no header has it.
        package let kind: String
        /// The topic that they came from; empty when no header names it.
        package let source: String
        /// The dialect of their headers; empty for none.
        package let dialect: String
        /// Whether they may succeed later; `nil` when no header says so.
        package let isRetryable: Bool?
        /// The number of times that they have been sent back.
        package let redriveCount: Int
        /// Whether they are sent back, and so no longer wait.
        package let isSentBack: Bool
    }

    /// The letters of one group.
    package struct Tally: Sendable, Hashable {
        /// Their number.
        package var count = 0
        /// When the first of them failed.
        package var oldest: UnixMilliseconds?
        /// When the last of them failed.
        package var newest: UnixMilliseconds?
        /// The first few.
        package var samples: [RecordPosition] = []
        /// Why the first of them failed, in words.
        package var reason: String?
    }

    /// Other programs choose the names of exceptions, so the number of groups is bounded; the rest counts as one.
    private static let mostGroups = 500
    private static let mostSamples = 3

    /// The groups.
    package private(set) var groups: [Group: Tally] = [:]
    /// Letters that were counted.
    package private(set) var count = 0
    /// The earliest record timestamp among those that wait, which the retention deletes first.
    package private(set) var oldestWaitingRecord: UnixMilliseconds?

    /// Nothing is counted yet.
    package init() {}

    /// Counts a letter.
    package mutating func take(_ letter: DeadLetter, isSentBack: Bool) {
        self.count += 1
        var group = Group(
            kind: letter.kind ?? "",
            source: letter.source?.topic ?? "",
            dialect: letter.dialect?.rawValue ?? "",
            isRetryable: letter.isRetryable,
            redriveCount: letter.redriveCount,
            isSentBack: isSentBack
        )
        if self.groups[group] == nil, self.groups.count >= Self.mostGroups {
            group = Group(
                kind: "(others)",
                source: "",
                dialect: "",
                isRetryable: nil,
                redriveCount: 0,
                isSentBack: isSentBack
            )
        }
        var tally = self.groups[group] ?? Tally()
        tally.count += 1
        if let failedAt = letter.failedAt {
            tally.oldest = min(tally.oldest ?? failedAt, failedAt)
            tally.newest = max(tally.newest ?? failedAt, failedAt)
        }
        if tally.samples.count < Self.mostSamples { tally.samples.append(letter.position) }
        tally.reason = tally.reason ?? letter.reason
        self.groups[group] = tally
        if !isSentBack, let timestamp = letter.record.timestamp {
            self.oldestWaitingRecord = min(self.oldestWaitingRecord ?? timestamp, timestamp)
        }
    }

    /// Letters that wait.
    package var waitingCount: Int { self.groups.reduce(0) { $0 + ($1.key.isSentBack ? 0 : $1.value.count) } }

    /// The groups, the largest first.
    package var sorted: [(group: Group, tally: Tally)] {
        self.groups.map { ($0.key, $0.value) }.sorted { left, right in
            if left.1.count != right.1.count { return left.1.count > right.1.count }
            return (left.0.kind, left.0.source, left.0.dialect, left.0.redriveCount, left.0.isSentBack ? 1 : 0)
                < (right.0.kind, right.0.source, right.0.dialect, right.0.redriveCount, right.0.isSentBack ? 1 : 0)
        }
    }
}
