import Records

/// A moment as nanoseconds since 1970-01-01T00:00:00Z.
package struct UnixNanoseconds: Sendable, Hashable, Comparable {
    /// Nanoseconds since the epoch; enough until the year 2262.
    package let value: Int64

    package init(_ value: Int64) {
        self.value = value
    }

    package static func < (left: UnixNanoseconds, right: UnixNanoseconds) -> Bool { left.value < right.value }

    /// The moment that is `duration` later, of which at most a century counts in either direction.
    func advanced(by duration: Duration) -> UnixNanoseconds {
        let century: Int64 = 3_155_760_000
        let (seconds, attoseconds) = duration.components
        let nanoseconds = min(max(seconds, -century), century) * 1_000_000_000 + attoseconds / 1_000_000_000
        return UnixNanoseconds(self.value.boundedSum(nanoseconds))
    }

    /// The same moment as PostgreSQL keeps it: rounded to microseconds.
    var roundedToMicroseconds: UnixNanoseconds {
        let rest = self.value.modulo(1_000)
        return UnixNanoseconds(self.value - rest + (rest >= 500 ? 1_000 : 0))
    }

    /// The text of Go's `time.RFC3339Nano` in UTC: up to nine digits of fraction, without trailing zeros.
    var rfc3339: String {
        let nanoseconds = self.value.modulo(1_000_000_000)
        let second = UnixMilliseconds((self.value - nanoseconds) / 1_000_000).description.dropLast(5)
        guard nanoseconds > 0 else { return "\(second)Z" }
        var fraction = String(1_000_000_000 + nanoseconds).dropFirst()
        while fraction.utf8.last == UInt8(ascii: "0") { fraction.removeLast() }
        return "\(second).\(fraction)Z"
    }

    /// The text of an HTTP date (RFC 9110, section 5.6.7), whole seconds.
    var httpDate: String {
        HTTPDate.text((self.value - self.value.modulo(1_000_000_000)) / 1_000_000_000)
    }
}

/// Universally unique, lexicographically sortable identifiers: 26 characters of Crockford's base 32.
enum ULID {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// Makes an identifier from the time and 80 random bits.
    static func make(at time: UnixNanoseconds) -> String {
        var generator = SystemRandomNumberGenerator()
        return self.make(milliseconds: UInt64(max(0, time.value / 1_000_000)), using: &generator)
    }

    /// Makes an identifier from the low 48 bits of `milliseconds` and 80 bits of `generator`.
    static func make(milliseconds: UInt64, using generator: inout some RandomNumberGenerator) -> String {
        // 128 bits are 26 digits of five bits; the first digit holds the three highest.
        var bits = UInt128(milliseconds) << 80 | UInt128(generator.next() & 0xFFFF as UInt64) << 64
        bits |= UInt128(generator.next() as UInt64)
        let digits = stride(from: 125, through: 0, by: -5).map { Self.alphabet[Int(bits >> UInt128($0) & 31)] }
        return String(decoding: digits, as: UTF8.self)
    }
}

extension Int64 {
    /// The remainder that is never negative.
    fileprivate func modulo(_ divisor: Int64) -> Int64 {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
