import ArgumentParser
import CommandWorker
import Foundation
import Kafka
import Logging
import Operations
import Settings

/// `run`: the daemon.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Consume commands until a signal says stop.",
        discussion: Examples.of("run")
    )

    @OptionGroup var options: SettingsOptions

    @Flag(help: "Start a broker inside this process, for trying things out: it keeps everything in memory.")
    var embeddedBroker = false

    @Option(help: "Partitions of the embedded broker's topics.")
    var embeddedPartitions = 3

    @Flag(help: "Begin with a new store although the group has read commands before.")
    var acceptEmptyLedger = false

    // For tests of what notices a stuck loop.
    @Flag(help: ArgumentHelp("Block the loop for good when USR2 comes.", visibility: .private))
    var wedgeOnUsr2 = false

    func run() async throws {
        ProcessSignals.ignoreEarly()
        // Before anything else, so that a signal finds its handler from the first moment on.
        let signals = ProcessSignals(
            of: ProcessSignals.Signal.operators + (self.wedgeOnUsr2 ? [.user2] : [])
        )
        OpenFiles.raiseLimit()
        var cluster: EmbeddedCluster?
        var flags: [SettingFlag] = []
        if self.embeddedBroker {
            let embedded = try EmbeddedCluster()
            flags.append(SettingFlag(key: "kafka.brokers", value: embedded.brokers, name: "--embedded-broker"))
            cluster = embedded
            // What such a broker keeps ends with the process: a ledger that outlives it would be another broker's.
            if try self.options.load(overriding: flags).report.isDefault("store.url") {
                flags.append(SettingFlag(key: "store.url", value: "sqlite::memory:", name: "--embedded-broker"))
            }
        }
        let started = try self.options.start(overriding: flags)
        let logger = started.logger
        if let cluster {
            for name in started.settings.worker.topics {
                try cluster.createTopic(name, partitions: self.embeddedPartitions)
            }
            logger.notice("Embedded broker listens", metadata: ["brokers": "\(cluster.brokers)"])
        }
        let status = try await started.serve(
            SignalDuty(signals, logger: logger),
            acceptsEmptyLedger: self.acceptEmptyLedger
        )
        withExtendedLifetime(cluster) {}
        if status != .success { throw status.exit }
    }
}

extension StartedSettings {
    /// Runs a worker until a signal stops it; its exit code.
    ///
    /// - Parameter acceptsEmptyLedger: whether it may begin with a new ledger beside a group that has read commands.
    func serve(_ signals: SignalDuty, acceptsEmptyLedger: Bool = false) async throws -> ExitStatus {
        let (settings, logger) = (self.settings, self.logger)
        // For as long as the process lives: a signal must be heard while it starts, runs and stops.
        async let _ = signals.run()
        logger.notice("Starting", metadata: settings.startFacts)
        let client = try WorkerAssembly.clientProperties(settings.kafka)
        try await RequiredTopics(settings.worker).check(client)
        if !acceptsEmptyLedger { try await StoreContinuity(settings).check(client) }
        let assembly = try await WorkerAssembly(settings, logger: logger)
        let reload = SettingsReload(
            self.sources,
            current: self.loaded,
            level: self.level,
            logger: logger
        ) { assembly.apply($0) }
        let daemon = Daemon(
            assembly,
            settings: settings,
            manager: ServiceManager(environment: ProcessInfo.processInfo.environment),
            logger: logger
        ) { await reload.reload() }
        let status = try await daemon.untilStopped(signals)
        await assembly.shutdown()
        return status
    }
}
