/// The effective settings as texts, each with the place it comes from; secrets are masked.
package struct ConfigurationReport: Sendable, Equatable {
    /// One setting, or one entry of `kafka.properties`.
    package struct Row: Sendable, Equatable {
        /// The setting, dotted.
        package let key: String

        /// The value as it would be written; nil if it is not set.
        ///
        /// A secret is its mask.
        package let value: String?

        /// Where the value stands.
        package let origin: SettingOrigin

        /// Whether a reload puts a new value into effect.
        package let onReload: ReloadEffect
    }

    /// All settings, in the order of the documentation.
    package let rows: [Row]
}
