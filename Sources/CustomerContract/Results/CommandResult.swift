/// What a command came to, ready to be published.
public struct CommandResult: Sendable {
    /// The command.
    public let context: CommandContext
    /// Its final state.
    public let outcome: CommandOutcome
    /// How many requests were made to the API for it; 0 when nobody was asked.
    public let attempts: Int
    /// When it reached that state.
    public let completedAt: UnixMilliseconds

    /// A result with its parts.
    public init(context: CommandContext, outcome: CommandOutcome, attempts: Int, completedAt: UnixMilliseconds) {
        self.context = context
        self.outcome = outcome
        self.attempts = attempts
        self.completedAt = completedAt
    }
}
