import ArgumentParser
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

    func run() async throws {
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
        let status = try await self.serve(settings, logger)
        withExtendedLifetime(cluster) {}
        if status != .success { throw status.exit }
    }

    private func serve(_ settings: Settings, _ logger: Logger) async throws -> ExitStatus {
        do throws(StartFailure) {
            try await RequiredTopics(settings.kafka).check(
                try WorkerAssembly.clientProperties(settings.kafka),
                log: { _ in }
            )
            let assembly = try WorkerAssembly(settings, logger: logger)
            let run = WorkerRun(assembly.worker, drainBudget: settings.shutdown.drainTimeout, logger: logger)
            let status = await run.untilStopped()
            await assembly.shutdown()
            return status
        } catch {
            throw error.exit()
        }
    }
}
