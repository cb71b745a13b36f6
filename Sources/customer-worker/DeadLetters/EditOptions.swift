import ArgumentParser
import Operations
import Records
import Redrive

/// What is changed in commands before they are sent back: the patch first, then what is set, then what is removed.
struct EditOptions: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Set a field to a text (FIELD=TEXT) or to JSON (FIELD:=JSON); metadata.KEY names an entry; "
                + "may be repeated.",
            valueName: "field=value"
        )
    )
    var assignments: [String] = []

    @Option(help: ArgumentHelp("Remove a field, or metadata.KEY; may be repeated.", valueName: "field"))
    var unset: [String] = []

    @Option(
        help: ArgumentHelp("Apply the JSON merge patch (RFC 7386) of this file.", valueName: "file"),
        completion: .file(extensions: ["json"])
    )
    var patch: String?

    @Flag(help: "Set fields too that this version does not know; they are sent as they are.")
    var allowUnknownFields = false

    @Option(
        help: ArgumentHelp(
            "Keep edited letters as they were in this file; redrive-originals.jsonl beside the store without it.",
            valueName: "file"
        ),
        completion: .file()
    )
    var originals: String?

    /// The changes; a patch that is none ends the command with code 65, a wrong option with code 64.
    func edits() throws -> CommandEdits {
        var edits = CommandEdits()
        do throws(CommandEdits.Problem) {
            if let patch {
                let bytes = try Self.bytes(ofPatch: patch)
                do throws(CommandEdits.Problem) {
                    try edits.patch(bytes)
                } catch {
                    throw CommandEdits.Problem("--patch \(patch): \(error.description)")
                }
            }
        } catch {
            throw ExitStatus.badInput.exit(error.description)
        }
        do throws(CommandEdits.Problem) {
            for assignment in self.assignments { try edits.set(assignment) }
            for name in self.unset { edits.unset(name) }
        } catch {
            throw ExitStatus.usage.exit(error.description)
        }
        guard !self.allowUnknownFields else { return edits }
        do throws(CommandEdits.UnknownField) {
            try edits.checkFields()
        } catch {
            throw ExitStatus.usage.exit(error.description)
        }
        return edits
    }

    /// The changes as they were given, for the name of a job.
    func words() throws -> [[String]] {
        var words = self.assignments.map { ["--set", $0] } + self.unset.map { ["--unset", $0] }
        if let patch, let bytes = try? Self.bytes(ofPatch: patch) {
            words.append(["--patch", String(decoding: bytes, as: UTF8.self)])
        }
        return words
    }

    private static func bytes(ofPatch path: String) throws(CommandEdits.Problem) -> [UInt8] {
        do throws(FileBytes.Failure) {
            return try FileBytes(path: path, limit: 16 << 20).bytes
        } catch {
            throw CommandEdits.Problem("--patch \(path): found \(error.description); expected a JSON merge patch")
        }
    }
}
