/// Reads one RFC 3339 date and time from the start of a text to its end.
struct RFC3339Scanner {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// Milliseconds since 1970, or nil when the text is not an RFC 3339 date and time.
    mutating func scan() -> Int64? {
        guard let year = digits(4), take(UInt8(ascii: "-")), let month = digits(2), take(UInt8(ascii: "-")),
            let day = digits(2), take(UInt8(ascii: "T")) || take(UInt8(ascii: "t")),
            let hour = digits(2), take(UInt8(ascii: ":")), let minute = digits(2), take(UInt8(ascii: ":")),
            let second = digits(2), hour < 24, minute < 60, second < 60
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        guard date.exists, let fraction = milliseconds(), let offset = offsetInMinutes(), index == bytes.count else {
            return nil
        }
        let minutes = date.daysSince1970 * 1_440 + hour * 60 + minute - offset
        return (minutes * 60 + second) * 1_000 + fraction
    }

    private mutating func milliseconds() -> Int64? {
        guard take(UInt8(ascii: ".")) else { return 0 }
        var fraction: Int64 = 0
        var count = 0
        while let digit = digits(1) {
            if count < 3 { fraction = fraction * 10 + digit }
            count += 1
        }
        guard count > 0 else { return nil }
        for _ in count..<max(count, 3) { fraction *= 10 }
        return fraction
    }

    private mutating func offsetInMinutes() -> Int64? {
        if take(UInt8(ascii: "Z")) || take(UInt8(ascii: "z")) { return 0 }
        let isNegative = take(UInt8(ascii: "-"))
        guard isNegative || take(UInt8(ascii: "+")), let hours = digits(2), take(UInt8(ascii: ":")),
            let minutes = digits(2),
            hours < 24, minutes < 60
        else { return nil }
        return (hours * 60 + minutes) * (isNegative ? -1 : 1)
    }

    private mutating func digits(_ count: Int) -> Int64? {
        guard index + count <= bytes.count else { return nil }
        var number: Int64 = 0
        for byte in bytes[index..<index + count] {
            guard byte &- UInt8(ascii: "0") < 10 else { return nil }
            number = number * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        index += count
        return number
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }
}
