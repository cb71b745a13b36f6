import Kafka
import Records
import Topics

/// What a job has done so far.
package struct JobCounts: Sendable, Hashable {
    /// The first and the last dead letter of a partition that was sent back.
    package struct Range: Sendable, Hashable {
        /// The lowest offset.
        package var first: Int64
        /// The highest offset.
        package var last: Int64
    }

    /// Dead letters that met the selection.
    package internal(set) var matched = 0
    /// Sent back by this process; what stands in an open transaction does not count yet.
    package internal(set) var moved = 0
    /// Sent back by earlier processes of the same job.
    package internal(set) var movedBefore = 0
    /// Left where they are, by reason.
    package internal(set) var left: [LeftReason: Int] = [:]
    /// Sent back and failed again, as far as results were followed, by code.
    package internal(set) var failedAgain: [String: Int] = [:]
    /// By partition of the dead-letter topic.
    package internal(set) var ranges: [Int32: Range] = [:]

    /// Counts from nothing.
    package init() {}

    /// All that were left.
    package var leftCount: Int { self.left.values.reduce(0, +) }
    /// All that failed again.
    package var failedAgainCount: Int { self.failedAgain.values.reduce(0, +) }

    mutating func moved(_ entry: ReturnBatch.Entry) {
        self.moved += 1
        let offset = entry.letter.record.offset
        let partition = entry.letter.record.topicPartition.partition
        let range = self.ranges[partition] ?? Range(first: offset, last: offset)
        self.ranges[partition] = Range(first: min(range.first, offset), last: max(range.last, offset))
    }
}
