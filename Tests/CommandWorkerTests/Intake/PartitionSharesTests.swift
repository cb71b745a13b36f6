import Records
import Testing

@testable import CommandWorker

/// ``PartitionShares`` alone.
///
/// 1. One of several partitions never fills the table; alone it may.
/// 2. Being over its share stops polling for a moment, then pauses that partition alone; soon after, at once.
/// 3. It flows again when a quarter of its part, or of what is for all, is free.
@Suite struct PartitionSharesTests {
    private static let names = (0..<12 as Range<Int32>).map { TopicPartition(topic: "commands", partition: $0) }

    private func shares(count: Int = 100, bytes: Int = 1_000_000) -> PartitionShares {
        PartitionShares(maximumCount: count, maximumBytes: bytes, pauseDelay: .seconds(1))
    }

    private static func advance(
        _ shares: inout PartitionShares,
        _ counts: [Int],
        bytes: [Int]? = nil,
        at now: Duration
    ) -> PartitionShares.Change {
        let bytes = bytes ?? counts.map { $0 * 100 }
        let loads = zip(Self.names, zip(counts, bytes)).map {
            PartitionShares.Load(partition: $0, count: $1.0, bytes: $1.1)
        }
        return shares.advance(
            loads,
            heldCount: counts.count,
            count: counts.reduce(0, +),
            bytes: bytes.reduce(0, +),
            at: now
        )
    }

    @Test func `a single partition has no share to keep`() {
        var shares = self.shares()
        let change = Self.advance(&shares, [100], at: .seconds(9))
        #expect(change == .init())
        #expect(!shares.isBlocking)
        #expect(shares.pollLimit(count: 30, bytes: 10) == .max)
    }

    @Test(arguments: 1...11)
    func `however many partitions are slow, each other one has its part`(slow: Int) {
        var shares = self.shares(count: 4_096)
        var counts = [Int](repeating: 0, count: 12)
        var now: Duration = .zero
        func fill(_ indices: Range<Int>) {
            for _ in 0..<10_000 {
                let change = Self.advance(&shares, counts, at: now)
                #expect(change.resume.isEmpty)
                now += .seconds(1)
                if shares.isBlocking { continue }
                guard let index = indices.first(where: { !shares.paused.contains(Self.names[$0]) }) else { break }
                let count = counts.reduce(0, +)
                counts[index] += min(shares.pollLimit(count: count, bytes: count * 100), 4_096 - count)
            }
        }
        fill(0..<slow)
        #expect(shares.paused.count == slow)
        fill(slow..<12)
        #expect(counts.allSatisfy { $0 >= 4_096 / 4 / 12 })
        #expect(counts.reduce(0, +) <= 4_096)
    }

    @Test func `over its share it stops polling for a moment, then is paused alone`() {
        var shares = self.shares()
        // Of a hundred 75 are for all, and 12 for each.
        _ = Self.advance(&shares, [86, 1], at: .zero)
        #expect(!shares.isBlocking)
        var change = Self.advance(&shares, [87, 1], at: .zero)
        #expect(change == .init())
        #expect(shares.isBlocking)
        #expect(shares.due == .seconds(1))
        _ = Self.advance(&shares, [80, 1], at: .milliseconds(500))
        #expect(!shares.isBlocking)
        _ = Self.advance(&shares, [87, 1], at: .milliseconds(600))
        change = Self.advance(&shares, [87, 1], at: .milliseconds(1_600))
        #expect(change.pause == [Self.names[0]])
        #expect(!shares.isBlocking)
        #expect(shares.due == nil)
        // The other one flows, with what is its own.
        #expect(shares.pollLimit(count: 88, bytes: 88) == 11)
    }

    @Test func `it flows again when a quarter is free, and is paused at once when it comes back`() {
        var shares = self.shares()
        _ = Self.advance(&shares, [87, 0], at: .zero)
        _ = Self.advance(&shares, [87, 0], at: .seconds(1))
        var change = Self.advance(&shares, [70, 0], at: .seconds(2))
        #expect(change == .init())
        change = Self.advance(&shares, [68, 0], at: .seconds(3))
        #expect(change.resume == [Self.names[0]])
        change = Self.advance(&shares, [87, 0], at: .seconds(4))
        #expect(change.pause == [Self.names[0]])
    }

    @Test func `large records count by their bytes, and leave a part to others even when they came at once`() {
        var shares = self.shares(bytes: 1_600)
        _ = Self.advance(&shares, [1, 1], bytes: [2_000, 10], at: .zero)
        #expect(shares.isBlocking)
        let change = Self.advance(&shares, [1, 1], bytes: [2_000, 10], at: .seconds(1))
        #expect(change.pause == [Self.names[0]])
        _ = Self.advance(&shares, [1, 1], bytes: [2_000, 10], at: .seconds(1))
        #expect(shares.counted(2_010) == 1_510)
    }

    @Test func `partitions that have left are forgotten, and all flow again when all are stopped`() {
        var shares = self.shares()
        _ = Self.advance(&shares, [0, 87], at: .zero)
        _ = Self.advance(&shares, [0, 87], at: .seconds(1))
        #expect(shares.paused == [Self.names[1]])
        let change = shares.reset()
        #expect(change.resume == [Self.names[1]])
        _ = Self.advance(&shares, [0, 87], at: .seconds(2))
        let single = Self.advance(&shares, [0], at: .seconds(3))
        #expect(single.resume == [Self.names[1]])
        #expect(shares.paused.isEmpty)
    }
}
