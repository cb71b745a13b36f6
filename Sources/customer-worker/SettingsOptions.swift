import ArgumentParser
import Foundation
import Logging
import Operations

/// `--config` and what every command does with it.
struct SettingsOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Read settings from this file.", valueName: "file"))
    var config: String?

    /// Reads the settings, or ends the command with every mistake on standard error and exit code 78.
    func load(overriding flags: [SettingFlag] = []) throws -> LoadedSettings {
        let sources = SettingsSources(
            configPath: self.config,
            environment: ProcessInfo.processInfo.environment,
            flags: flags
        )
        do {
            return try sources.load()
        } catch {
            StandardError.write("\(error)")
            throw ExitStatus.configuration.exit
        }
    }

    /// Reads the settings and begins logging as they say.
    func start(overriding flags: [SettingFlag] = []) throws -> (settings: Settings, logger: Logger) {
        let loaded = try self.load(overriding: flags)
        StandardErrorLog(loaded.settings.log, environment: ProcessInfo.processInfo.environment).bootstrap()
        let logger = Logger(label: "customer-worker")
        for warning in loaded.warnings { logger.warning("Settings", metadata: ["warning": "\(warning)"]) }
        return (loaded.settings, logger)
    }
}

/// Standard error for sentences that are not log lines.
enum StandardError {
    static func write(_ text: String) {
        let line = text.hasSuffix("\n") ? text : text + "\n"
        try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
    }
}

extension StartFailure {
    /// Says why and ends the command.
    func exit() -> ExitCode {
        StandardError.write("customer-worker: \(self.description)")
        return self.status.exit
    }
}
