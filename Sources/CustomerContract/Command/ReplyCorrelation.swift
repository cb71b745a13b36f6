public import Records

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
