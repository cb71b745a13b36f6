#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The system's reasons in words: the one place where a number of errno becomes text.
package enum SystemReason {
    /// What a number of errno means, with what to do where that is known; never the number alone.
    package static func text(of code: Int32) -> String {
        switch code {
        case ENOSPC: "no space is left on the device; make room"
        case EDQUOT: "the quota of this user is used up; make room"
        case EROFS: "the file system is read-only"
        case EACCES, EPERM: "permission denied to user \(geteuid())"
        case ENXIO: "it is a socket or a pipe without a reader"
        case EMFILE, ENFILE: "too many files are open"
        case EPIPE: "its reader has closed it"
        default: String(cString: strerror(code))
        }
    }

    /// What the last call that failed says.
    package static var last: String { Self.text(of: errno) }
}
