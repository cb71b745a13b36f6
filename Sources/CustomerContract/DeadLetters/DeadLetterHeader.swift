public import Records

/// The headers that a dead letter carries besides those of its command; all values are text.
///
/// The `__dlq.errors.*` names are those of KIP-1191.
public enum DeadLetterHeader: String, Sendable, Hashable, CaseIterable {
    /// The topic of the command.
    case topic = "__dlq.errors.topic"
    /// The partition of the command.
    case partition = "__dlq.errors.partition"
    /// The offset of the command.
    case offset = "__dlq.errors.offset"
    /// The consumer group that gave it up.
    case group = "__dlq.errors.group"
    /// How many times it has become a dead letter, this time included.
    case deliveryCount = "__dlq.errors.delivery.count"
    /// Why, in words; at most 1 KiB.
    case message = "__dlq.errors.message"
    /// Why, as an `ErrorCode`.
    case code = "dlq-error-code"
    /// Whether the same command may succeed later: `true` or `false`.
    case retryable = "dlq-error-retryable"
    /// When it first became a dead letter, RFC 3339.
    case firstFailedAt = "dlq-first-failed-at"
    /// When it became one this time, RFC 3339.
    case lastFailedAt = "dlq-last-failed-at"
    /// How many times it was sent back to the command topic; counted up by the redrive, only kept here.
    case redriveCount = "dlq-redrive-count"
    /// The command's id.
    case commandID = "dlq-command-id"

    /// The header's name.
    public var name: HeaderName { HeaderName(rawValue) }

    /// The header of that name, compared byte for byte; nil when the name is none of ours.
    public init?(name: HeaderName) {
        // The literal comparison of `init(rawValue:)` would take canonically equivalent names too.
        guard name.text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        self.init(rawValue: name.text)
    }
}

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
