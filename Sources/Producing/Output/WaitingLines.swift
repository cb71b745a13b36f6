import Glibc
import Topics

/// A new file of lines that are flushed to the disk together.
final class WaitingLines {
    private static let batchBytes = 1 << 16

    /// How many lines were added.
    private(set) var count = 0
    private let file: LineFile
    private var waiting: [[UInt8]] = []
    private var waitingBytes = 0

    /// Makes the file, which must not exist.
    init(_ path: String) throws(LineFile.Failure) {
        self.file = try LineFile(path: path, isNew: true)
    }

    var path: String { self.file.path }

    /// Adds a line, given without its end.
    func add(_ line: [UInt8]) throws(LineFile.Failure) {
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

    /// Takes the file away.
    func discard() { unlink(self.path) }
}
