import CustomerContract
import Records
package import Redrive
package import Settings

/// A selection of dead letters as an operator writes it: the texts of the options that choose.
package struct SelectionForm: Sendable, Hashable {
    /// `--code`.
    package var codes: [String] = []
    /// `--retryable`, `--no-retryable`.
    package var isRetryable: Bool?
    /// `--external-id`.
    package var externalIDs: [String] = []
    /// `--since`: an age or a time.
    package var since: String?
    /// `--until`: an age or a time.
    package var until: String?
    /// `--partition`.
    package var partitions: [Int32] = []
    /// `--offsets`: each `N` or `FIRST-LAST`.
    package var offsets: [String] = []
    /// `--letter`: each `PARTITION/OFFSET` or `PARTITION/FIRST-LAST`.
    package var letters: [String] = []
    /// `--why`: each the form of a reason, as `dlq list` has it; an empty one for letters without a reason.
    package var whys: [String] = []
    /// `--header`: each `NAME=VALUE`.
    package var headers: [String] = []
    /// `--limit`.
    package var limit: Int?

    package init() {}

    /// The conditions; ages are counted from now.
    ///
    /// - Throws: `OptionMistake` for the first text that is none.
    package func selection() throws(OptionMistake) -> Selection {
        if let limit, limit < 1 { throw OptionMistake("--limit \(limit): expected 1 or more") }
        if self.partitions.contains(where: { $0 < 0 }) {
            throw OptionMistake("--partition: expected 0 or more")
        }
        var selection = Selection()
        selection.kinds = Set(self.codes)
        selection.isRetryable = self.isRetryable
        selection.externalIDs = Set(self.externalIDs.map { ExternalID($0) })
        let times = try OptionTimes(since: self.since, until: self.until)
        (selection.since, selection.until) = (times.since, times.until)
        selection.partitions = Set(self.partitions)
        for text in self.offsets {
            guard let range = LetterSet.offsets(parsing: text) else {
                throw OptionMistake("--offsets \(text): expected N or FIRST-LAST")
            }
            selection.offsets.append(range)
        }
        for text in self.letters {
            var letters = selection.letters ?? LetterSet()
            guard letters.insert(parsing: text) else {
                throw OptionMistake("--letter \(text): expected PARTITION/OFFSET or PARTITION/FIRST-LAST")
            }
            selection.letters = letters
        }
        selection.reasons = Set(self.whys.map { ReasonForm($0).key })
        for text in self.headers {
            guard let header = RecordHeader(parsing: text) else {
                throw OptionMistake("--header \(text): expected NAME=VALUE")
            }
            selection.headers.append(header)
        }
        selection.limit = self.limit
        return selection
    }

    /// The conditions as the command line has them, for the name of a job: the same job whoever gives them.
    package var words: [[String]] {
        var words: [[String]] = []
        words += self.codes.map { ["--code", $0] }
        if let isRetryable { words.append([isRetryable ? "--retryable" : "--no-retryable"]) }
        words += self.externalIDs.map { ["--external-id", $0] }
        if let since { words.append(["--since", since]) }
        if let until { words.append(["--until", until]) }
        words += self.partitions.map { ["--partition", "\($0)"] }
        words += self.offsets.map { ["--offsets", $0] }
        words += self.letters.map { ["--letter", $0] }
        words += self.whys.map { ["--why", $0] }
        words += self.headers.map { ["--header", $0] }
        if let limit { words.append(["--limit", "\(limit)"]) }
        return words
    }
}
