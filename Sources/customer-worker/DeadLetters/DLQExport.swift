import ArgumentParser
import JSON
import Operations
import Records
import Redrive
import Topics

extension DLQCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write dead letters as JSON Lines, with key, value and headers; nothing is changed.",
            discussion: Examples.of("dlq export")
        )

        @OptionGroup var options: SettingsOptions
        @OptionGroup var selecting: SelectionOptions

        @Option(help: "waiting, redriven, dismissed or all.")
        var state = LetterState.waiting

        @Option(
            help: .value("file", "Write to this file, which must not exist; standard output without it."),
            completion: .file(extensions: ["jsonl"])
        )
        var output: String?

        @Flag(help: "Keep values byte for byte, as texts, and not as objects that can be read and edited.")
        var exact = false

        @Flag(
            help: """
                Only the commands' own JSON objects, to be corrected and sent again; what is not one is counted and \
                left out.
                """
        )
        var bodies = false

        func run() async throws {
            let settings = try self.options.cluster()
            let selection = try self.selecting.form().selection()
            let name = self.selecting.topic.name(settings)
            let file = try self.output.map { try LineFile(path: $0, isNew: true) }
            let topic = try await DeadLetterTopic(name, settings.client)
            var (count, leftOut) = (0, 0)
            var waiting: [[UInt8]] = []
            try await topic.visit(selection, self.state) { letter, _ in
                guard let line = self.line(letter) else {
                    leftOut += 1
                    return true
                }
                count += 1
                waiting.append(line)
                if waiting.count >= (file == nil ? 1 : 100) { try Self.write(&waiting, to: file) }
                return true
            }
            try Self.write(&waiting, to: file)
            StandardError.write(
                "\(name) (\(selection.description)): \(NumberText.count(count)) dead letters exported"
                    + (leftOut > 0 ? ", \(NumberText.count(leftOut)) left out that are no JSON objects" : "")
            )
            if count == 0 { throw ExitStatus.nothingMatched.exit }
        }

        private static func write(_ lines: inout [[UInt8]], to file: LineFile?) throws {
            if let file {
                try file.append(lines)
            } else {
                for line in lines { try StandardOutput.write(line + [UInt8(ascii: "\n")]) }
            }
            lines = []
        }

        private func line(_ letter: DeadLetter) -> [UInt8]? {
            guard self.bodies else { return ExportLine(letter, isExact: self.exact).encoded }
            return letter.record.value.flatMap { try? JSONParser.parseObject($0) }.map { JSONWriter.encode($0) }
        }
    }
}
