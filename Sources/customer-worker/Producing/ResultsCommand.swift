import ArgumentParser
import CommandWorker
import CustomerContract
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
            """ + Examples.below("results")
    )

    /// What a result says of the customer.
    enum Status: String, ExpressibleByArgument, CaseIterable {
        case created
        case failed
    }

    @OptionGroup var options: SettingsOptions

    @Option(help: .value("topic", "The topic; kafka.topic_results without it."), completion: Offered.resultTopic)
    var topic: String?

    @Option(
        help: .value("time", "Published since then: an age such as 2h or 7d, or a time such as 2026-11-25T10:00 (UTC).")
    )
    var since: String?

    @Option(help: .value("time", "Published before then; as --since."))
    var until: String?

    @Option(help: "created or failed.")
    var status: Status?

    @Option(help: "Only this outcome or error code; may be repeated.", completion: .list(ResultSelection.knownCodes))
    var code: [String] = []

    @Option(help: .value("id", "Only this customer; may be repeated."))
    var externalID: [String] = []

    @Option(help: .value("id", "Only the results of this command; may be repeated."))
    var commandID: [String] = []

    @Option(help: .value("n", "The first ones, at most this number."))
    var limit: Int?

    @Option(help: .value("n", "The newest ones, at most this number (up to 10000)."))
    var last: Int?

    @Flag(help: "Continue with those that come, until it is interrupted.")
    var follow = false

    @Flag(help: "Print each event as it is, a line of JSON.")
    var json = false

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit \(limit): expected 1 or more") }
        if let last, !(1...10_000).contains(last) { throw ValidationError("--last \(last): expected 1 to 10000") }
        if self.limit != nil, self.last != nil { throw ValidationError("--limit and --last: give one of them") }
        if self.follow, let until {
            throw ValidationError("--until \(until): not with --follow, which ends when it is interrupted")
        }
        try validating { _ = try OptionTimes(since: self.since, until: self.until) }
        for mistake in self.code.compactMap({ ResultSelection.mistake(in: $0) }) {
            throw ValidationError("--code \(mistake)")
        }
    }

    func run() async throws {
        let settings = try self.options.cluster()
        let selection = try self.selection()
        let topic = self.topic ?? settings.settings.worker.resultTopic
        let reading = try await ResultReading(topic, settings.client)
        var count = 0
        let show: (ResultEvent) throws -> Bool = { event in
            let line = self.json ? event.body.line : event.text.wrappedLines(to: Terminal.width, hanging: 2)
            try StandardOutput.write(line)
            count += 1
            return self.limit.map { count < $0 } ?? true
        }
        var read = 0
        if let last { read = try await reading.visit(newest: last, of: selection) { _ = try show($0) } }
        if self.follow {
            try await reading.follow(selection, fromBeginning: self.since != nil && self.last == nil, show)
        } else if self.last == nil {
            read = try await reading.visit(selection, show)
        }
        guard count == 0 else { return }
        throw ExitStatus.nothingMatched.exit(
            read > 0
                ? "none of the \(NumberText.count(read, "result")) in \(topic) matches these options"
                : "no result yet in \(topic): send commands with `customer-worker produce`; if some were sent, "
                    + "`customer-worker why` says what they wait for"
        )
    }

    private func selection() throws -> ResultSelection {
        var selection = ResultSelection()
        let times = try OptionTimes(since: self.since, until: self.until)
        (selection.since, selection.until) = (times.since, times.until)
        selection.isCreated = self.status.map { $0 == .created }
        selection.codes = Set(self.code)
        selection.externalIDs = Set(self.externalID.map { ExternalID($0) })
        selection.commandIDs = Set(self.commandID.map { CommandID($0) })
        return selection
    }
}

extension ResultEvent {
    /// A line for people: time, outcome or code, customer, command, and what is said of a failure.
    fileprivate var text: String {
        let code = self.isCreated ? self.code : "failed: \(self.code)"
        let parts = [
            self.timestamp?.description ?? "-", code.padding(to: 28), self.externalID?.text ?? "-", self.commandID.text,
            self.message ?? self.customerID ?? "",
        ]
        let line = parts.joined(separator: "  ")
        // An id is anybody's text, and a terminal obeys control characters.
        return String(
            line.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : Character($0) }
        )
            + "\n"
    }
}
