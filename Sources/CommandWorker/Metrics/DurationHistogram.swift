import CustomerContract
import Records

/// How often durations fell into each of a fixed row of buckets: a plain value, cheap enough for every command.
///
/// Counts only grow. Recording neither allocates nor searches. It has two readers: a metric with few bounds, whose
/// counts are exact, and percentiles, which are off by a sixteenth at most. It takes four kilobytes.
package struct DurationHistogram: Sendable, Hashable {
    /// Upper bounds of the metric in milliseconds, ascending; what is above the last one is in one more count.
    package let bounds: [Int64]
    private let buckets: DurationBuckets
    private var tallies: [Int]
    /// The sum of all durations, in milliseconds; it stays at the largest number that it can hold.
    ///
    /// A producer that writes seconds into its timestamps gives durations of 56 years, and five million of them are too
    /// much.
    package private(set) var sum: Int64 = 0

    /// An empty histogram; `bounds` are in milliseconds and ascend, each at least an eighth above the one before.
    package init(bounds: [Int64]) {
        self.bounds = bounds
        self.buckets = DurationBuckets(bounds: bounds)
        self.tallies = Array(repeating: 0, count: self.buckets.upperBounds.count)
    }

    /// How many durations were recorded.
    package var count: Int { self.tallies.reduce(0, +) }

    /// How many durations were at most the bound and above the one before; one more than there are bounds.
    package var counts: [Int] {
        var start = 0
        let within = self.buckets.boundaries.map { end in
            defer { start = end + 1 }
            return self.tallies[start...end].reduce(0, +)
        }
        return within + [self.tallies[start...].reduce(0, +)]
    }

    /// Records a duration; one below zero, from clocks that disagree, counts as zero.
    package mutating func record(milliseconds: Int64) {
        let duration = max(milliseconds, 0)
        self.tallies[self.buckets.bucket(of: duration)] += 1
        self.sum = self.sum.boundedSum(duration)
    }

    /// What was recorded since an older state of the same histogram.
    package func since(_ older: DurationHistogram) -> DurationHistogram {
        guard older.bounds == self.bounds else { return self }
        var difference = self
        difference.sum -= older.sum
        for index in difference.tallies.indices { difference.tallies[index] -= older.tallies[index] }
        return difference
    }

    /// An estimate of a quantile in milliseconds, even within a bucket; `nil` when nothing was recorded.
    ///
    /// It is off by a sixteenth at most, and by a millisecond. What is longer than twelve days is taken for that.
    package func quantile(_ share: Double) -> Double? {
        let total = self.count
        guard total > 0 else { return nil }
        let rank = share * Double(total)
        var below = 0
        var lower = 0.0
        for (bound, within) in zip(self.buckets.upperBounds, self.tallies) {
            if within > 0, Double(below + within) >= rank {
                return lower + (Double(bound) - lower) * max(0, rank - Double(below)) / Double(within)
            }
            below += within
            lower = Double(bound)
        }
        return lower
    }
}

extension DurationHistogram {
    /// For commands: the metric's bounds go from the few milliseconds of one Kafka transaction to the hours that an
    /// outage of the API may take.
    package static let forCommands = DurationHistogram(bounds: [
        5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000,
    ])
}
