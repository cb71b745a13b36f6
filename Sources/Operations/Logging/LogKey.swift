/// The names of the facts in log lines; one name per idea, the same in every module's lines.
///
/// Names, e-mail addresses and postal addresses of customers have no key here: they are not logged.
package enum LogKey {
    /// The idempotency key of a command.
    package static let externalID = "external_id"

    /// The id of a command (`ce_id`, or topic, partition and offset).
    package static let commandID = "command_id"

    /// The id that Flexprice or the local store gave a customer.
    package static let customerID = "customer_id"

    /// A topic.
    package static let topic = "topic"

    /// A partition.
    package static let partition = "partition"

    /// An offset.
    package static let offset = "offset"

    /// The consumer group.
    package static let group = "group"

    /// A broker, `HOST:PORT`.
    package static let broker = "broker"

    /// How a command ended: created, replayed, existing, failed.
    package static let outcome = "outcome"

    /// The contract's error code of a failed command.
    package static let code = "code"

    /// Requests made for a command so far.
    package static let attempt = "attempt"

    /// The wait before the next attempt.
    package static let delay = "delay"

    /// The status of an HTTP answer.
    package static let httpStatus = "http_status"

    /// The id that a request was sent with, or a server gave it.
    package static let requestID = "request_id"

    /// W3C trace id.
    package static let traceID = "trace_id"

    /// W3C span id.
    package static let spanID = "span_id"

    /// How long something took.
    package static let duration = "duration"

    /// A number of things; the message says which.
    package static let count = "count"

    /// Commands in flight.
    package static let inFlight = "in_flight"

    /// Records not yet handled.
    package static let lag = "lag"

    /// Why something was done.
    package static let reason = "reason"

    /// The text of an error.
    package static let error = "error"

    /// The type of an error.
    package static let errorType = "error_type"

    /// The address that something listens on or connects to.
    package static let address = "address"

    /// A signal of the operating system.
    package static let signal = "signal"

    /// A file.
    package static let path = "path"

    /// A setting, dotted.
    package static let setting = "setting"

    /// The value of a setting before a reload.
    package static let oldValue = "old_value"

    /// The value of a setting after a reload.
    package static let newValue = "new_value"

    /// What to do about it.
    package static let hint = "hint"

    /// Where a setting stands.
    package static let origin = "origin"

    /// The version of the program.
    package static let version = "version"
}
