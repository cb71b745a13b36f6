import ArgumentParser
import CustomerContract
import Operations
import Records
import Redrive
import Settings

/// `dlq`: what concerns dead letters.
struct DLQCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dlq",
        abstract: "See dead letters, understand them, send them back or dismiss them.",
        subcommands: [
            List.self, Show.self, Export.self, Redrive.self, Dismiss.self, Restore.self, Jobs.self,
        ]
    )
}

extension DLQCommand {
    /// `dlq list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Count dead letters by code and reason, and say what a redrive would do; nothing is changed.",
            discussion: Examples.of("dlq list")
        )

        @OptionGroup var options: SettingsOptions
        @OptionGroup var selecting: SelectionOptions

        @Option(help: "waiting, redriven, dismissed or all.")
        var state = LetterState.waiting

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let settings = try ClusterSettings(self.options.load().settings)
            let selection = try self.selecting.selection()
            let name = self.selecting.topic ?? settings.settings.kafka.deadLetterTopic
            let topic = try await DeadLetterTopic(name, settings.client)
            let route = try await topic.usualRoute(resultTopic: settings.settings.kafka.resultsTopic, settings.rules)
            var report = LetterReport(of: self.state, limit: selection.limit, route: route)
            // The limit bounds what is shown and not what is counted.
            var counted = selection
            counted.limit = nil
            try await topic.visit(counted, .all) { letter, mark in
                report.take(letter, mark)
                return true
            }
            let retention = try? await topic.retention(report)
            let view = LetterReportView(
                topic: name,
                selection: selection,
                report: report,
                retention: retention,
                now: .now()
            )
            if self.json { print(view.json, terminator: "") } else { Terminal.print(view.text(width: Terminal.width)) }
            if let warning = view.warning { StandardError.write("customer-worker: warning: \(warning)") }
        }
    }
}
