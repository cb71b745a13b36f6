/// The names of the headers that this contract reads or writes.
public enum HeaderName {
    /// CloudEvents: the id; of a command its own, of a result that of the result.
    public static let ceID = "ce_id"
    /// CloudEvents: the version of the specification.
    public static let ceSpecVersion = "ce_specversion"
    /// CloudEvents: the event's type.
    public static let ceType = "ce_type"
    /// CloudEvents: who sent it.
    public static let ceSource = "ce_source"
    /// CloudEvents: what it is about; of a result the external_id.
    public static let ceSubject = "ce_subject"
    /// CloudEvents: when it happened.
    public static let ceTime = "ce_time"
    /// CloudEvents extension: the id of the command that a result answers.
    public static let ceCausationID = "ce_causationid"
    /// The media type of the value; the only name that is read without regard to case.
    public static let contentType = "content-type"
    /// W3C trace context.
    public static let traceparent = "traceparent"
    /// W3C trace context, vendors' part.
    public static let tracestate = "tracestate"
    /// Spring's correlation id: opaque bytes.
    public static let springCorrelationID = "kafka_correlationId"
    /// Spring's reply topic: UTF-8.
    public static let springReplyTopic = "kafka_replyTopic"
    /// Spring's reply partition: four bytes, big-endian.
    public static let springReplyPartition = "kafka_replyPartition"
    /// The neutral name of the correlation id.
    public static let correlationID = "correlationId"
    /// The neutral name of the reply topic.
    public static let replyTo = "replyTo"
    /// On a result: the reply topic that a command named and that is not allowed; or that is allowed and cannot be
    /// used, with the reason behind a colon and a blank.
    public static let replyTopicRefused = "reply-topic-refused"
    /// On a result that its topic did not take as a whole: `reduced`, `minimal`, `key-added`, with commas between.
    public static let resultReduced = "result-reduced"
    /// On a failed result: why the command has no dead letter, though it should.
    public static let deadLetterRefused = "dead-letter-refused"
}
