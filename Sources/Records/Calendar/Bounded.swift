/// Arithmetic on numbers that come from outside (timestamps, offsets, counts, rates): bounded by the type, where the
/// plain operators would end the process.
extension FixedWidthInteger {
    /// The sum, or the nearest number that the type holds.
    package func boundedSum(_ other: Self) -> Self {
        let (sum, overflow) = self.addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, or the nearest number that the type holds.
    package func boundedDifference(_ other: Self) -> Self {
        let (difference, overflow) = self.subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }

    /// The product with a positive factor, or the nearest number that the type holds.
    package func boundedProduct(_ factor: Self) -> Self {
        let (product, overflow) = self.multipliedReportingOverflow(by: factor)
        return overflow ? (self < 0 ? .min : .max) : product
    }

    /// The nearest whole number that the type holds; 0 for what is no number.
    package init(nearest value: Double) {
        let rounded = value.rounded()
        if let exact = Self(exactly: rounded) {
            self = exact
        } else {
            self = rounded > 0 ? .max : rounded < 0 ? .min : 0
        }
    }
}

extension Duration {
    /// A span from seconds, at most a thousand years; zero for what is no number or below zero.
    package init(boundedSeconds seconds: Double) {
        self = seconds > 0 ? .seconds(min(seconds, 31_557_600_000)) : .zero
    }

    /// Whole milliseconds, rounded toward zero and bounded to what `Int64` holds.
    package var boundedMilliseconds: Int64 {
        let (seconds, attoseconds) = self.components
        return seconds.boundedProduct(1_000).boundedSum(attoseconds / 1_000_000_000_000_000)
    }
    /// Whole milliseconds, rounded up and bounded to what C's `int` holds: a timeout of a library.
    package var wholeMilliseconds: Int32 {
        let (seconds, attoseconds) = self.components
        let fraction = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(clamping: seconds.boundedProduct(1_000).boundedSum(fraction))
    }

    /// Whole nanoseconds, rounded toward zero and bounded to 292 years.
    package var boundedNanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        return seconds.boundedProduct(1_000_000_000).boundedSum(attoseconds / 1_000_000_000)
    }
}
