/// A duration as settings write it: a whole number and `ms`, `s`, `m` or `h`.
package enum DurationText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]

    /// Reads `250ms`, `30s`, `2m` or `168h`; nil for anything else, so also for a number without a unit.
    package static func parse(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let suffix = text.dropFirst(digits.count)
        guard let unit = units.first(where: { $0.name == suffix }), let count = Int64(digits) else { return nil }
        let product = count.multipliedReportingOverflow(by: unit.milliseconds)
        return product.overflow ? nil : .milliseconds(product.partialValue)
    }

    /// The largest unit that needs no fraction; what is finer than a millisecond is cut off.
    static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let scaled = seconds.multipliedReportingOverflow(by: 1_000)
        guard !scaled.overflow else { return "\(seconds)s" }
        let milliseconds = scaled.partialValue + attoseconds / 1_000_000_000_000_000
        guard milliseconds != 0 else { return "0s" }
        let unit = units.first { milliseconds.isMultiple(of: $0.milliseconds) } ?? ("ms", 1)
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }
}
