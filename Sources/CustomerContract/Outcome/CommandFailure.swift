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
