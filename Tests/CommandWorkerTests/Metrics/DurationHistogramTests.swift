import CommandWorker
import Testing

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

    @Test func `a quantile lies within its bucket, and beyond the last bound it is the last bound`() throws {
        var histogram = DurationHistogram(bounds: [10, 100])
        #expect(histogram.quantile(0.5) == nil)
        for _ in 0..<50 { histogram.record(milliseconds: 5) }
        for _ in 0..<50 { histogram.record(milliseconds: 50) }
        #expect(histogram.quantile(0.5) == 10)
        #expect(histogram.quantile(0.75) == 55)
        #expect(histogram.quantile(1) == 100)
        histogram.record(milliseconds: 5_000)
        #expect(histogram.quantile(1) == 100)
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
