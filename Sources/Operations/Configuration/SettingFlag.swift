/// A setting given on the command line; it wins over the environment and the file.
package struct SettingFlag: Sendable {
    /// The setting, such as `kafka.brokers`.
    package let key: String

    /// The value, written as in an environment variable: lists with commas, maps as a JSON object.
    package let value: String

    /// The option as the user typed it, for messages.
    package let name: String

    /// A setting from an option; without a name it is called `--set KEY`.
    package init(key: String, value: String, name: String? = nil) {
        self.key = key
        self.value = value
        self.name = name ?? "--set \(key)"
    }
}
