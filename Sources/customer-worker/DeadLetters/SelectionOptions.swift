import ArgumentParser
import CustomerContract
import Operations
import Records
import Redrive
import Settings

/// The conditions by which dead letters are chosen: the same for listing, exporting and sending back.
struct SelectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The dead-letter topic; kafka.topic_dlq without it.", valueName: "topic"),
        completion: Offered.deadLetterTopic
    )
    var topic: String?

    @Option(help: "Only this code, or exception class; may be repeated.", completion: Offered.errorCodes)
    var code: [String] = []

    @Flag(inversion: .prefixedNo, help: "Only those that say they may succeed later, or that say they may not.")
    var retryable: Bool?

    @Option(help: ArgumentHelp("Only this customer; may be repeated.", valueName: "id"))
    var externalID: [String] = []

    @Option(
        name: .customLong("external-ids"),
        help: ArgumentHelp("Only the customers whose ids are in this file, one a line.", valueName: "file"),
        completion: .file()
    )
    var externalIDs: String?

    @Option(
        help: ArgumentHelp(
            "Failed since then: an age such as 2h or 7d, or a time such as 2026-11-25T10:00 (UTC).",
            valueName: "time"
        )
    )
    var since: String?

    @Option(help: ArgumentHelp("Failed before then; as --since.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("Only this partition of the dead-letter topic; may be repeated.", valueName: "n"))
    var partition: [Int32] = []

    @Option(help: ArgumentHelp("Only these offsets: N or FIRST-LAST; may be repeated.", valueName: "range"))
    var offsets: [String] = []

    @Option(help: ArgumentHelp("Only those with this header; may be repeated.", valueName: "name=value"))
    var header: [String] = []

    @Option(help: ArgumentHelp("At most so many.", valueName: "n"))
    var limit: Int?

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit \(limit): expected 1 or more") }
        if self.partition.contains(where: { $0 < 0 }) { throw ValidationError("--partition: expected 0 or more") }
        try OptionTimes.validate(since: self.since, until: self.until)
        for text in self.offsets where Self.range(text) == nil {
            throw ValidationError("--offsets \(text): expected N or FIRST-LAST")
        }
        for text in self.header where HeaderMatch(parsing: text) == nil {
            throw ValidationError("--header \(text): expected NAME=VALUE")
        }
    }

    /// The conditions; a file that cannot be read ends the command with code 65.
    func selection() throws -> Selection {
        var selection = Selection()
        selection.kinds = Set(self.code)
        selection.isRetryable = self.retryable
        selection.externalIDs = Set(try self.allExternalIDs().map { ExternalID($0) })
        let times = try OptionTimes(since: self.since, until: self.until)
        (selection.since, selection.until) = (times.since, times.until)
        selection.partitions = Set(self.partition)
        selection.offsets = self.offsets.compactMap { Self.range($0) }
        selection.headers = self.header.compactMap { HeaderMatch(parsing: $0) }
        selection.limit = self.limit
        return selection
    }

    /// The conditions as they were given, for the name of a job.
    func words() throws -> [[String]] {
        var words: [[String]] = []
        words += self.code.map { ["--code", $0] }
        if let retryable { words.append([retryable ? "--retryable" : "--no-retryable"]) }
        words += try self.allExternalIDs().map { ["--external-id", $0] }
        if let since { words.append(["--since", since]) }
        if let until { words.append(["--until", until]) }
        words += self.partition.map { ["--partition", "\($0)"] }
        words += self.offsets.map { ["--offsets", $0] }
        words += self.header.map { ["--header", $0] }
        if let limit { words.append(["--limit", "\(limit)"]) }
        return words
    }

    private func allExternalIDs() throws -> [String] {
        guard let path = self.externalIDs else { return self.externalID }
        let file: FileBytes
        do throws(FileBytes.Failure) {
            file = try FileBytes(path: path, limit: 256 << 20)
        } catch {
            throw ExitStatus.badInput.exit("--external-ids \(path): found \(error.description); expected a text file")
        }
        guard let text = String(validating: file.bytes, as: UTF8.self) else {
            throw ExitStatus.badInput.exit("--external-ids \(path): the bytes are not UTF-8; save the file as UTF-8")
        }
        let lines = text.split(whereSeparator: \.isNewline).map(String.init).filter { !$0.isEmpty }
        // No ids would mean all of them.
        guard !lines.isEmpty else { throw ExitStatus.badInput.exit("--external-ids \(path): holds no id") }
        return self.externalID + lines
    }

    private static func range(_ text: String) -> ClosedRange<Int64>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
        guard let first = parts.first ?? nil, first >= 0, parts.count <= 2 else { return nil }
        guard parts.count == 2 else { return first...first }
        guard let last = parts[1], last >= first else { return nil }
        return first...last
    }
}

extension LetterState: ExpressibleByArgument {}
