/// What is known of a command whatever becomes of it: enough to answer it, to dead-letter it and to find it again.
public struct CommandContext: Sendable {
    /// The record as it came.
    public let message: CommandMessage
    /// The command's id.
    public let id: CommandID
    /// The customer it is about; nil when the command has no usable one.
    public let externalID: ExternalID?
    /// What its producer wants to find again on the reply, and where.
    public let correlation: ReplyCorrelation
    /// The trace it belongs to, if any.
    public let trace: TraceContext?

    /// A context with its parts; `CommandReader` makes them from a message.
    public init(
        message: CommandMessage,
        id: CommandID,
        externalID: ExternalID?,
        correlation: ReplyCorrelation = ReplyCorrelation(),
        trace: TraceContext? = nil
    ) {
        self.message = message
        self.id = id
        self.externalID = externalID
        self.correlation = correlation
        self.trace = trace
    }
}
