import Glibc
import Records

/// A file of lines that only grows; a line is on the disk when ``append(_:)`` returns.
///
/// Lines of several processes do not mix: each is one write(2) to a file opened with O_APPEND.
package final class LineFile: Sendable {
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    package let path: String
    private let descriptor: Int32

    /// Opens or creates the file, readable by its owner and group only: it holds people's names and addresses.
    ///
    /// - Parameter isNew: whether there must be no such file yet.
    package init(path: String, isNew: Bool = false) throws(Failure) {
        self.path = path
        self.descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | (isNew ? O_EXCL : 0), 0o640)
        if self.descriptor < 0 { throw Self.failure(path) }
    }

    deinit {
        close(self.descriptor)
    }

    /// Appends lines, and waits until they are on the disk.
    package func append(_ lines: [[UInt8]]) throws(Failure) {
        guard !lines.isEmpty else { return }
        var bytes: [UInt8] = []
        for line in lines { bytes += line + [UInt8(ascii: "\n")] }
        guard bytes.withUnsafeBytes({ WholeWrite.write($0, to: self.descriptor) }) == nil else {
            throw Self.failure(self.path)
        }
        // A pipe or a terminal has nothing to flush.
        if fdatasync(self.descriptor) != 0, errno != EINVAL { throw Self.failure(self.path) }
    }

    private static func failure(_ path: String) -> Failure {
        Failure(description: "\(path) cannot be written: \(SystemReason.last)")
    }
}
