import Foundation

/// The effective settings as texts, each with the place it comes from; secrets are masked.
package struct ConfigurationReport: Sendable, Equatable {
    /// One setting, or one entry of `kafka.properties`.
    package struct Row: Sendable, Equatable {
        /// The setting, dotted.
        package let key: String
        /// The value as it would be written, of a secret its mask; nil if it is not set.
        package let value: String?
        package let origin: SettingOrigin
        /// Whether a reload puts a new value into effect.
        package let onReload: ReloadEffect
        /// Whether the value is a number, `true` or `false`, where it is not a word such as `auto`.
        var isBare = false
    }

    /// All settings, in the order of the documentation.
    package let rows: [Row]

    package func isDefault(_ key: String) -> Bool { self.rows.first { $0.key == key }?.origin == .builtIn }
}

/// What a reload (HUP) does with a changed setting.
package enum ReloadEffect: String, Sendable {
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
        let now = Set(self.rows.map(\.key))
        let changed = self.rows.filter { row in before[row.key].map { $0.value != row.value } ?? true }
        let removed = older.rows.filter { !now.contains($0.key) }
        return changed.map { Change(key: $0.key, from: before[$0.key]?.value, to: $0.value, effect: $0.onReload) }
            + removed.map { Change(key: $0.key, from: $0.value, to: nil, effect: $0.onReload) }
    }
}

extension ConfigurationReport {
    /// `{"settings": [{"key", "value", "origin": {"kind", …}, "on_reload"}]}` on several lines, for scripts.
    ///
    /// A value that is not set is `null`, that of a number is a number, `true` and `false` are themselves. The kinds
    /// are `default`, `file` (with `path`, `line`), `environment` and `flag` (with `name`), and `secret_file` (with
    /// `path`).
    package var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Encoding texts and numbers cannot fail; an empty object is the answer if it ever does.
        return (try? encoder.encode(["settings": self.rows])).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

extension ConfigurationReport.Row: Encodable {
    private enum Member: String, CodingKey {
        case key, value, origin
        case onReload = "on_reload"
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Member.self)
        try members.encode(self.key, forKey: .key)
        try members.encode(self.origin, forKey: .origin)
        try members.encode(self.onReload == .takesEffect ? "takes_effect" : "needs_restart", forKey: .onReload)
        if self.isBare, let value, let number = Int(value) {
            try members.encode(number, forKey: .value)
        } else if self.isBare, let value, let number = Double(value) {
            try members.encode(number, forKey: .value)
        } else if self.isBare, let value, let truth = Bool(value) {
            try members.encode(truth, forKey: .value)
        } else {
            try members.encode(self.value, forKey: .value)
        }
    }
}
