import Records

/// A duration as settings write it: a whole number and `ms`, `s`, `m` or `h`.
package enum DurationText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]

    /// Reads `250ms`, `30s`, `2m` or `168h`; nil for anything else, so also for a number without a unit.
    package static func parse(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let suffix = text.dropFirst(digits.count)
        guard let unit = Self.units.first(where: { $0.name == suffix }), let count = Int64(digits) else { return nil }
        let product = count.multipliedReportingOverflow(by: unit.milliseconds)
        return product.overflow ? nil : .milliseconds(product.partialValue)
    }

    /// The largest unit that needs no fraction; what is finer than a millisecond is cut off.
    package static func text(_ duration: Duration) -> String {
        let milliseconds = duration.boundedMilliseconds
        guard milliseconds < .max else { return "\(duration.components.seconds)s" }
        guard milliseconds != 0 else { return "0s" }
        let unit = Self.units.first { milliseconds.isMultiple(of: $0.milliseconds) } ?? ("ms", 1)
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }
}

/// A number of bytes as settings write it: `256KiB`, `64MiB`, `1GiB` or plain bytes.
enum ByteText {
    private static let units: [(name: String, bytes: Int)] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]

    /// Reads `256KiB`, `64MiB`, `1GiB`, `512B` or `512`; nil for anything else.
    ///
    /// `KB` and `MB` are refused on purpose: readers disagree on whether they mean 1,000 or 1,024.
    static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let suffix = text.dropFirst(digits.count)
        let unit = suffix.isEmpty || suffix == "B" ? 1 : Self.units.first { $0.name == suffix }?.bytes
        guard let unit, let count = Int(digits) else { return nil }
        let product = count.multipliedReportingOverflow(by: unit)
        return product.overflow ? nil : product.partialValue
    }

    /// The largest unit that needs no fraction.
    static func text(_ bytes: Int) -> String {
        let unit = Self.units.last { bytes > 0 && bytes.isMultiple(of: $0.bytes) }
        return unit.map { "\(bytes / $0.bytes)\($0.name)" } ?? "\(bytes)"
    }
}
