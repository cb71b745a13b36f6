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

    /// The context of a command that obeys every rule: the same object as the command.
    @usableFromInline init(_ parts: Parts) { self.parts = parts }

    // @unchecked: a class with a subclass cannot be Sendable otherwise; both have constants alone.
    @usableFromInline class Parts: @unchecked Sendable {
        @usableFromInline final let message: KafkaRecord
        @usableFromInline final let id: CommandID
        @usableFromInline final let externalID: ExternalID?
        @usableFromInline final let correlation: ReplyCorrelation
        @usableFromInline final let trace: TraceContext?
        @usableFromInline final let brokenID: ExternalID?
        @usableFromInline final let warnings: [String]

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

/// What a producer put into headers so as to recognise its reply, and where it wants it.
///
/// Two dialects are read: Spring's `kafka_correlationId`, `kafka_replyTopic`, `kafka_replyPartition`, and the neutral
/// `correlationId`, `replyTo`. Where both name a topic, Spring's wins.
public struct ReplyCorrelation: Sendable, Hashable {
    /// The headers to echo on the reply, under the names they came with, values untouched.
    ///
    /// One per name, the last of the record; a value over `maximumHeaderBytes` or null is left out.
    public let headers: RecordHeaders
    /// The topic the producer named, whether or not it may be used; never empty.
    public let replyTopic: String?
    /// The partition of it, if one was named and is not negative.
    public let replyPartition: Int32?

    /// The longest value that is echoed, 1 KiB.
    public static let maximumHeaderBytes = 1_024

    /// A correlation with its parts; the default is that of a command that asks for nothing.
    public init(headers: RecordHeaders = [], replyTopic: String? = nil, replyPartition: Int32? = nil) {
        self.headers = headers
        self.replyTopic = replyTopic
        self.replyPartition = replyPartition
    }
}
