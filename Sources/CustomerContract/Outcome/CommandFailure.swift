public import JSON

/// Why a command failed, in words and for programs.
///
/// The message is written for the developer of the producer: which field, what shape was found, what is expected, what
/// to do. It never repeats a value, since values are people's names and addresses.
public struct CommandFailure: Sendable, Hashable, Error {
    /// The reason for programs.
    public let code: ErrorCode
    /// The reason for people, one or a few sentences.
    public let message: String
    /// Whether the same command may succeed later without being changed.
    public let retryable: Bool
    /// The HTTP status of Flexprice's answer, or for a command refused before it was sent the one that Flexprice would
    /// answer it with; nil when there is none.
    public let httpStatus: Int?
    /// More for programs, such as one sentence per failing field; nil when there is no more.
    public let details: JSONObject?

    /// A failure with its parts; `retryable` follows from the code unless it is given.
    public init(
        code: ErrorCode,
        message: String,
        retryable: Bool? = nil,
        httpStatus: Int? = nil,
        details: JSONObject? = nil
    ) {
        self.code = code
        self.message = message
        self.retryable = retryable ?? code.isRetryable
        self.httpStatus = httpStatus
        self.details = details
    }
}

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
    /// Flexprice refused the command permanently.
    case rejected
    /// Transient failures outlasted the time allowed for retries.
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
