import ArgumentParser
import Operations
import Records
import Redrive

/// What is changed in commands before they are sent back: the patch first, then what is set, then what is removed.
struct EditOptions: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: .value(
            "field=value",
            "Set a field to a text (FIELD=TEXT) or to JSON (FIELD:=JSON); metadata.KEY names an entry; may be "
                + "repeated."
        )
    )
    var assignments: [String] = []

    @Option(help: .value("field", "Remove a field, or metadata.KEY; may be repeated."))
    var unset: [String] = []

    @Option(
        help: .value("file", "Apply the JSON merge patch (RFC 7386) of this file."),
        completion: .file(extensions: ["json"])
    )
    var patch: String?

    @Flag(help: "Set fields too that this version does not know; they are sent as they are.")
    var allowUnknownFields = false

    @Option(
        help: .value(
            "file",
            "Keep edited letters as they were in this file; redrive-originals.jsonl beside the store without "
                + "it."
        ),
        completion: .file()
    )
    var originals: String?

    /// The changes, and the words for the name of the job; a patch that is none ends the command with code 65, a wrong
    /// option with code 64.
    func changes() throws -> (edits: CommandEdits, words: [[String]]) {
        var edits = CommandEdits()
        var words = self.assignments.map { ["--set", $0] } + self.unset.map { ["--unset", $0] }
        if let path = self.patch {
            let bytes = try FileBytes.read(path, of: "--patch", limit: 16 << 20, expecting: "a JSON merge patch")
            do throws(CommandEdits.Problem) {
                try edits.patch(bytes)
            } catch {
                throw ExitStatus.badInput.exit("--patch \(path): \(error.description)")
            }
            words.append(["--patch", String(decoding: bytes, as: UTF8.self)])
        }
        do {
            for assignment in self.assignments { try edits.set(assignment) }
            for name in self.unset { edits.unset(name) }
            if !self.allowUnknownFields { try edits.checkFields() }
        } catch {
            throw ExitStatus.usage.exit("\(error)")
        }
        return (edits, words)
    }
}
