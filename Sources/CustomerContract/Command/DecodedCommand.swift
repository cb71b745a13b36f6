/// What became of a message at reading: a command to carry out, or the failure it deserves.
public enum DecodedCommand: Sendable {
    /// A command that obeys every rule.
    case command(CreateCustomerCommand)
    /// A message that is to be answered with a failure, without asking anybody else.
    case refused(CommandContext, CommandFailure)

    /// What is known of the command in both cases.
    public var context: CommandContext {
        switch self {
        case .command(let command): command.context
        case .refused(let context, _): context
        }
    }
}
