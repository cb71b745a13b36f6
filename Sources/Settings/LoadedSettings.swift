import Records

/// Settings that were read, with everything that is told about them.
package struct LoadedSettings: Sendable {
    /// The values.
    package let settings: Settings

    /// The values as texts, each with its origin, for `config show`.
    package let report: ConfigurationReport

    /// The file that was read; nil if there is none at the standard place.
    package let configurationFile: String?

    /// What is unwise but works.
    package let warnings: [ConfigurationWarning]

    /// Why there is no API key; empty when there is one, and when none is needed.
    package let keyProblems: [ConfigurationProblem]

    /// Variables that look like settings and were set by Kubernetes for services of the namespace; nothing was read
    /// from them.
    package let serviceLinks: [String]

    /// What a reload changed, also secrets, whose old and new value both read `<secret>`.
    package func changes(since older: LoadedSettings) -> [ConfigurationReport.Change] {
        var changes = report.changes(since: older.report)
        // The report masks secrets, so one that was replaced by another is only seen in the values.
        for row in report.rows where row.value?.contains(Secret.mask) == true {
            guard secret(row.key) != older.secret(row.key), !changes.contains(where: { $0.key == row.key }) else {
                continue
            }
            changes.append(
                ConfigurationReport.Change(key: row.key, from: row.value, to: row.value, effect: row.onReload)
            )
        }
        return changes
    }

    private func secret(_ key: String) -> String? {
        switch key {
        case "api.key": return settings.api.key?.reveal()
        case "store.url":
            guard case .postgres(let url) = settings.store else { return nil }
            return url.reveal()
        default:
            let section = "kafka.properties."
            guard key.hasPrefix(section) else { return nil }
            return settings.kafka.properties.reveal()[String(key.dropFirst(section.count))]
        }
    }
}
