extension ValueKind where Value == Duration {
    /// A duration within bounds, both included.
    static func duration(_ bounds: ClosedRange<Duration>) -> Self {
        let (least, most) = (DurationText.text(bounds.lowerBound), DurationText.text(bounds.upperBound))
        return scalar(
            "a duration from \(least) to \(most), written like 250ms, 30s, 2m or 1h",
            text: DurationText.text
        ) { written in
            DurationText.parse(written).flatMap { bounds.contains($0) ? $0 : nil }
        }
    }
}

extension ValueKind where Value == ByteCount {
    /// A number of bytes within bounds, both included.
    static func byteCount(_ bounds: ClosedRange<ByteCount>) -> Self {
        scalar("a size from \(bounds.lowerBound) to \(bounds.upperBound), written like 256KiB, 64MiB or 65536") {
            ByteCount(parsing: $0).flatMap { bounds.contains($0) ? $0 : nil }
        }
    }
}

extension ValueKind where Value == Int {
    /// A whole number within bounds, both included.
    static func integer(_ bounds: ClosedRange<Int>) -> Self {
        scalar("a whole number from \(bounds.lowerBound) to \(bounds.upperBound)") {
            Int($0).flatMap { bounds.contains($0) ? $0 : nil }
        }
    }
}

extension ValueKind where Value == Double {
    /// A number within bounds, both included; printed without a needless fraction.
    static func number(_ bounds: ClosedRange<Double>, of what: String = "a number") -> Self {
        scalar("\(what) from \(plain(bounds.lowerBound)) to \(plain(bounds.upperBound))", text: plain) { written in
            // Double's own reader also takes "nan", "inf" and hexadecimal.
            let isPlain =
                !written.isEmpty && written.allSatisfy { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }
            guard isPlain, let value = Double(written), bounds.contains(value) else { return nil }
            return value
        }
    }

    @Sendable private static func plain(_ value: Double) -> String {
        Int(exactly: value).map { "\($0)" } ?? "\(value)"
    }
}

extension ValueKind where Value == ConcurrencyLimit {
    /// A whole number within bounds, or `auto`.
    static func concurrency(_ bounds: ClosedRange<Int>) -> Self {
        scalar("a whole number from \(bounds.lowerBound) to \(bounds.upperBound), or auto") { written in
            if written == "auto" { return .auto }
            return Int(written).flatMap { bounds.contains($0) ? .fixed($0) : nil }
        }
    }
}
