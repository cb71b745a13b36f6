package import Redrive
package import Settings

/// What an operator asks of a redrive or a dismissal, as the words of the command line have it.
///
/// The audit log keeps these words, so a job can be run again from there.
package struct JobWords: Sendable, Hashable {
    package var selection = SelectionForm()
    /// `--set`, `--unset` and `--patch`, with their texts.
    package var edits: [[String]] = []
    /// `--to`; `nil` for the topic that each came from.
    package var destination: String?
    /// `--force`.
    package var isForced = false

    package init() {}

    /// Reads words.
    ///
    /// - Throws: `OptionMistake` for a word that is none of these.
    package init(_ words: [[String]]) throws(OptionMistake) {
        for word in words {
            let text = word.count == 2 ? word[1] : nil
            switch (word.first ?? "", text) {
            case ("--code", let text?): self.selection.codes.append(text)
            case ("--retryable", nil): self.selection.isRetryable = true
            case ("--no-retryable", nil): self.selection.isRetryable = false
            case ("--external-id", let text?): self.selection.externalIDs.append(text)
            case ("--since", let text?): self.selection.since = text
            case ("--until", let text?): self.selection.until = text
            case ("--partition", let text?): self.selection.partitions.append(Int32(text) ?? -1)
            case ("--offsets", let text?): self.selection.offsets.append(text)
            case ("--letter", let text?): self.selection.letters.append(text)
            case ("--why", let text?): self.selection.whys.append(text)
            case ("--header", let text?): self.selection.headers.append(text)
            case ("--limit", let text?): self.selection.limit = Int(text) ?? 0
            case ("--set", _?), ("--unset", _?), ("--patch", _?): self.edits.append(word)
            case ("--to", let text?): self.destination = text
            case ("--force", nil): self.isForced = true
            default:
                let option = word.joined(separator: " ")
                throw OptionMistake("\(option): this version has no such option")
            }
        }
    }

    /// Reads the lines of an audit entry's `command`, in each of which the first space ends the option.
    ///
    /// - Throws: `OptionMistake` for a line that is none of these.
    package init(audited lines: [String]) throws(OptionMistake) {
        let words = lines.map { $0.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false) }
        try self.init(words.map { $0.map(String.init) })
    }

    /// The words, for the name of a job.
    package var words: [[String]] {
        var words = self.selection.words + self.edits
        if let destination { words.append(["--to", destination]) }
        if self.isForced { words.append(["--force"]) }
        return words
    }

    /// The changes of the commands, in the order of the command line: patches, then what is set, then what is removed.
    ///
    /// - Throws: `OptionMistake` for a text that is none.
    package func commandEdits() throws(OptionMistake) -> CommandEdits {
        var edits = CommandEdits()
        do throws(CommandEdits.Problem) {
            for word in self.edits where word[0] == "--patch" { try edits.patch(Array(word[1].utf8)) }
            for word in self.edits where word[0] == "--set" { try edits.set(word[1]) }
            for word in self.edits where word[0] == "--unset" { edits.unset(word[1]) }
        } catch {
            throw OptionMistake(error.description)
        }
        return edits
    }
}
