/// The names of the facts in log lines; one name per idea, the same in every module's lines.
///
/// Names, e-mail addresses and postal addresses of customers have no key here: they are not logged.
package enum LogKey {
    /// How long something took.
    package static let duration = "duration"
    /// How often a trouble occurred since its last line.
    package static let times = "times"
    /// How long a trouble has lasted.
    package static let lasting = "lasting"
    /// A number of things; the message says which.
    package static let count = "count"
    package static let inFlight = "in_flight"
    package static let reason = "reason"
    package static let error = "error"
    package static let errorType = "error_type"
    /// The address that something listens on or connects to.
    package static let address = "address"
    /// A setting, dotted.
    package static let setting = "setting"
    /// The value of a setting before a reload.
    package static let oldValue = "old_value"
    /// The value of a setting after a reload.
    package static let newValue = "new_value"
    /// What to do about it.
    package static let hint = "hint"
}
