import ArgumentParser
import CustomerContract
import Foundation
import Glibc
import Ledger
import Operations
import Records
import Redrive
import Settings

/// `explain`: what became of a customer or a command, and why.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell what became of a customer or a command, what it waits for, and what to run next.",
        discussion: """
            Reads the topics once and asks the ledger and the running worker; nothing is changed. \
            PARTITION/OFFSET is a dead letter, as «dlq list» prints samples. Ends with 3 when nothing is known.
            """ + Examples.below("explain")
    )

    @OptionGroup var options: SettingsOptions

    @Argument(
        help: ArgumentHelp(
            "An external_id, TOPIC/PARTITION/OFFSET of one of the three topics, or PARTITION/OFFSET of a dead letter.",
            valueName: "what"
        )
    )
    var what: String

    @Flag(help: "Take the argument for an external_id even if it looks like a place.")
    var id = false

    @Flag(help: "Show every event of a long story, with its details.")
    var all = false

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let settings = try ClusterSettings(self.options)
        let position = self.position(settings)
        let story = try await self.story(settings, position)
        let worker: WorkerWord =
            if let externalID = story.externalID {
                await WorkerWord(asking: settings.settings.adminListen, about: externalID)
            } else {
                .notAsked("the command names no customer")
            }
        let screen = StoryScreen(
            subject: position?.description ?? self.what,
            story: story,
            worker: worker,
            config: self.options.config
        )
        print(self.json ? screen.json.line : self.all ? screen.longText : screen.text(Self.size), terminator: "")
        guard story.events.isEmpty else { return }
        if position == nil, !self.id, RecordPosition(parsing: self.what) != nil {
            let topics = self.topics(settings).joined(separator: ", ")
            StandardError.write(
                "customer-worker: \(self.what) was taken for an external_id: it is no record of \(topics)"
            )
        }
        throw ExitStatus.nothingMatched.exit
    }

    private func story(_ settings: ClusterSettings, _ position: RecordPosition?) async throws -> Story {
        let kafka = settings.settings.kafka
        let teller = StoryTeller(
            settings.client,
            resultTopic: kafka.resultsTopic,
            deadLetterTopic: kafka.deadLetterTopic,
            group: kafka.consumerGroup,
            rules: settings.rules
        )
        do {
            return try await teller.tell(
                position.map { .record($0) } ?? .customer(ExternalID(self.what)),
                ledger: try await WorkerAssembly.openExistingLedger(settings.settings.store)
            )
        } catch let error as StoryTeller.NoRecord {
            throw ExitStatus.badInput.exit("\(error); for the customer of the external_id \(self.what) use --id")
        }
    }

    /// The record that the argument names; `nil` when it is an external_id.
    private func position(_ settings: ClusterSettings) -> RecordPosition? {
        if self.id { return nil }
        let letter = RecordPosition(parsing: "\(settings.settings.kafka.deadLetterTopic)/\(self.what)")
        if let letter { return letter }
        let topics = self.topics(settings)
        return RecordPosition(parsing: self.what).flatMap { topics.contains($0.topic) ? $0 : nil }
    }

    private func topics(_ settings: ClusterSettings) -> [String] {
        let kafka = settings.settings.kafka
        return [kafka.topic, kafka.resultsTopic, kafka.deadLetterTopic]
    }

    /// The terminal's size; `nil` when standard output is none.
    private static var size: StoryScreen.Size? {
        Terminal.output.map { StoryScreen.Size(columns: $0.columns, rows: $0.rows) }
    }
}
