public import CustomerContract

/// What an answer of the backend means: a closed set.
public enum BackendAnswer: Sendable {
    /// The customer is there: made by this request, or there already and in agreement with the command.
    case created(CreatedOutcome, CustomerDocument)
    /// The backend refused this command for good.
    case failed(CommandFailure)
    /// A failure that passes.
    case transient(PassingFailure)
    /// A failure that every command would meet now, whatever it holds: a wrong key, a wrong address.
    case systemic(reason: String, message: String)
}

/// A failure that passes, or that is not known not to.
public struct PassingFailure: Sendable {
    /// What it says of other commands.
    public enum Sign: Sendable, Hashable {
        /// Nothing by itself.
        case none
        /// The backend wants fewer requests from everybody.
        case overload
        /// Nothing was sent, since nobody is there: no command's own fault.
        case unreachable
        /// The request was sent, and nothing came back in time, or not the whole of it.
        case silence
    }

    /// A bounded word, fit for a metric label.
    public var reason: String
    /// What the command ends with when time runs out.
    public var failure: CommandFailure
    /// How long the backend asked to wait.
    public var after: Duration?
    /// Whether the request may have been carried out all the same.
    public var isInDoubt: Bool
    /// What it says of other commands.
    public var sign: Sign

    /// Describes a failure.
    public init(
        reason: String,
        failure: CommandFailure,
        after: Duration? = nil,
        isInDoubt: Bool = false,
        sign: Sign = .none
    ) {
        self.reason = reason
        self.failure = failure
        self.after = after
        self.isInDoubt = isInDoubt
        self.sign = sign
    }
}
