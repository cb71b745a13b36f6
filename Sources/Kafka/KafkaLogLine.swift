/// A line that librdkafka wants logged.
package struct KafkaLogLine: Sendable, Hashable {
    /// The severity as syslog(3) numbers it: 0 emergency, 3 error, 4 warning, 6 info, 7 debug.
    package let severity: Int32
    /// librdkafka's word for the kind of line, such as `FAIL` or `MAXPOLL`.
    package let facility: String
    /// The text.
    package let message: String
    /// Why a connection failed, if the line tells that.
    package internal(set) var trouble: ConnectionTrouble?

    /// The topic that a broker keeps out of a transaction, if the line tells that.
    var topicRefusedInTransaction: String? {
        // … Failed to add partition "NAME" [0] to transaction: Broker: Topic authorization failed
        guard self.facility == "ADDPARTS", !self.message.contains("not attempted") else { return nil }
        let parts = self.message.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.count >= 3 ? String(parts[1]) : nil
    }

    /// Makes a line that tells of no connection.
    package init(severity: Int32, facility: String, message: String) {
        self.severity = severity
        self.facility = facility
        self.message = message
    }
}

/// Takes librdkafka's log lines; called on any of its threads, so it must be quick and must not call the client.
package typealias KafkaLogSink = @Sendable (KafkaLogLine) -> Void
