package import Topics

/// The file of the commands that failed; it is made new, and is gone again if nothing failed.
package final class FailuresFile {
    /// Its path.
    package var path: String { self.lines.path }
    /// How many lines it has.
    package var count: Int { self.lines.count }

    private let lines: WaitingLines

    /// Makes it.
    ///
    /// - Throws: ``LineFile/Failure`` when there is a file of that name: it may hold corrections.
    package init(path: String) throws(LineFile.Failure) {
        self.lines = try WaitingLines(path)
    }

    /// Writes a command down.
    func add(_ row: InputRow, _ problem: RowProblem) throws(LineFile.Failure) {
        try self.lines.add(FailureLine.encoded(row, problem))
    }

    /// Puts what waits on the disk.
    func flush() throws(LineFile.Failure) { try self.lines.flush() }

    /// Ends it: puts what waits on the disk, or takes the file away when nothing failed.
    package func close() throws(LineFile.Failure) {
        try self.flush()
        if self.count == 0 { self.discard() }
    }

    /// Takes the file away.
    package func discard() { self.lines.discard() }
}
