import Glibc
import Records

/// The bytes of a file of commands, which can be read from any place and more than once.
///
/// What cannot be rewound (a pipe, a terminal) is copied into a temporary file first, which has no name and goes with
/// the process: commands are sent only after all of them were checked.
package final class InputFile: Sendable {
    /// What people call it.
    package let name: String
    private let descriptor: Int32
    /// Where it begins: behind what another program has read of a redirected file.
    private let start: off_t

    /// Opens a file; `-` is standard input.
    package convenience init(path: String) throws(InputFailure) {
        if path == "-" {
            try self.init(name: "standard input", adopting: 0)
            return
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw InputFailure(path, "cannot be read: \(SystemReason.last)") }
        try self.init(name: path, adopting: descriptor)
    }

    init(name: String, adopting descriptor: Int32) throws(InputFailure) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            close(descriptor)
            throw InputFailure(name, "cannot be read: \(SystemReason.last)")
        }
        self.name = name
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            self.descriptor = descriptor
            self.start = max(0, lseek(descriptor, 0, SEEK_CUR))
        case S_IFDIR:
            close(descriptor)
            throw InputFailure(name, "is a folder; name a file of commands")
        default:
            defer { close(descriptor) }
            self.descriptor = try Self.spool(descriptor, name)
            self.start = 0
        }
    }

    deinit {
        close(self.descriptor)
    }

    /// Reads at most this number of bytes; none at the end.
    func read(_ limit: Int, at offset: Int64) throws(InputFailure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        while true {
            let count = pread(self.descriptor, &bytes, limit, self.start + off_t(offset))
            if count >= 0 { return count == limit ? bytes : Array(bytes[..<count]) }
            if errno != EINTR { throw InputFailure(self.name, "cannot be read: \(SystemReason.last)") }
        }
    }

    /// Copies everything into a file that no other process can open.
    private static func spool(_ source: Int32, _ name: String) throws(InputFailure) -> Int32 {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(folder)/customer-worker.XXXXXX".utf8CString)
        let copy = mkstemp(&template)
        guard copy >= 0 else {
            throw InputFailure(name, "needs a temporary file in \(folder) (TMPDIR), and there: \(SystemReason.last)")
        }
        unlink(template)
        _ = fcntl(copy, F_SETFD, FD_CLOEXEC)
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(source, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count == 0 { return copy }
            guard count > 0,
                chunk.withUnsafeBytes({ WholeWrite.write(.init(rebasing: $0[..<count]), to: copy) }) == nil
            else {
                let reason = SystemReason.last
                close(copy)
                throw InputFailure(name, "cannot be copied to a temporary file in \(folder) (TMPDIR): \(reason)")
            }
        }
    }
}

/// Why a file cannot be read as commands at all: one sentence, or one a line.
///
/// A row that is wrong is not one, but a ``RowProblem``: this is thrown where it is not known what the rest of the file
/// means.
package struct InputFailure: Error, Sendable, CustomStringConvertible {
    /// The sentence, with the file's name and, where there is one, the line.
    package let description: String

    init(_ file: InputFile, line: Int? = nil, _ sentence: String) {
        self.init(file.name, line: line, sentence)
    }

    init(_ name: String, line: Int? = nil, _ sentence: String) {
        self.description = name + (line.map { ":\($0)" } ?? "") + ": " + sentence
    }
}

package enum InputFormat: String, Sendable, CaseIterable {
    /// A JSON object a line.
    case jsonl
    /// One JSON array of objects.
    case json
    /// RFC 4180, with columns named as the fields and `metadata.KEY`.
    case csv

    /// Finds it out: by the ending of the file's name, or else by its first character.
    package init(of file: InputFile) throws(InputFailure) {
        let name = file.name.lowercased()
        if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
            self = .jsonl
            return
        }
        if name.hasSuffix(".csv") {
            self = .csv
            return
        }
        var reader = try ByteReader(file)
        try reader.skipWhiteSpace()
        switch try reader.peek() {
        case UInt8(ascii: "["): self = .json
        case UInt8(ascii: "{"): self = .jsonl
        default:
            guard !name.hasSuffix(".json") else {
                throw InputFailure(file, "begins with neither [ nor {; expected an array of commands, or one a line")
            }
            self = .csv
        }
    }
}
