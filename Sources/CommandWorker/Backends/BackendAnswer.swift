package import CustomerContract

/// What an answer of the backend means: a closed set.
package enum BackendAnswer: Sendable {
    /// The customer is there: made by this request, or there already and in agreement with the command.
    ///
    /// `unverified` names the fields that the command sent and the backend does not give back.
    case created(CreatedOutcome, CustomerDocument, unverified: [String] = [])
    /// The customer that is remembered of the command's id is not archived; nothing was made.
    case unchanged
    /// The backend refused this command permanently; with a signature when its answer said why.
    case failed(CommandFailure, refusal: RefusalSignature? = nil)
    /// A failure that passes.
    case transient(PassingFailure)
    /// A failure that other commands would meet now as well, as far as its scope says: a wrong key, a wrong address.
    case systemic(reason: String, message: String, scope: SystemicScope)
}

/// Which commands a systemic failure concerns, as far as the answer tells.
package enum SystemicScope: String, Sendable, Hashable, CaseIterable {
    /// Every command, whatever it holds.
    case allCommands = "all_commands"
    /// Every command, unless another one is served meanwhile; a request that makes nothing may be served all the same.
    case unlessServed = "unless_served"
    /// Perhaps this command alone: a content filter in front of the API answers so to what one request holds.
    case perhapsOne = "perhaps_one"
}

/// What one permanent refusal has in common with another: status, code and message of the answer.
///
/// Commands of distinct external_ids that get equal signatures, with no success between, meet a refusal that is not
/// theirs.
package struct RefusalSignature: Sendable, Hashable, CustomStringConvertible {
    /// The longest code and message, in bytes; what goes beyond is cut.
    package static let maximumBytes = 256

    /// The HTTP status.
    package let status: Int
    /// The backend's code; empty without one.
    package let code: String
    /// The backend's message; empty without one.
    package let message: String

    /// Status, code and message in one line.
    package var description: String { "status \(self.status) (\(self.code): \(self.message))" }

    /// Cuts code and message to ``maximumBytes``.
    package init(status: Int, code: String?, message: String?) {
        self.status = status
        self.code = (code ?? "").cut(toBytes: Self.maximumBytes)
        self.message = (message ?? "").cut(toBytes: Self.maximumBytes)
    }
}

/// A failure that passes, or that is not known not to.
package struct PassingFailure: Sendable {
    /// What it says of other commands.
    package enum Sign: Sendable, Hashable {
        /// Nothing by itself.
        case none
        /// The backend wants fewer requests from all callers.
        case overload
        /// Nothing was sent, since the backend is unreachable: no command's own fault.
        case unreachable
        /// The request was sent, and nothing came back in time, or not the whole of it.
        case silence
    }

    /// A bounded word, fit for a metric label.
    package var reason: String
    /// What happened, for people: the answer's status and words, without a word on what becomes of the command.
    package var message: String
    /// What the command ends with when time runs out.
    package var failure: CommandFailure
    /// How long the backend asked to wait.
    package var after: Duration?
    /// Whether the request may have been carried out all the same.
    package var isInDoubt: Bool
    /// What it says of other commands.
    package var sign: Sign

    /// Describes a failure.
    package init(
        reason: String,
        message: String? = nil,
        failure: CommandFailure,
        after: Duration? = nil,
        isInDoubt: Bool = false,
        sign: Sign = .none
    ) {
        self.reason = reason
        self.message = message ?? failure.message
        self.failure = failure
        self.after = after
        self.isInDoubt = isInDoubt
        self.sign = sign
    }
}
