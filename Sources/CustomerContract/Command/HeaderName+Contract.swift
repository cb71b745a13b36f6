public import Records

/// The names of the headers that this contract reads or writes.
extension HeaderName {
    /// CloudEvents: the id; of a command its own, of a result that of the result.
    @inlinable public static var ceID: HeaderName { "ce_id" }
    /// CloudEvents: the version of the specification.
    @inlinable public static var ceSpecVersion: HeaderName { "ce_specversion" }
    /// CloudEvents: the event's type.
    @inlinable public static var ceType: HeaderName { "ce_type" }
    /// CloudEvents: who sent it.
    @inlinable public static var ceSource: HeaderName { "ce_source" }
    /// CloudEvents: the event's subject; of a result the external_id.
    @inlinable public static var ceSubject: HeaderName { "ce_subject" }
    /// CloudEvents: when it happened.
    @inlinable public static var ceTime: HeaderName { "ce_time" }
    /// CloudEvents extension: the id of the command that a result answers.
    @inlinable public static var ceCausationID: HeaderName { "ce_causationid" }
    /// The media type of the value; the only name that is read without regard to case.
    @inlinable public static var contentType: HeaderName { "content-type" }
    /// W3C trace context.
    @inlinable public static var traceparent: HeaderName { "traceparent" }
    /// W3C trace context, vendors' part.
    @inlinable public static var tracestate: HeaderName { "tracestate" }
    /// Spring's correlation id: opaque bytes.
    @inlinable public static var springCorrelationID: HeaderName { "kafka_correlationId" }
    /// Spring's reply topic: UTF-8.
    @inlinable public static var springReplyTopic: HeaderName { "kafka_replyTopic" }
    /// Spring's reply partition: four bytes, big-endian.
    @inlinable public static var springReplyPartition: HeaderName { "kafka_replyPartition" }
    /// The neutral name of the correlation id.
    @inlinable public static var correlationID: HeaderName { "correlationId" }
    /// The neutral name of the reply topic.
    @inlinable public static var replyTo: HeaderName { "replyTo" }
    /// On a result: the reply topic that a command named and that is not allowed; or that is allowed and cannot be
    /// used, with the reason behind a colon and a blank.
    @inlinable public static var replyTopicRefused: HeaderName { "reply-topic-refused" }
    /// On a result that its topic did not take as a whole: `reduced`, `minimal`, `key-added`, with commas between.
    @inlinable public static var resultReduced: HeaderName { "result-reduced" }
    /// On a failed result: why the command has no dead letter, though it should.
    @inlinable public static var deadLetterRefused: HeaderName { "dead-letter-refused" }
}
