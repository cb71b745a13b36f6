import ArgumentParser
import Console
import Foundation
import Logging
import Operations
import Settings
import WorkerLogging

/// `console`: the web pages.
struct ConsoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "Serve web pages to see the workers, understand failures and send dead letters back.",
        discussion: """
            A process of its own beside the workers, with the same configuration file; the API's key is not needed. \
            It listens at console.listen, on loopback unless told otherwise, and lets in who has a token of \
            console.operator_tokens_file or console.viewer_tokens_file, or whom a trusted proxy names.
            """ + Examples.below("console")
    )

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        ProcessSignals.ignoreEarly()
        let loaded = try self.options.load()
        let environment = ProcessInfo.processInfo.environment
        let log = StandardErrorLog(loaded.settings.log, environment: environment)
        log.bootstrap()
        let logger = Logger(label: "customer-worker")
        for warning in loaded.warnings { logger.warning("Settings", metadata: ["warning": "\(warning)"]) }
        let console = try await Console(
            loaded.settings,
            Console.Place(configPath: self.options.config, environment: environment),
            logger: logger
        )
        let manager = ServiceManager(environment: environment)
        do {
            try await cancelledBySignals {
                try await console.run { address in
                    logger.notice("Console listens", metadata: ["address": "\(address)"])
                    manager?.notify(["READY=1", "STATUS=\(address)"])
                }
            }
        } catch is CancellationError {
            manager?.notify(["STOPPING=1"])
            logger.info("Stopped")
        }
    }
}
