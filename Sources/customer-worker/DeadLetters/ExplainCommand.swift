import ArgumentParser
import CustomerContract
import Foundation
import Ledger
import Operations
import Records
import Redrive
import Settings

/// `explain`: what became of a customer or a command, and why.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract:
            "Tell the story of a customer or a command: commands, results, dead letters, ledger, and where it is now.",
        discussion: "Reads the topics once and asks the ledger and the running worker; nothing is changed."
    )

    @OptionGroup var options: SettingsOptions

    @Argument(
        help: ArgumentHelp("An external_id, or TOPIC/PARTITION/OFFSET of one of the three topics.", valueName: "what")
    )
    var what: String

    @Flag(help: "Take the argument for an external_id even if it looks like a place.")
    var id = false

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let settings = try ClusterSettings(self.options)
        let kafka = settings.settings.kafka
        let topics = [kafka.topic, kafka.resultsTopic, kafka.deadLetterTopic]
        let position =
            self.id ? nil : RecordPosition(parsing: self.what).flatMap { topics.contains($0.topic) ? $0 : nil }
        let teller = StoryTeller(
            settings.client,
            commandTopic: kafka.topic,
            resultTopic: kafka.resultsTopic,
            deadLetterTopic: kafka.deadLetterTopic,
            group: kafka.consumerGroup
        )
        let story = try await teller.tell(
            position.map { .record($0) } ?? .customer(ExternalID(self.what)),
            ledger: try await WorkerAssembly.openExistingLedger(settings.settings.store)
        )
        let status: WorkerStatus =
            if let externalID = story.externalID {
                await WorkerStatus(asking: settings.settings.adminListen, about: externalID)
            } else {
                .notAsked("the command names no customer")
            }
        let view = StoryView(subject: self.what, story: story, worker: status)
        print(self.json ? view.json : view.text, terminator: "")
        if story.events.isEmpty { throw ExitCode(3) }
    }
}
