import ArgumentParser
import Operations
import Redrive
import Settings

extension DLQCommand {
    /// `dlq jobs`.
    struct Jobs: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List redrives, dismissals and restores, with their state; nothing is changed.",
            discussion: """
                From the audit log of this machine, and for the last redrive from the cluster, whoever ran it. \
                Exit codes: 0; 3 there was none.
                """ + Examples.below("dlq jobs")
        )

        @OptionGroup var options: SettingsOptions

        @Option(
            help: ArgumentHelp("The dead-letter topic; kafka.topic_dlq without it.", valueName: "topic"),
            completion: Offered.deadLetterTopic
        )
        var topic: String?

        @Option(
            help: ArgumentHelp("The audit log; audit.jsonl beside the store without it.", valueName: "file"),
            completion: .file()
        )
        var auditLog: String?

        @Option(help: ArgumentHelp("List at most this number, the newest.", valueName: "n"))
        var limit = 20

        @Flag(help: "Print JSON.")
        var json = false

        func validate() throws {
            guard self.limit >= 1 else { throw ValidationError("--limit \(self.limit): expected 1 or more") }
        }

        func run() async throws {
            let settings = try ClusterSettings(self.options.load().settings)
            let topic = self.topic ?? settings.settings.kafka.deadLetterTopic
            var history = JobHistory()
            try history.read(auditLog: self.auditLog ?? settings.auditPath)
            try await history.take(lastOf: topic, settings.client)
            let jobs = Array(history.jobs(of: topic).prefix(self.limit))
            print(self.json ? jobs.json : jobs.text(width: Terminal.width), terminator: "")
            if jobs.isEmpty { throw ExitStatus.nothingMatched.exit }
        }
    }
}
