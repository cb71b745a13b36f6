/// A line that librdkafka wants logged.
package struct KafkaLogLine: Sendable, Hashable {
    /// The severity as syslog(3) numbers it: 0 emergency, 3 error, 4 warning, 6 info, 7 debug.
    package let severity: Int32
    /// librdkafka's word for the kind of line, such as `FAIL` or `MAXPOLL`.
    package let facility: String
    /// The text.
    package let message: String
}

/// Takes librdkafka's log lines; called on any of its threads, so it must be quick and must not call the client.
package typealias KafkaLogSink = @Sendable (KafkaLogLine) -> Void
