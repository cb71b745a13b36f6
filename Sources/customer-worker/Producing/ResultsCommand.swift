import ArgumentParser
import CustomerContract
import Foundation
import JSON
import Operations
import Records
import Settings
import Topics

/// `results`: prints result events.
struct ResultsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results",
        abstract: "Print result events, those that are kept or those that come; nothing is changed.",
        discussion: """
            Without --follow it prints what is kept and ends; with it, what comes from now on, \
            and with --since also what came since then. It joins no group. Exit codes: 0; 3 nothing matched; \
            69 the brokers do not answer.
            """
    )

    /// What a result says of the customer.
    enum Status: String, ExpressibleByArgument, CaseIterable {
        case created
        case failed
    }

    @OptionGroup var options: SettingsOptions

    @Option(help: ArgumentHelp("The topic; kafka.topic_results without it.", valueName: "topic"))
    var topic: String?

    @Option(help: ArgumentHelp("Since then: 2026-11-25T10:00:00Z, or so long ago: 2h.", valueName: "time"))
    var since: String?

    @Option(help: "created or failed.")
    var status: Status?

    @Option(help: "Only this outcome or error code; may be repeated.")
    var code: [String] = []

    @Option(help: ArgumentHelp("Only this customer; may be repeated.", valueName: "id"))
    var externalID: [String] = []

    @Option(help: ArgumentHelp("Only the results of this command; may be repeated.", valueName: "id"))
    var commandID: [String] = []

    @Option(help: ArgumentHelp("At most so many.", valueName: "n"))
    var limit: Int?

    @Flag(help: "Go on with those that come, until it is interrupted.")
    var follow = false

    @Flag(help: "Print each event as it is, a line of JSON.")
    var json = false

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit \(limit): expected 1 or more") }
        if let since, PastTime.parse(since) == nil {
            throw ValidationError(
                "--since \(since): expected a time such as 2026-11-25T10:00:00Z, or a duration such as 30m or 2h"
            )
        }
    }

    func run() async throws {
        let settings = try ClusterSettings(self.options)
        let selection = self.selection
        let reading = try await ResultReading(self.topic ?? settings.settings.kafka.resultsTopic, settings.client)
        var count = 0
        let show: (ResultEvent) throws -> Bool = { event in
            let line = ResultView(event: event)
            // Written at once and not buffered, for whoever reads the other end of a pipe.
            try FileHandle.standardOutput.write(contentsOf: Data((self.json ? line.json : line.text).utf8))
            count += 1
            return self.limit.map { count < $0 } ?? true
        }
        if self.follow {
            try await reading.follow(selection, fromBeginning: self.since != nil, show)
        } else {
            try await reading.visit(selection, show)
        }
        if count == 0 { throw ExitCode(3) }
    }

    private var selection: ResultSelection {
        var selection = ResultSelection()
        selection.since = self.since.flatMap { PastTime.parse($0) }
        selection.isCreated = self.status.map { $0 == .created }
        selection.codes = Set(self.code)
        selection.externalIDs = Set(self.externalID.map { ExternalID($0) })
        selection.commandIDs = Set(self.commandID.map { CommandID($0) })
        return selection
    }
}

/// One result event, as people read it and as JSON; each ends with a newline.
struct ResultView {
    let event: ResultEvent

    /// Time, outcome or code, customer, command, and what is said of a failure.
    var text: String {
        let time = self.event.timestamp?.description ?? "-"
        let code = self.event.isCreated ? self.event.code : "failed: \(self.event.code)"
        let parts = [
            time, code.padding(to: 28), self.event.externalID?.text ?? "-", self.event.commandID.text,
            self.event.message ?? self.event.customerID ?? "",
        ]
        let line = parts.joined(separator: "  ")
        // An id is anybody's text, and a terminal obeys control characters.
        return String(
            line.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : Character($0) }
        )
            + "\n"
    }

    /// The event itself.
    var json: String { self.event.body.line }
}
