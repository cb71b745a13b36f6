/// A line that librdkafka wants logged.
public struct KafkaLogLine: Sendable, Hashable {
    /// The severity as syslog(3) numbers it: 0 emergency, 3 error, 4 warning, 6 info, 7 debug.
    public let severity: Int32
    /// librdkafka's word for the kind of line, such as `FAIL` or `MAXPOLL`.
    public let facility: String
    /// The text.
    public let message: String
}

/// Takes librdkafka's log lines; called on any of its threads, so it must be quick and must not call the client.
public typealias KafkaLogSink = @Sendable (KafkaLogLine) -> Void
