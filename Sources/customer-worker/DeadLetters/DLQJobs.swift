import ArgumentParser
import CustomerContract
import Foundation
import JSON
import Kafka
import Operations
import Records
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
            let settings = try ClusterSettings(self.options)
            let topic = self.topic ?? settings.settings.kafka.deadLetterTopic
            var history = JobHistory()
            try self.read(self.auditLog ?? settings.auditPath, into: &history)
            try await history.take(lastOf: topic, settings.client)
            let jobs = history.jobs(of: topic).prefix(self.limit)
            print(self.json ? Self.json(Array(jobs)) : Self.text(Array(jobs)), terminator: "")
            if jobs.isEmpty { throw ExitStatus.nothingMatched.exit }
        }

        /// A log that is not there has no jobs.
        private func read(_ path: String, into history: inout JobHistory) throws {
            guard FileManager.default.fileExists(atPath: path) else { return }
            guard let data = FileManager.default.contents(atPath: path) else {
                throw ExitStatus.notPermitted.exit("--audit-log \(path): cannot be read")
            }
            for line in data.split(separator: UInt8(ascii: "\n")) { history.read(Array(line)) }
        }

        private static func text(_ jobs: [JobHistory.Job]) -> String {
            var table = TextTable(
                columns: ["job", "kind", "state", "moved", "by", "began", "ended", "selection", "reason"]
            )
            for job in jobs {
                let state = job.ending.map { "\(job.state.rawValue): \($0)" } ?? job.state.rawValue
                table.append([
                    job.id.printable, job.kind.printable, state.printable, NumberText.count(job.moved),
                    job.owner.printable, job.beganAt?.description ?? "-", job.endedAt?.description ?? "-",
                    job.selection.printable, job.reason?.printable ?? "-",
                ])
            }
            return jobs.isEmpty ? "No job is known.\n" : table.text(width: Terminal.width)
        }

        private static func json(_ jobs: [JobHistory.Job]) -> String {
            let objects = jobs.map { job in
                JSONValue.members([
                    "job": .string(job.id), "kind": .string(job.kind), "state": .string(job.state.rawValue),
                    "ending": .text(job.ending), "moved": .integer(job.moved), "topic": .string(job.topic),
                    "selection": .string(job.selection), "reason": .text(job.reason), "by": .string(job.owner),
                    "began_at": .text(job.beganAt?.description), "ended_at": .text(job.endedAt?.description),
                ])
            }
            return String(decoding: JSONWriter.encode(.array(objects)), as: UTF8.self) + "\n"
        }
    }
}
