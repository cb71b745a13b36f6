#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The contents of a small file, or why they cannot be had, in words for a person.
package struct FileBytes: Sendable {
    /// All of them.
    package let bytes: [UInt8]

    /// The permission bits.
    package let mode: UInt32

    /// Whether users other than owner and group may read it.
    package var isReadableByEveryone: Bool { self.mode & 0o004 != 0 }

    /// Why a file could not be read.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// There is none.
        case missing
        /// It is there, and the words say what it is, such as «a directory».
        case other(String)

        /// What was found in place of a file that can be read.
        package var description: String {
            switch self {
            case .missing: "no such file"
            case .other(let reason): reason
            }
        }
    }

    /// Reads a file whole, up to a number of bytes.
    ///
    /// A pipe is read as well, for `--config <(…)`.
    package init(path: String, limit: Int) throws(Failure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure(errno, path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure(errno, path) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.failure(errno, path)
            }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw .other("a file of more than \(limit) bytes") }
        }
        self.bytes = bytes
        self.mode = UInt32(status.st_mode)
    }

    private static func failure(_ code: Int32, _ path: String) -> Failure {
        switch code {
        case ENOENT: return .missing
        case EACCES, EPERM:
            var status = stat()
            guard stat(path, &status) == 0 else {
                return .other("permission denied (a directory above it is closed to user \(geteuid()))")
            }
            let mode = String(UInt32(status.st_mode) & 0o7777, radix: 8)
            return .other("permission denied (owner \(status.st_uid), mode \(mode), read as user \(geteuid()))")
        case EISDIR: return .other("a directory")
        case ENXIO: return .other("a socket")
        default: return .other("a file that cannot be read (\(SystemReason.text(of: code)))")
        }
    }
}
