import JSON
package import Topics

/// The file of what became of each row, as results come; it is made new.
package final class ResultsFile {
    /// The form of a file, by the ending of its name.
    package enum Format: String, Sendable, CaseIterable {
        /// CSV as spreadsheets read it: UTF-8 with a byte order mark, CR LF, a header.
        case csv
        /// A JSON object a line.
        case jsonl

        /// `nil` for a name with another ending.
        package init?(ofName name: String) {
            let name = name.lowercased()
            if name.hasSuffix(".csv") {
                self = .csv
            } else if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
                self = .jsonl
            } else {
                return nil
            }
        }
    }

    /// Its path.
    package var path: String { self.lines.path }
    /// How many rows it tells of.
    package private(set) var count = 0

    private let format: Format
    private let lines: WaitingLines

    /// Makes it.
    ///
    /// - Throws: ``LineFile/Failure`` when there is a file of that name, or it cannot be made.
    package init(path: String, _ format: Format) throws(LineFile.Failure) {
        self.format = format
        self.lines = try WaitingLines(path)
        if format == .csv { try self.lines.add(Array("\u{FEFF}\(ResultLine.columns.joined(separator: ","))\r".utf8)) }
    }

    /// Writes a row down.
    func add(_ line: ResultLine) throws(LineFile.Failure) {
        self.count += 1
        switch self.format {
        case .csv: try self.lines.add(line.csv + [UInt8(ascii: "\r")])
        case .jsonl: try self.lines.add(line.json)
        }
    }

    /// Puts what waits on the disk.
    package func flush() throws(LineFile.Failure) { try self.lines.flush() }

    /// Takes the file away.
    package func discard() { self.lines.discard() }
}

/// The files that a sending writes beside its outcome.
package struct OutputFiles {
    /// Commands that are wrong or failed, to be corrected and sent again.
    package var failures: FailuresFile?
    /// What became of each row.
    package var results: ResultsFile?

    /// No files yet.
    package init(failures: FailuresFile? = nil, results: ResultsFile? = nil) {
        self.failures = failures
        self.results = results
    }

    /// Writes down a row that is left out.
    func skip(_ row: InputRow, _ problem: RowProblem) throws(LineFile.Failure) {
        try self.failures?.add(row, problem)
        guard let results else { return }
        try results.add(ResultLine(row.place, (try? RowContent(row))?.externalID, status: .skipped, problem))
    }

    /// Puts what waits on the disk.
    func flush() throws(LineFile.Failure) {
        try self.failures?.flush()
        try self.results?.flush()
    }

    /// Ends them; a file of failures without failures is taken away.
    package func close() throws(LineFile.Failure) {
        try self.failures?.close()
        try self.results?.flush()
    }

    /// Takes them away: nothing was sent, and the same command must be possible again.
    package func discard() {
        self.failures?.discard()
        self.results?.discard()
    }
}
