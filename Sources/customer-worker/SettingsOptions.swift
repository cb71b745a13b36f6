import ArgumentParser
import CommandWorker
import Foundation
import Logging
import Operations
import Settings
import WorkerLogging

/// `--config` and what every command does with it.
struct SettingsOptions: ParsableArguments {
    @Option(help: .value("file", "Read settings from this file."), completion: .file())
    var config: String?

    /// Reads the settings, or ends the command with every mistake on standard error and exit code 78.
    ///
    /// Without the API key, which only the worker needs: operators look and repair as other users.
    func load(overriding flags: [SettingFlag] = []) throws -> LoadedSettings {
        try self.sources(overriding: flags).load(needsKey: false)
    }

    /// The same, with what an operator's reading or writing of topics needs.
    func cluster() throws -> ClusterSettings { try ClusterSettings(self.load().settings) }

    /// Reads the settings and begins logging as they say.
    func start(overriding flags: [SettingFlag] = []) throws -> StartedSettings {
        try StartedSettings(self.sources(overriding: flags))
    }

    private func sources(overriding flags: [SettingFlag]) -> SettingsSources {
        SettingsSources(configPath: self.config, environment: ProcessInfo.processInfo.environment, flags: flags)
    }
}

/// Settings that hold, a log that follows them, and where they come from, to be read again.
struct StartedSettings {
    let sources: SettingsSources
    let loaded: LoadedSettings
    let level: LogLevelControl
    let logger: Logger

    /// Reads the settings and begins logging as they say.
    init(_ sources: SettingsSources) throws {
        self.sources = sources
        self.loaded = try sources.load()
        let log = StandardErrorLog(self.loaded.settings.log, environment: ProcessInfo.processInfo.environment)
        log.bootstrap(metadataProvider: .commandTrace)
        self.level = log.level
        self.logger = Logger(label: "customer-worker")
        for warning in self.loaded.warnings { self.logger.warning("Settings", metadata: ["warning": "\(warning)"]) }
        if !self.loaded.serviceLinks.isEmpty {
            self.logger.info(
                "Variables of Kubernetes services ignored; they are no settings",
                metadata: ["variables": .array(self.loaded.serviceLinks.map { "\($0)" })]
            )
        }
    }

    var settings: Settings { self.loaded.settings }
}
