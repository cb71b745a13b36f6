package import Records

/// What a command that comes back remembers of having been a dead letter.
///
/// Anybody can write these headers, so what does not read as it should counts as absent.
package struct EarlierDeadLetter {
    /// How many times it was one; 0 to 999,999,999.
    package private(set) var deliveryCount = 0
    /// How many times it was sent back; 0 to 999,999,999.
    package private(set) var redriveCount = 0
    /// When it first was one.
    package private(set) var firstFailedAt: UnixMilliseconds?

    /// Reads what the headers tell; the last of a repeated name counts.
    package init(_ headers: RecordHeaders) {
        for header in headers {
            guard let name = DeadLetterHeader(name: header.name), let value = header.value, value.count <= 64 else {
                continue
            }
            switch name {
            case .deliveryCount: deliveryCount = Self.count(value) ?? deliveryCount
            case .redriveCount: redriveCount = Self.count(value) ?? redriveCount
            case .firstFailedAt:
                firstFailedAt = UnixMilliseconds(parsing: String(decoding: value, as: UTF8.self)) ?? firstFailedAt
            case .topic, .partition, .offset, .group, .message, .code, .retryable, .lastFailedAt, .commandID: break
            }
        }
    }

    private static func count(_ digits: [UInt8]) -> Int? {
        guard (1...9).contains(digits.count) else { return nil }
        var count = 0
        for digit in digits {
            guard digit &- UInt8(ascii: "0") < 10 else { return nil }
            count = count * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return count
    }
}
