import ArgumentParser
import CustomerContract
import Foundation
import Operations
import Redrive

/// The conditions by which dead letters are chosen: the same for listing, exporting and sending back.
struct SelectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The dead-letter topic; kafka.topic_dlq without it.", valueName: "topic"))
    var topic: String?

    @Option(help: "Only this code, or exception class; may be repeated.")
    var code: [String] = []

    @Flag(inversion: .prefixedNo, help: "Only those that say they may succeed later, or that say they may not.")
    var retryable: Bool?

    @Option(help: ArgumentHelp("Only this customer; may be repeated.", valueName: "id"))
    var externalID: [String] = []

    @Option(
        name: .customLong("external-ids"),
        help: ArgumentHelp("Only the customers whose ids stand in this file, one a line.", valueName: "file")
    )
    var externalIDs: String?

    @Option(help: ArgumentHelp("Failed since then: 2026-11-25T10:00:00Z, or so long ago: 2h.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Failed before then, written as for --since.", valueName: "time"))
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
        for text in [self.since, self.until].compactMap({ $0 }) where PastTime.parse(text) == nil {
            throw ValidationError(
                "\(text): expected a time such as 2026-11-25T10:00:00Z, or a duration such as 30m or 2h"
            )
        }
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
        selection.since = self.since.flatMap { PastTime.parse($0) }
        selection.until = self.until.flatMap { PastTime.parse($0) }
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
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ExitStatus.badInput.exit("--external-ids \(path): cannot be read as UTF-8 text")
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
