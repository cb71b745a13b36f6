import CustomerContract
import Records

/// How often durations fell below each of a fixed row of bounds: a plain value, cheap enough for every command.
///
/// Counts only grow. Recording neither allocates nor looks anything up but the bound.
package struct DurationHistogram: Sendable, Hashable {
    /// Upper bounds in milliseconds, ascending; what is above the last one is in one more count.
    package let bounds: [Int64]
    /// How many durations were at most the bound and above the one before; one more than there are bounds.
    package private(set) var counts: [Int]
    /// The sum of all durations, in milliseconds; it stays at the largest number that it can hold.
    ///
    /// A producer that writes seconds into its timestamps gives durations of 56 years, and five million of them are too
    /// much.
    package private(set) var sum: Int64 = 0

    /// An empty histogram; `bounds` are in milliseconds and ascend.
    package init(bounds: [Int64]) {
        self.bounds = bounds
        self.counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// How many durations were recorded.
    package var count: Int { self.counts.reduce(0, +) }

    /// Records a duration; one below zero, from clocks that disagree, counts as zero.
    package mutating func record(milliseconds: Int64) {
        let duration = max(milliseconds, 0)
        // Most are short, and the row has twenty bounds: a search from the front beats halving.
        let index = self.bounds.firstIndex { duration <= $0 } ?? self.bounds.count
        self.counts[index] += 1
        self.sum = self.sum.boundedSum(duration)
    }

    /// What was recorded since an older state of the same histogram.
    package func since(_ older: DurationHistogram) -> DurationHistogram {
        guard older.bounds == self.bounds else { return self }
        var difference = self
        difference.sum -= older.sum
        for index in difference.counts.indices { difference.counts[index] -= older.counts[index] }
        return difference
    }

    /// An estimate of a quantile in milliseconds, even within a bucket; `nil` when nothing was recorded.
    ///
    /// What lies above the last bound is taken for the last bound, as Prometheus does.
    package func quantile(_ share: Double) -> Double? {
        let total = self.count
        guard total > 0 else { return nil }
        let rank = share * Double(total)
        var below = 0
        for (index, bound) in self.bounds.enumerated() {
            let within = self.counts[index]
            if within > 0, Double(below + within) >= rank {
                let lower = index == 0 ? 0 : Double(self.bounds[index - 1])
                return lower + (Double(bound) - lower) * max(0, rank - Double(below)) / Double(within)
            }
            below += within
        }
        return self.bounds.last.map { Double($0) }
    }
}

extension DurationHistogram {
    /// For commands: from the few milliseconds of one Kafka transaction to the hours that an outage of the API may
    /// take.
    package static var forCommands: DurationHistogram {
        DurationHistogram(bounds: [
            5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000,
        ])
    }
}
