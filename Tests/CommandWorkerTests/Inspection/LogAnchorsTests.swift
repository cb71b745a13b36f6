import Kafka
import Records
import Testing

@testable import CommandWorker

/// A log that was replaced while it was read is found out, and no other is taken for one.
@Suite struct LogAnchorsTests {
    private static let partition = CoreDriver.partition

    /// Reads and completes records.
    private static func complete(
        _ offsets: ClosedRange<Int64>,
        of log: String = "old",
        in partitions: inout Partitions
    ) {
        for offset in offsets {
            guard case .run(let id, let number, let size) = partitions.accept(Self.record(offset, of: log)) else {
                continue
            }
            #expect(partitions.promise(number, size: size, of: id, onlyAsFirst: false) == true)
            partitions.complete(number, of: id)
        }
    }

    private static func record(_ offset: Int64, of log: String) -> KafkaRecord {
        CoreDriver.record(offset, id: "\(log)-id-\(offset)")
    }

    /// What a look finds at the anchors, if the log holds these offsets.
    private static func found(
        _ look: [TopicPartition: LogAnchors.Anchor]?,
        of log: String,
        holding offsets: ClosedRange<Int64>
    ) -> [TopicPartition: KafkaRecord] {
        (look ?? [:]).compactMapValues { anchor in
            let first = max(anchor.offset, offsets.lowerBound)
            return first <= offsets.upperBound ? Self.record(first, of: log) : nil
        }
    }

    @Test func `the first look comes after the interval, at the last record that was complete when it was searched`() {
        var partitions = Partitions.holding()
        var anchors = LogAnchors()
        #expect(anchors.next(partitions, at: .seconds(1)) == nil)
        Self.complete(0...4, in: &partitions)
        #expect(anchors.next(partitions, at: .seconds(2)) == nil)
        Self.complete(5...9, in: &partitions)
        let look = anchors.next(partitions, at: LogAnchors.interval)
        #expect(look?[Self.partition]?.offset == 4)
        // One look at a time.
        #expect(anchors.next(partitions, at: LogAnchors.interval * 3) == nil)
    }

    @Test func `a log that grew past the position before it was looked at is another`() {
        var partitions = Partitions.holding()
        var anchors = LogAnchors()
        Self.complete(0...4, in: &partitions)
        #expect(anchors.next(partitions, at: .seconds(1)) == nil)
        // Made anew with more records: reading goes on behind the fifth.
        Self.complete(5...9, of: "newer", in: &partitions)
        let look = anchors.next(partitions, at: LogAnchors.interval)
        #expect(anchors.looked(Self.found(look, of: "newer", holding: 0...9), partitions) == [Self.partition])
    }

    @Test func `an anchor that is found moves on to what was complete before the look`() {
        var partitions = Partitions.holding()
        var anchors = LogAnchors()
        Self.complete(0...4, in: &partitions)
        #expect(anchors.next(partitions, at: .seconds(1)) == nil)
        Self.complete(5...9, in: &partitions)
        let first = anchors.next(partitions, at: LogAnchors.interval)
        Self.complete(10...12, in: &partitions)
        #expect(anchors.looked(Self.found(first, of: "old", holding: 0...12), partitions).isEmpty)
        let second = anchors.next(partitions, at: LogAnchors.interval * 2)
        #expect(second?[Self.partition]?.offset == 9)
        #expect(anchors.looked(Self.found(second, of: "newer", holding: 0...20), partitions) == [Self.partition])
    }

    @Test func `records that were deleted, compacted away or not found tell nothing`() {
        for holding: ClosedRange<Int64> in [7...9, 0...3] {
            var partitions = Partitions.holding()
            var anchors = LogAnchors()
            Self.complete(0...4, in: &partitions)
            #expect(anchors.next(partitions, at: .seconds(1)) == nil)
            let look = anchors.next(partitions, at: LogAnchors.interval)
            #expect(anchors.looked(Self.found(look, of: "newer", holding: holding), partitions).isEmpty)
        }
    }

    @Test func `an answer about a partition that was taken away and given back concerns nobody`() {
        var partitions = Partitions.holding()
        var anchors = LogAnchors()
        Self.complete(0...4, in: &partitions)
        #expect(anchors.next(partitions, at: .seconds(1)) == nil)
        let look = anchors.next(partitions, at: LogAnchors.interval)
        _ = partitions.lost([Self.partition])
        partitions.await([Self.partition])
        _ = partitions.take([PartitionOffset(Self.partition, offset: 5)])
        #expect(anchors.looked(Self.found(look, of: "newer", holding: 0...9), partitions).isEmpty)
        #expect(anchors.next(partitions, at: LogAnchors.interval * 2) == nil)
    }
}
