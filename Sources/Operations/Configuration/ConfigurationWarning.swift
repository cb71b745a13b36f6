/// A remark about the configuration that does not keep the worker from starting.
package struct ConfigurationWarning: Sendable, Equatable, CustomStringConvertible {
    /// The setting that it is about.
    package let key: String

    /// Where the setting stands.
    package let place: SettingOrigin

    /// What is unwise, and what to do.
    package let remark: String

    /// One line for a log or a terminal.
    package var description: String { "\(key) (\(place)): \(remark)" }
}
