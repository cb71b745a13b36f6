import ArgumentParser
import Operations
import Records
import Redrive
import Settings
import Topics

extension DLQCommand {
    /// `dlq show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print one dead letter in full: why it failed, its headers, its value.",
            discussion: Examples.of("dlq show")
        )

        @OptionGroup var options: SettingsOptions

        @Option(
            help: ArgumentHelp("The dead-letter topic; kafka.topic_dlq without it.", valueName: "topic"),
            completion: Offered.deadLetterTopic
        )
        var topic: String?

        @Argument(help: ArgumentHelp("PARTITION/OFFSET, or TOPIC/PARTITION/OFFSET.", valueName: "place"))
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
            let settings = try ClusterSettings(self.options.load().settings)
            guard let position = self.position(in: self.topic ?? settings.settings.kafka.deadLetterTopic) else {
                return
            }
            let topic = try await DeadLetterTopic(position.topic, settings.client)
            guard let letter = try await DeadLetterTopic.letter(within: position, settings.client) else {
                StandardError.write("customer-worker: there is no dead letter at \(position)")
                throw ExitStatus.nothingMatched.exit
            }
            if self.json {
                print(String(decoding: ExportLine(letter).encoded, as: UTF8.self))
                return
            }
            print(LetterView(letter, topic.marks[position.partition, position.offset]).text, terminator: "")
        }
    }
}
