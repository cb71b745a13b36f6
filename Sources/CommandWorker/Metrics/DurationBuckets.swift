/// The buckets of a ``DurationHistogram``: as wide as a sixteenth of what they hold, with the bounds of a metric among
/// their own.
///
/// Below 32 ms each millisecond has a bucket. From there to 2^30 ms, twelve days, sixteen of equal width divide each
/// doubling, and what is longer is in the last one. A bucket is found by the position of the duration's highest bit,
/// without a search. One in which a bound of the metric lies is split in two there, so that counts for the metric are
/// exact.
struct DurationBuckets: Sendable, Hashable {
    /// Buckets in each doubling, as a power of two.
    private static let precision = 4
    /// The first duration that only the last bucket holds, as a power of two.
    private static let range = 30

    /// A bucket before it is split: where its counts are, and the bound within it, if there is one.
    private struct Slot: Hashable {
        let bucket: Int
        let split: Int64
    }

    private let slots: [Slot]
    /// The longest duration in each bucket, in milliseconds, ascending.
    let upperBounds: [Int64]
    /// For each of the metric's bounds the bucket that ends with it.
    let boundaries: [Int]

    /// - Parameter bounds: of the metric, in milliseconds; ascending, positive, below 2^30, and no two of them in one
    ///   bucket before it is split.
    init(bounds: [Int64]) {
        var slots: [Slot] = []
        var upperBounds: [Int64] = []
        let count = (Self.range - Self.precision + 1) << Self.precision
        for index in 0..<count {
            let upperBound = Self.upperBound(of: index)
            let split = bounds.first { $0 > upperBounds.last ?? -1 && $0 < upperBound }
            slots.append(Slot(bucket: upperBounds.count, split: split ?? .max))
            if let split { upperBounds.append(split) }
            upperBounds.append(upperBound)
        }
        self.slots = slots
        self.upperBounds = upperBounds
        self.boundaries = bounds.compactMap { upperBounds.firstIndex(of: $0) }
    }

    /// Where a duration is counted; it is not negative.
    func bucket(of milliseconds: Int64) -> Int {
        // Those below 32 have the exponent of 31, and are their own index.
        let exponent = Int64.bitWidth - 1 - (milliseconds | (1 << (Self.precision + 1) - 1)).leadingZeroBitCount
        let shift = exponent - Self.precision
        let index = shift << Self.precision + Int(milliseconds >> Int64(shift))
        let slot = self.slots[min(index, self.slots.count - 1)]
        return milliseconds > slot.split ? slot.bucket + 1 : slot.bucket
    }

    private static func upperBound(of index: Int) -> Int64 {
        let shift = max(0, index >> Self.precision - 1)
        return Int64(index - shift << Self.precision + 1) << Int64(shift) - 1
    }
}
