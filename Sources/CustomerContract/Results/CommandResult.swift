public import Records

/// What a command came to, ready to be published.
public struct CommandResult: Sendable {
    /// The command.
    public let context: CommandContext
    /// Its final state.
    public let outcome: CommandOutcome
    /// How many requests were made to the API for it, look-ups and updates among them; 0 when nobody was asked.
    public let attempts: Int
    /// Of a created result the fields that were sent and that the server does not give back, so that nothing is known
    /// of them.
    public let unverified: [String]
    /// When it reached that state.
    public let completedAt: UnixMilliseconds

    /// A result with its parts.
    public init(
        context: CommandContext,
        outcome: CommandOutcome,
        attempts: Int,
        completedAt: UnixMilliseconds,
        unverified: [String] = []
    ) {
        self.context = context
        self.outcome = outcome
        self.attempts = attempts
        self.completedAt = completedAt
        self.unverified = unverified
    }
}
