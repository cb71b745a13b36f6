import ArgumentParser
import Foundation
import Kafka
import Logging
import Operations

/// `run`: the daemon.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Consume commands until a signal says stop."
    )

    @OptionGroup var options: SettingsOptions

    @Flag(help: "Start a broker inside this process, for trying things out: it keeps everything in memory.")
    var embeddedBroker = false

    @Option(help: "Partitions of the embedded broker's topics.")
    var embeddedPartitions = 3

    // For tests of what notices a stuck loop.
    @Flag(help: ArgumentHelp("Block the loop for good when USR2 comes.", visibility: .private))
    var wedgeOnUsr2 = false

    func run() async throws {
        // Before anything else, so that a signal finds its handler from the first moment on.
        let signals = ProcessSignals(
            of: ProcessSignals.Signal.operators + (self.wedgeOnUsr2 ? [.user2] : [])
        )
        var cluster: EmbeddedCluster?
        var flags: [SettingFlag] = []
        if self.embeddedBroker {
            let embedded = try EmbeddedCluster()
            flags.append(SettingFlag(key: "kafka.brokers", value: embedded.brokers, name: "--embedded-broker"))
            cluster = embedded
        }
        let (settings, logger) = try self.options.start(overriding: flags)
        if let cluster {
            for name in RequiredTopics(settings.kafka).names {
                try cluster.createTopic(name, partitions: self.embeddedPartitions)
            }
            logger.notice("Embedded broker listens", metadata: ["brokers": "\(cluster.brokers)"])
        }
        let status = try await self.serve(settings, SignalDuty(signals, logger: logger), logger)
        withExtendedLifetime(cluster) {}
        if status != .success { throw status.exit }
    }

    private func serve(_ settings: Settings, _ signals: SignalDuty, _ logger: Logger) async throws -> ExitStatus {
        // For as long as the process lives: a signal must be heard while it starts, runs and stops.
        let obeying = Task { await signals.run() }
        defer { obeying.cancel() }
        do throws(StartFailure) {
            try await RequiredTopics(settings.kafka).check(
                try WorkerAssembly.clientProperties(settings.kafka),
                log: { _ in }
            )
            let assembly = try WorkerAssembly(settings, logger: logger)
            let daemon = Daemon(
                assembly,
                settings: settings,
                manager: ServiceManager(environment: ProcessInfo.processInfo.environment),
                logger: logger
            ) {
                logger.warning("Settings are read at the start only; restart to apply changes")
            }
            let status = try await daemon.untilStopped(signals)
            await assembly.shutdown()
            return status
        } catch {
            throw error.exit()
        }
    }
}
