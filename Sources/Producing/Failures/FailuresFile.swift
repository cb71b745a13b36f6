import Glibc
package import Topics

/// The file of the commands that failed; it is made new, and is gone again if nothing failed.
package final class FailuresFile {
    /// Its path.
    package var path: String { self.file.path }
    /// How many lines it has.
    package private(set) var count = 0

    private let file: LineFile
    private var waiting: [[UInt8]] = []
    private var waitingBytes = 0
    /// Lines are flushed to the disk together.
    private static let batchBytes = 1 << 16

    /// Makes it.
    ///
    /// - Throws: ``LineFile/Failure`` when there is a file of that name: it may hold corrections.
    package init(path: String) throws(LineFile.Failure) {
        self.file = try LineFile(path: path, isNew: true)
    }

    /// Writes a command down.
    func add(_ row: InputRow, _ problem: RowProblem) throws(LineFile.Failure) {
        let line = FailureLine.encoded(row, problem)
        self.waiting.append(line)
        self.waitingBytes += line.count
        self.count += 1
        if self.waitingBytes >= Self.batchBytes { try self.flush() }
    }

    /// Puts what waits on the disk.
    func flush() throws(LineFile.Failure) {
        try self.file.append(self.waiting)
        self.waiting = []
        self.waitingBytes = 0
    }

    /// Ends it: puts what waits on the disk, or takes the file away when nothing failed.
    package func close() throws(LineFile.Failure) {
        try self.flush()
        if self.count == 0 { self.discard() }
    }

    /// Takes the file away.
    package func discard() {
        unlink(self.path)
    }
}
