import Testing

@testable import CommandWorker

@Suite struct DurationHistogramTests {
    private static let cases: [(Int64, [Int])] = [
        (-5, [1, 0, 0]), (0, [1, 0, 0]), (10, [1, 0, 0]), (11, [0, 1, 0]), (100, [0, 1, 0]), (101, [0, 0, 1]),
        (Int64.max, [0, 0, 1]),
    ]

    @Test(arguments: Self.cases)
    func `a duration is counted below the first bound that it does not pass`(_ milliseconds: Int64, _ counts: [Int]) {
        var histogram = DurationHistogram(bounds: [10, 100])
        histogram.record(milliseconds: milliseconds)
        #expect(histogram.counts == counts)
        #expect(histogram.sum == max(0, milliseconds))
    }

    @Test func `the bounds of the metric are exact, whatever the buckets between them`() {
        let bounds = DurationHistogram.forCommands.bounds
        #expect(bounds.count == 16)
        for (index, bound) in bounds.enumerated() {
            var histogram = DurationHistogram.forCommands
            histogram.record(milliseconds: bound)
            #expect(histogram.counts.firstIndex(of: 1) == index, "\(bound)")
            histogram.record(milliseconds: bound + 1)
            #expect(histogram.counts[index + 1] == 1, "\(bound + 1)")
        }
    }

    @Test func `a sum that is full stays full, and differences of it are taken`() {
        var histogram = DurationHistogram(bounds: [10, 100])
        histogram.record(milliseconds: .max)
        let older = histogram
        // 56 years: the timestamp of a producer that writes seconds.
        histogram.record(milliseconds: 1_795_341_600_000)
        #expect(histogram.sum == .max)
        #expect(histogram.counts == [0, 0, 2])
        #expect(histogram.since(older).sum == 0)
        #expect(histogram.since(older).count == 1)
    }

    @Test func `a quantile lies within its bucket`() throws {
        var histogram = DurationHistogram(bounds: [10, 100])
        #expect(histogram.quantile(0.5) == nil)
        for _ in 0..<50 { histogram.record(milliseconds: 5) }
        for _ in 0..<50 { histogram.record(milliseconds: 50) }
        #expect(histogram.quantile(0.5) == 5)
        #expect((48...51).contains(try #require(histogram.quantile(0.75))))
        histogram.record(milliseconds: .max)
        #expect(histogram.quantile(1) == Double(1 << 30 - 1))
    }

    @Test func `after an outage no percentile is above the longest duration by more than a sixteenth`() throws {
        var histogram = DurationHistogram.forCommands
        for milliseconds in stride(from: Int64(0), through: 61_000, by: 100) {
            histogram.record(milliseconds: milliseconds)
        }
        #expect((60_000...61_500).contains(try #require(histogram.quantile(0.99))))
        #expect((29_000...32_000).contains(try #require(histogram.quantile(0.5))))
    }

    @Test func `one duration of any length is told to a sixteenth, by every quantile`() throws {
        var duration: Int64 = 1
        while duration < 1 << 30 {
            var histogram = DurationHistogram.forCommands
            histogram.record(milliseconds: duration)
            for share in [0.01, 0.5, 0.99, 1] {
                let error = abs(try #require(histogram.quantile(share)) - Double(duration))
                #expect(error <= max(1, Double(duration) / 16), "\(duration) ms at \(share)")
            }
            duration += max(1, duration / 7)
        }
    }

    @Test func `every bucket begins behind the one before`() {
        let buckets = DurationBuckets(bounds: DurationHistogram.forCommands.bounds)
        #expect(buckets.upperBounds.count < 500)
        for (index, bound) in buckets.upperBounds.enumerated() {
            #expect(buckets.bucket(of: bound) == index)
            #expect(buckets.bucket(of: bound + 1) == min(index + 1, buckets.upperBounds.count - 1))
        }
    }

    @Test func `a difference holds what was recorded between two states`() {
        var histogram = DurationHistogram.forCommands
        histogram.record(milliseconds: 7)
        let older = histogram
        histogram.record(milliseconds: 70)
        let difference = histogram.since(older)
        #expect(difference.count == 1)
        #expect(difference.sum == 70)
    }
}
