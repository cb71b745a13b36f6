import ArgumentParser
import CommandWorker
import Kafka
import Operations
import Settings

/// `topics`: what concerns the topics as such.
struct TopicsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics",
        abstract: "Create the topics that the worker needs.",
        subcommands: [Create.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Create the missing topics; those that exist are left as they are.",
            discussion: Examples.of("topics create")
        )

        @OptionGroup var options: SettingsOptions

        @Option(help: "Partitions of each new topic.")
        var partitions = 6

        @Option(help: "Replicas of each new partition; -1 for the broker's default.")
        var replicationFactor = -1

        @Option(help: "How long each new topic keeps records, such as 7d or 168h; the broker's default without it.")
        var retention: String?

        @Flag(help: "Print JSON.")
        var json = false

        func validate() throws {
            guard (1...10_000).contains(self.partitions) else {
                throw ValidationError("--partitions \(self.partitions): expected 1 to 10000")
            }
            guard self.replicationFactor == -1 || (1...1_000).contains(self.replicationFactor) else {
                throw ValidationError("--replication-factor \(self.replicationFactor): expected 1 to 1000, or -1")
            }
            if let retention = self.retention { try validating("--retention") { _ = try SpanText.parse(retention) } }
        }

        func run() async throws {
            let settings = try self.options.load().settings
            let made = try await RequiredTopics(settings.worker).create(
                partitions: self.partitions,
                replicationFactor: self.replicationFactor,
                retention: self.retention.map(SpanText.parse),
                try WorkerAssembly.clientProperties(settings.kafka)
            )
            var table = TextTable(
                columns: ["topic", "partitions", "replication_factor", "state"],
                numbers: ["partitions", "replication_factor"]
            )
            for (topic, creation) in made {
                let replicas = topic.replicationFactor == -1 ? "default" : "\(topic.replicationFactor)"
                table.append([topic.name, "\(topic.partitionCount)", replicas, creation.rawValue])
            }
            print(self.json ? table.json : table.text(width: Terminal.width), terminator: "")
        }
    }
}
