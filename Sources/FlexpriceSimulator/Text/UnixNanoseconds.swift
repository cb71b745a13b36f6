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
        let date = CivilDate(daysSinceEpoch: Int((value - value.modulo(86_400_000_000_000)) / 86_400_000_000_000))
        let ofDay = Int(value.modulo(86_400_000_000_000))
        let seconds = ofDay / 1_000_000_000
        var text: [UInt8] = []
        text.reserveCapacity(30)
        append(date.year, width: 4, to: &text)
        text.append(UInt8(ascii: "-"))
        append(date.month, width: 2, to: &text)
        text.append(UInt8(ascii: "-"))
        append(date.day, width: 2, to: &text)
        text.append(UInt8(ascii: "T"))
        append(seconds / 3600, width: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(seconds / 60 % 60, width: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(seconds % 60, width: 2, to: &text)
        let fraction = ofDay % 1_000_000_000
        if fraction > 0 {
            text.append(UInt8(ascii: "."))
            append(fraction, width: 9, to: &text)
            while text.last == UInt8(ascii: "0") { text.removeLast() }
        }
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    /// The text of an HTTP date (RFC 9110, section 5.6.7), whole seconds.
    var httpDate: String {
        let days = Int((value - value.modulo(86_400_000_000_000)) / 86_400_000_000_000)
        let date = CivilDate(daysSinceEpoch: days)
        let seconds = Int(value.modulo(86_400_000_000_000) / 1_000_000_000)
        var text: [UInt8] = Array("\(date.weekdayName), ".utf8)
        append(date.day, width: 2, to: &text)
        text += Array(" \(date.monthName) ".utf8)
        append(date.year, width: 4, to: &text)
        text.append(UInt8(ascii: " "))
        append(seconds / 3600, width: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(seconds / 60 % 60, width: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(seconds % 60, width: 2, to: &text)
        text += Array(" GMT".utf8)
        return String(decoding: text, as: UTF8.self)
    }

    private func append(_ number: Int, width: Int, to text: inout [UInt8]) {
        let start = text.count
        var rest = number
        for _ in 0..<width {
            text.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        text[start...].reverse()
    }
}

extension Int64 {
    /// The remainder that is never negative.
    fileprivate func modulo(_ divisor: Int64) -> Int64 {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
