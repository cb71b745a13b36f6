import ArgumentParser
import Operations
import Records
import Redrive

/// `explain`: what became of a customer or a command, and why.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell what became of a customer or a command, what it waits for, and what to run next.",
        discussion: """
            Reads the topics and asks the ledger and the running worker; nothing is changed. \
            PARTITION/OFFSET is a dead letter, as «dlq list» prints samples. What is neither a position nor a known \
            external_id is looked for among the ids of commands and of Flexprice's customers. Ends with 3 when \
            nothing is known.
            """ + Examples.below("explain")
    )

    @OptionGroup var options: SettingsOptions

    @Argument(
        help: .value(
            "what",
            "An external_id, a command's id, a customer's id (cust_…), TOPIC/PARTITION/OFFSET of one of the three "
                + "topics, or PARTITION/OFFSET of a dead letter."
        )
    )
    var what: String

    @Flag(help: "Take the argument for an external_id, whatever it looks like.")
    var id = false

    @Flag(help: "Show every event of a long story, with its details.")
    var all = false

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let inquiry = StoryInquiry(try self.options.cluster())
        let position = self.id ? nil : inquiry.position(in: self.what)
        let answer: StoryInquiry.Answer
        do {
            answer = try await inquiry.answer(self.what, at: position, isExternalID: self.id)
        } catch let error as StoryTeller.NoRecord {
            throw ExitStatus.badInput.exit("\(error); for the customer of the external_id \(self.what) use --id")
        }
        let screen = StoryScreen(answer, config: self.options.config)
        let size = Terminal.output.map { (columns: $0.columns, rows: $0.rows) }
        print(self.json ? screen.json.line : self.all ? screen.longText : screen.text(size), terminator: "")
        guard answer.story.events.isEmpty else { return }
        guard position == nil, !self.id, RecordPosition(parsing: self.what) != nil else {
            throw ExitStatus.nothingMatched.exit
        }
        let topics = inquiry.topics.joined(separator: ", ")
        throw ExitStatus.nothingMatched.exit("\(self.what) was taken for a name: it is no record of \(topics)")
    }
}
