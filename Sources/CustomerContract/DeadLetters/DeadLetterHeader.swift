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
