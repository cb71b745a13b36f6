import ArgumentParser
import CustomerContract
import JSON
import Kafka
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
            let settings = try ClusterSettings(self.options)
            guard let position = self.position(in: self.topic ?? settings.settings.kafka.deadLetterTopic) else {
                return
            }
            let topic = try await DeadLetterTopic(position.topic, settings.client)
            guard let letter = try await topic.letter(partition: position.partition, offset: position.offset) else {
                StandardError.write("customer-worker: there is no dead letter at \(position)")
                throw ExitStatus.nothingMatched.exit
            }
            if self.json {
                print(String(decoding: ExportLine(letter).encoded, as: UTF8.self))
                return
            }
            print(Self.text(letter, topic.marks[position.partition, position.offset]), terminator: "")
        }

        private static func text(_ letter: DeadLetter, _ mark: LetterMark) -> String {
            var lines: [(String, String)] = [("dead letter", letter.position.description)]
            lines.append(("state", mark == .redriven ? "sent back" : mark.rawValue))
            lines.append(("headers of", letter.dialect?.rawValue ?? "nobody known"))
            if let source = letter.source {
                let place = [source.partition.map { "\($0)" }, source.offset.map { "\($0)" }].compactMap { $0 }
                lines.append(("command", ([source.topic] + place).joined(separator: "/")))
            }
            if let id = letter.commandID { lines.append(("command id", id)) }
            if let id = letter.externalIDs.first { lines.append(("external_id", id.text)) }
            lines.append(("code", letter.kind ?? "-"))
            lines.append(("why", letter.reason ?? "-"))
            if let isRetryable = letter.isRetryable { lines.append(("retryable", isRetryable ? "yes" : "no")) }
            if let group = letter.group { lines.append(("given up by", group)) }
            if let time = letter.firstFailedAt { lines.append(("first failed", time.description)) }
            if let time = letter.failedAt { lines.append(("failed", time.description)) }
            let laps = letter.redriveCount + (mark == .redriven ? 1 : 0)
            lines.append(("sent back", NumberText.count(laps, "time")))
            let width = lines.map(\.0.count).max() ?? 0
            var text = lines.map { "\($0.padding(to: width))  \($1.printable)\n" }.joined()
            text += "\nheaders\n"
            for header in letter.record.headers {
                text += "  \(header.name.text.printable): \(Self.shown(header.value))\n"
            }
            text += "\nkey    \(Self.shown(letter.record.key))\nvalue  \(Self.shownValue(letter.record.value))\n"
            return text
        }

        private static func shownValue(_ bytes: [UInt8]?) -> String {
            guard let bytes, let value = try? JSONParser.parse(bytes) else { return self.shown(bytes) }
            return PrettyJSON.text(value)
        }

        /// Text as text, other bytes as hexadecimal digits; a control character must not reach the terminal.
        private static func shown(_ bytes: [UInt8]?) -> String {
            guard let bytes else { return "(null)" }
            if let text = String(validating: bytes, as: UTF8.self), text.printable == text { return text }
            let shown = bytes.prefix(256).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
            return bytes.count > 256 ? "\(shown) … (\(bytes.count) bytes)" : shown
        }
    }
}

extension String {
    /// The text with `?` for control characters: what anybody can write into a record must not steer a terminal.
    var printable: String {
        String(
            String.UnicodeScalarView(
                self.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "?" : $0 }
            )
        )
    }
}
