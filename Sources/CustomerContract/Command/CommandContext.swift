public import Records

/// What is known of a command whatever becomes of it: enough to answer it, to dead-letter it and to find it again.
public struct CommandContext: Sendable {
    /// One reference to everything, as it goes from the command to its result and its dead letter.
    @usableFromInline let parts: Parts

    /// The record as it came.
    @inlinable public var message: KafkaRecord { self.parts.message }
    /// The command's id.
    @inlinable public var id: CommandID { self.parts.id }
    /// The customer it is about; nil when the command has no usable one.
    @inlinable public var externalID: ExternalID? { self.parts.externalID }
    /// What the command had in the place of a usable external_id, if that was one string, cut at 1,024 bytes: enough
    /// for its producer to match the result.
    @inlinable public var brokenID: ExternalID? { self.parts.brokenID }
    /// The id that results name: the usable one, or what was there in its place.
    @inlinable public var statedID: ExternalID? { self.parts.externalID ?? self.parts.brokenID }
    /// Sentences for the producer's developer about what is odd and refuses nothing.
    @inlinable public var warnings: [String] { self.parts.warnings }
    /// What its producer wants to find again on the reply, and where.
    @inlinable public var correlation: ReplyCorrelation { self.parts.correlation }
    /// The trace it belongs to, if any.
    @inlinable public var trace: TraceContext? { self.parts.trace }

    /// A context with its parts; `CommandReader` makes them from a message.
    public init(
        message: KafkaRecord,
        id: CommandID,
        externalID: ExternalID?,
        correlation: ReplyCorrelation = ReplyCorrelation(),
        trace: TraceContext? = nil,
        brokenID: ExternalID? = nil,
        warnings: [String] = []
    ) {
        self.parts = Parts(message, id, externalID, correlation, trace, brokenID, warnings)
    }

    @usableFromInline final class Parts: Sendable {
        @usableFromInline let message: KafkaRecord
        @usableFromInline let id: CommandID
        @usableFromInline let externalID: ExternalID?
        @usableFromInline let correlation: ReplyCorrelation
        @usableFromInline let trace: TraceContext?
        @usableFromInline let brokenID: ExternalID?
        @usableFromInline let warnings: [String]

        init(
            _ message: KafkaRecord,
            _ id: CommandID,
            _ externalID: ExternalID?,
            _ correlation: ReplyCorrelation,
            _ trace: TraceContext?,
            _ brokenID: ExternalID?,
            _ warnings: [String]
        ) {
            self.message = message
            self.id = id
            self.externalID = externalID
            self.correlation = correlation
            self.trace = trace
            self.brokenID = brokenID
            self.warnings = warnings
        }
    }
}
