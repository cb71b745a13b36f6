import Records

/// A moment as nanoseconds since 1970-01-01T00:00:00Z.
package struct UnixNanoseconds: Sendable, Hashable, Comparable {
    /// Nanoseconds since the epoch; enough until the year 2262.
    package let value: Int64

    /// Makes the moment `value` nanoseconds after the epoch.
    package init(_ value: Int64) {
        self.value = value
    }

    package static func < (left: UnixNanoseconds, right: UnixNanoseconds) -> Bool { left.value < right.value }

    /// The same moment as PostgreSQL keeps it: rounded to microseconds.
    var roundedToMicroseconds: UnixNanoseconds {
        let down = value - value.modulo(1000)
        return UnixNanoseconds(value.modulo(1000) >= 500 ? down + 1000 : down)
    }

    /// The text of Go's `time.RFC3339Nano` in UTC: up to nine digits of fraction, without trailing zeros.
    var rfc3339: String {
        let nanoseconds = value.modulo(1_000_000_000)
        let second = UnixMilliseconds((value - nanoseconds) / 1_000_000).description.dropLast(5)
        guard nanoseconds > 0 else { return "\(second)Z" }
        var fraction = String(1_000_000_000 + nanoseconds).dropFirst()
        while fraction.utf8.last == UInt8(ascii: "0") { fraction.removeLast() }
        return "\(second).\(fraction)Z"
    }

    /// The text of an HTTP date (RFC 9110, section 5.6.7), whole seconds.
    var httpDate: String {
        HTTPDate.text((value - value.modulo(1_000_000_000)) / 1_000_000_000)
    }
}

extension Int64 {
    /// The remainder that is never negative.
    fileprivate func modulo(_ divisor: Int64) -> Int64 {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
