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

    @Option(
        name: .customLong("letter"),
        help: ArgumentHelp(
            "Only this letter, or these of a partition; may be repeated.",
            valueName: "partition/offset"
        )
    )
    var letters: [String] = []

    @Option(
        name: .customLong("why"),
        help: ArgumentHelp(
            "Only this reason, «…» for any value, as «dlq list» has it; may be repeated.",
            valueName: "text"
        )
    )
    var whys: [String] = []

    @Option(help: ArgumentHelp("Only those with this header; may be repeated.", valueName: "name=value"))
    var header: [String] = []

    @Option(help: ArgumentHelp("At most so many.", valueName: "n"))
    var limit: Int?

    func validate() throws {
        do throws(SelectionForm.Mistake) {
            _ = try self.form(self.externalID).selection()
        } catch {
            throw ValidationError(error.description)
        }
    }

    /// The conditions; a file that cannot be read ends the command with code 65.
    func selection() throws -> Selection { try self.form(self.allExternalIDs()).selection() }

    /// The conditions as they were given, for the name of a job.
    func words() throws -> [[String]] { try self.form(self.allExternalIDs()).words }

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
}

extension LetterState: ExpressibleByArgument {}
