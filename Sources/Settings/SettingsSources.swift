import CommandWorker
import Records

/// Where settings are read from: the command line over the environment over one YAML file over the defaults.
///
/// ```swift
/// let loaded = try SettingsSources(configPath: options.config).load()
/// run(with: loaded.settings)
/// ```
package struct SettingsSources: Sendable {
    /// The file that is read when none is named; it may be missing.
    package static let standardPath = "/etc/customer-worker/config.yaml"
    private let path: String
    private let mayBeMissing: Bool
    private let environment: [String: String]
    private let flags: [SettingFlag]

    /// Names the sources; nothing is read yet.
    ///
    /// - Parameters:
    ///   - configPath: The file given by `--config`, which must exist; nil for the standard one, which need not.
    ///   - environment: All variables of the process; those with `FLEXPRICE_` are looked at, and
    ///     `CREDENTIALS_DIRECTORY`.
    ///   - flags: Settings given as options.
    ///   - standardPath: Another place for the standard file, for tests.
    package init(
        configPath: String?,
        environment: [String: String],
        flags: [SettingFlag] = [],
        standardPath: String = Self.standardPath
    ) {
        self.path = configPath ?? standardPath
        self.mayBeMissing = configPath == nil
        self.environment = environment
        self.flags = flags
    }

    /// Reads and checks everything.
    ///
    /// May be called again for a reload: it keeps nothing between calls and changes nothing. It reads small files and
    /// blocks for that long.
    ///
    /// - Parameter needsKey: whether the API is called. If not, the caller may have no right to read the key.
    /// - Throws: every mistake at once.
    package func load(needsKey: Bool = true) throws(ConfigurationErrors) -> LoadedSettings {
        var fileProblems: [ConfigurationProblem] = []
        var source: (file: ConfigurationFile, bytes: FileBytes)?
        do throws(ConfigurationErrors) {
            source = try ConfigurationFile.load(path: self.path, mayBeMissing: self.mayBeMissing)
        } catch {
            fileProblems = error.problems
        }
        var layers = [EnvironmentLayer.layer(self.flags), EnvironmentLayer.layer(self.environment)]
        if let file = source?.file {
            layers.append(SettingLayer(snapshot: file, origin: { file.origin(key: $0, entry: $1) }))
        }
        var reader = SettingsReader()
        reader.layers = layers
        reader.credentialsDirectory = self.environment["CREDENTIALS_DIRECTORY"]
        let settings = Settings(from: &reader)
        let unknown = UnknownKeys(known: reader.knownKeys)
        let strays =
            (source.map { unknown.problems(in: $0.file) } ?? [])
            + unknown.problems(in: self.environment) + unknown.problems(in: self.flags)
        // With half of the file unread, a contradiction may only be the shadow of another mistake.
        let contradictions = fileProblems.isEmpty ? reader.problems(of: reader.contradictions) : []
        var problems = fileProblems + reader.problems + strays + contradictions
        let missingKey = fileProblems.isEmpty ? reader.problems(of: settings.missingKey) : []
        let keyProblems = reader.keyProblems + missingKey
        if needsKey { problems += keyProblems }
        guard problems.isEmpty else { throw ConfigurationErrors(problems) }

        if let source, source.bytes.isReadableByEveryone {
            for key in reader.secretsInFile {
                reader.warn(key, "a secret in a file that every user of this machine can read (chmod o-r)")
            }
        }
        let isIdle = [
            "idempotency.retention": settings.retention != nil,
            "idempotency.on_archived": settings.worker.onArchived == .recreate,
        ]
        for (key, isSet) in isIdle.sorted(by: { $0.key > $1.key }) where isSet && settings.backend == .local {
            let remark = "has no effect with backend local: what its store remembers are the customers themselves"
            reader.warn(key, remark)
        }
        return LoadedSettings(
            settings: settings,
            report: ConfigurationReport(rows: reader.rows),
            configurationFile: source == nil ? nil : self.path,
            warnings: reader.warnings,
            keyProblems: keyProblems,
            serviceLinks: EnvironmentLayer.serviceLinks(self.environment)
        )
    }
}

/// Settings that were read, with everything that is told about them.
package struct LoadedSettings: Sendable {
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
        var changes = self.report.changes(since: older.report)
        // The report masks secrets, so one that was replaced by another is only seen in the values.
        for row in self.report.rows where row.value?.contains(Secret.mask) == true {
            guard self.secret(row.key) != older.secret(row.key), !changes.contains(where: { $0.key == row.key }) else {
                continue
            }
            changes.append(.init(key: row.key, from: row.value, to: row.value, effect: row.onReload))
        }
        return changes
    }

    private func secret(_ key: String) -> String? {
        switch key {
        case "api.key": return self.settings.api.key?.reveal()
        case "store.url":
            guard case .postgres(let url) = self.settings.store else { return nil }
            return url.reveal()
        default:
            let section = "kafka.properties."
            guard key.hasPrefix(section) else { return nil }
            return self.settings.kafka.properties.reveal()[String(key.dropFirst(section.count))]
        }
    }
}
