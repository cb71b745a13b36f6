import ArgumentParser
import CommandWorker
import Operations
import Records
import Redrive
import Settings
import Topics

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
            let settings = try self.options.cluster()
            let selection = try self.selecting.form().selection()
            let name = self.selecting.topic.name(settings)
            let topic = try await DeadLetterTopic(name, settings.client)
            let route = try await topic.usualRoute(resultTopic: settings.settings.worker.resultTopic, settings.rules)
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

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print one dead letter in full: why it failed, its headers, its value.",
            discussion: Examples.of("dlq show")
        )

        @OptionGroup var options: SettingsOptions
        @OptionGroup var topic: DeadLetterTopicOption

        @Argument(help: .value("place", "PARTITION/OFFSET, or TOPIC/PARTITION/OFFSET."))
        var place: String

        @Flag(help: "Print JSON: the line that «dlq export» writes.")
        var json = false

        func validate() throws {
            if self.position(in: "x") == nil {
                throw ValidationError("\(self.place): expected PARTITION/OFFSET or TOPIC/PARTITION/OFFSET")
            }
        }

        private func position(in topic: String) -> RecordPosition? {
            RecordPosition(parsing: self.place) ?? RecordPosition(parsing: "\(topic)/\(self.place)")
        }

        func run() async throws {
            let settings = try self.options.cluster()
            guard let position = self.position(in: self.topic.name(settings)) else { return }
            let topic = try await DeadLetterTopic(position.topic, settings.client)
            guard let letter = try await DeadLetterTopic.letter(within: position, settings.client) else {
                throw ExitStatus.nothingMatched.exit("there is no dead letter at \(position)")
            }
            if self.json {
                print(String(decoding: ExportLine(letter).encoded, as: UTF8.self))
                return
            }
            print(LetterView(letter, topic.marks[position.partition, position.offset]).text, terminator: "")
        }
    }

    struct Jobs: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List redrives, dismissals and restores, with their state; nothing is changed.",
            discussion: """
                From the audit log of this machine, and for the last redrive from the cluster, whoever ran it. \
                Exit codes: 0; 3 there was none.
                """ + Examples.below("dlq jobs")
        )

        @OptionGroup var options: SettingsOptions
        @OptionGroup var topic: DeadLetterTopicOption
        @OptionGroup var audit: AuditLogOption

        @Option(help: .value("n", "List at most this number, the newest."))
        var limit = 20

        @Flag(help: "Print JSON.")
        var json = false

        func validate() throws {
            guard self.limit >= 1 else { throw ValidationError("--limit \(self.limit): expected 1 or more") }
        }

        func run() async throws {
            let settings = try self.options.cluster()
            let topic = self.topic.name(settings)
            var history = JobHistory()
            try history.read(auditLog: self.audit.path(settings))
            try await history.take(lastOf: topic, settings.client)
            let jobs = Array(history.jobs(of: topic).prefix(self.limit))
            print(self.json ? jobs.json : jobs.text(width: Terminal.width), terminator: "")
            if jobs.isEmpty { throw ExitStatus.nothingMatched.exit }
        }
    }
}
