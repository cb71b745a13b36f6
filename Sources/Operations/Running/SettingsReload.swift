package import Logging
package import Settings
package import WorkerLogging

/// Reads the settings again on HUP, and applies what a reload can change.
///
/// A new file with any mistake is refused as a whole: the old settings stay, and the log names every mistake. What only
/// a restart can change is named too, and stays as it was.
package actor SettingsReload {
    /// Applies settings, as far as a reload can; called with unchanged ones too, since HUP also lifts a wait
    /// that the API asked for.
    package typealias Applying = @Sendable (Settings) async -> Void

    private let sources: SettingsSources
    private var current: LoadedSettings
    private let level: LogLevelControl
    private let apply: Applying
    private let logger: Logger

    /// - Parameters:
    ///   - current: what holds now, read from the same sources.
    ///   - apply: takes all settings; those that need a restart are none of its business.
    package init(
        _ sources: SettingsSources,
        current: LoadedSettings,
        level: LogLevelControl,
        logger: Logger,
        apply: @escaping Applying
    ) {
        self.sources = sources
        self.current = current
        self.level = level
        self.logger = logger
        self.apply = apply
    }

    /// Reads, checks, and applies or refuses; the log says which, and so does what is returned.
    @discardableResult
    package func reload() async -> ReloadReport {
        let loaded: LoadedSettings
        do throws(ConfigurationErrors) {
            loaded = try self.sources.load()
        } catch {
            let problems: Logger.MetadataValue = .array(error.problems.map { "\($0)" })
            self.logger.error("New settings refused; the old ones stay", metadata: ["problems": problems])
            return ReloadReport(problems: error.problems.map { "\($0)" })
        }
        // What is the console's alone concerns its process, and no restart of this one.
        let changes = loaded.changes(since: self.current).filter { !$0.key.hasPrefix("console.") }
        self.current = loaded
        for warning in loaded.warnings { self.logger.warning("Settings", metadata: ["warning": "\(warning)"]) }
        self.level.set(loaded.settings.log.level)
        await self.apply(loaded.settings)
        if changes.isEmpty { self.logger.notice("Settings read again; nothing has changed") }
        for change in changes {
            let facts: Logger.Metadata = [
                LogKey.setting: "\(change.key)", LogKey.oldValue: "\(change.from ?? "-")",
                LogKey.newValue: "\(change.to ?? "-")",
            ]
            switch change.effect {
            case .takesEffect: self.logger.notice("Setting changed", metadata: facts)
            // The operator expects an effect and needs to know why there is none.
            case .needsRestart:
                self.logger.warning("Setting changed; it takes effect at the next start", metadata: facts)
            }
        }
        let (now, later) = (changes.filter { $0.effect == .takesEffect }, changes.filter { $0.effect != .takesEffect })
        return ReloadReport(changed: now.map(\.key), needsRestart: later.map(\.key))
    }
}
