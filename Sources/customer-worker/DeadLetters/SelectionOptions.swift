import ArgumentParser
import Operations
import Records
import Redrive

/// The conditions by which dead letters are chosen: the same for listing, exporting and sending back.
struct SelectionOptions: ParsableArguments {
    @OptionGroup var topic: DeadLetterTopicOption

    @Option(help: "Only this code, or exception class; may be repeated.", completion: Offered.errorCodes)
    var code: [String] = []

    @Flag(inversion: .prefixedNo, help: "Only those that say they may succeed later, or that say they may not.")
    var retryable: Bool?

    @Option(help: .value("id", "Only this customer; may be repeated."))
    var externalID: [String] = []

    @Option(
        name: .customLong("external-ids"),
        help: .value("file", "Only the customers whose ids are in this file, one a line."),
        completion: .file()
    )
    var externalIDs: String?

    @Option(
        help: .value("time", "Failed since then: an age such as 2h or 7d, or a time such as 2026-11-25T10:00 (UTC).")
    )
    var since: String?

    @Option(help: .value("time", "Failed before then; as --since."))
    var until: String?

    @Option(help: .value("n", "Only this partition of the dead-letter topic; may be repeated."))
    var partition: [Int32] = []

    @Option(help: .value("range", "Only these offsets: N or FIRST-LAST; may be repeated."))
    var offsets: [String] = []

    @Option(
        name: .customLong("letter"),
        help: .value("partition/offset", "Only this letter, or these of a partition; may be repeated.")
    )
    var letters: [String] = []

    @Option(
        name: .customLong("why"),
        help: .value("text", "Only this reason, «…» for any value, as «dlq list» has it; may be repeated.")
    )
    var whys: [String] = []

    @Option(help: .value("name=value", "Only those with this header; may be repeated."))
    var header: [String] = []

    @Option(help: .value("n", "Stop after this many letters."))
    var limit: Int?

    func validate() throws {
        try validating { _ = try self.form(self.externalID).selection() }
    }

    /// The conditions; a file that cannot be read ends the command with code 65.
    func form() throws -> SelectionForm { try self.form(self.allExternalIDs()) }

    private func form(_ externalIDs: [String]) -> SelectionForm {
        var form = SelectionForm()
        form.codes = self.code
        form.isRetryable = self.retryable
        form.externalIDs = externalIDs
        (form.since, form.until) = (self.since, self.until)
        form.partitions = self.partition
        form.offsets = self.offsets
        form.letters = self.letters
        form.whys = self.whys
        form.headers = self.header
        form.limit = self.limit
        return form
    }

    private func allExternalIDs() throws -> [String] {
        guard let path = self.externalIDs else { return self.externalID }
        let bytes = try FileBytes.read(path, of: "--external-ids", limit: 256 << 20, expecting: "a text file")
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ExitStatus.badInput.exit("--external-ids \(path): the bytes are not UTF-8; save the file as UTF-8")
        }
        let lines = text.split(whereSeparator: \.isNewline).map(String.init).filter { !$0.isEmpty }
        // No ids would mean all of them.
        guard !lines.isEmpty else { throw ExitStatus.badInput.exit("--external-ids \(path): holds no id") }
        return self.externalID + lines
    }
}

extension LetterState: ExpressibleByArgument {}
