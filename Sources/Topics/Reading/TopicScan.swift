import Kafka
import Records

/// How far a bounded reading has come: each partition from its start up to its end, and not beyond.
///
/// The ends are offsets that were asked for when the reading began. A log may end with records that no reader sees
/// (aborted ones, transaction markers), so a partition is done when a record at or behind its last offset came, or when
/// there is nothing more before its end.
struct TopicScan: Sendable {
    private var positions: [TopicPartition: Int64]
    private let ends: [TopicPartition: Int64]
    private var open: Set<TopicPartition>

    /// - Parameter ranges: what is to be read; a partition whose range is empty is done at once.
    init(_ ranges: [TopicPartition: Range<Int64>]) {
        self.positions = ranges.mapValues(\.lowerBound)
        self.ends = ranges.mapValues(\.upperBound)
        self.open = Set(ranges.filter { !$0.value.isEmpty }.keys)
    }

    var starts: [PartitionOffset] {
        self.open.sorted().map { PartitionOffset($0, offset: self.positions[$0]) }
    }

    var isDone: Bool { self.open.isEmpty }

    /// What is not read yet, for a message.
    var unread: [(partition: TopicPartition, from: Int64, to: Int64)] {
        self.open.sorted().map { ($0, self.positions[$0] ?? 0, self.ends[$0] ?? 0) }
    }

    /// Takes note of a record; whether it lies before the end of its partition.
    mutating func take(_ partition: TopicPartition, _ offset: Int64) -> Bool {
        guard let end = self.ends[partition] else { return false }
        self.advance(partition, to: offset + 1)
        return offset < end
    }

    /// Takes note that a partition has nothing more below `offset`.
    mutating func caughtUp(_ partition: TopicPartition, _ offset: Int64) {
        self.advance(partition, to: offset)
    }

    private mutating func advance(_ partition: TopicPartition, to offset: Int64) {
        guard let end = self.ends[partition], let position = self.positions[partition], offset > position else {
            return
        }
        self.positions[partition] = offset
        if offset >= end { self.open.remove(partition) }
    }
}
