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

        /// The place of the value.
        package let origin: SettingOrigin

        /// Whether a reload puts a new value into effect.
        package let onReload: ReloadEffect

        /// Whether the value is a number, `true` or `false`, where it is not a word such as `auto`.
        var isBare = false
    }

    /// All settings, in the order of the documentation.
    package let rows: [Row]

    /// Whether nothing sets a setting.
    package func isDefault(_ key: String) -> Bool { self.rows.first { $0.key == key }?.origin == .builtIn }
}

/// What a reload (HUP) does with a changed setting.
package enum ReloadEffect: String, Sendable {
    /// The new value holds from then on.
    case takesEffect = "takes effect"

    /// The old value stays until the process is restarted; the log says so.
    case needsRestart = "needs a restart"
}

extension ConfigurationReport {
    /// A setting that a reload found changed.
    package struct Change: Sendable, Equatable {
        /// The setting, dotted.
        package let key: String

        /// The old value; nil if it was not set.
        package let from: String?

        /// The new value; nil if it is not set any more.
        package let to: String?

        /// Whether the new value holds from now on.
        package let effect: ReloadEffect
    }

    /// What differs from an older report, in this report's order; a changed place alone is no change.
    ///
    /// A secret that was replaced by another looks the same here (both are masked): compare the settings for it.
    package func changes(since older: ConfigurationReport) -> [Change] {
        let before = Dictionary(older.rows.map { ($0.key, $0) }) { first, _ in first }
        let now = Set(rows.map(\.key))
        let changed = rows.compactMap { row -> Change? in
            let old = before[row.key]
            guard old == nil || old?.value != row.value else { return nil }
            return Change(key: row.key, from: old?.value, to: row.value, effect: row.onReload)
        }
        let removed = older.rows.filter { !now.contains($0.key) }.map {
            Change(key: $0.key, from: $0.value, to: nil, effect: $0.onReload)
        }
        return changed + removed
    }
}
