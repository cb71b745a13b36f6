/// Why a command failed: the closed list that programs decide by.
///
/// The raw values are part of the wire format, in `error.code` of a result and in `dlq-error-code` of a dead letter.
public enum ErrorCode: String, Sendable, Hashable, CaseIterable {
    /// The value is not one JSON object, or not acceptable as text.
    case invalidJSON = "invalid_json"
    /// The value starts with the frame of a schema registry.
    case schemaFramedPayload = "schema_framed_payload"
    /// The value is larger than the configured bound.
    case payloadTooLarge = "payload_too_large"
    /// At least one field breaks a rule.
    case invalidCommand = "invalid_command"
    /// The external_id was created by an earlier command with another payload.
    case idempotencyConflict = "idempotency_conflict"
    /// Flexprice has a customer of that external_id that does not agree with the command.
    case alreadyExists = "already_exists"
    /// Flexprice refused the command for good.
    case rejected
    /// Passing failures outlasted the time allowed for retries.
    case retriesExhausted = "retries_exhausted"

    /// Whether the same command may succeed later without being changed.
    public var isRetryable: Bool {
        switch self {
        case .retriesExhausted: true
        case .invalidJSON, .schemaFramedPayload, .payloadTooLarge, .invalidCommand, .idempotencyConflict,
            .alreadyExists,
            .rejected:
            false
        }
    }
}
