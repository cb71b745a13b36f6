#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Writes all bytes of a text to a file descriptor, normally with one `write(2)`.
///
/// One call keeps lines of several threads whole without a lock: a pipe takes up to 4,096 bytes (`PIPE_BUF`) at once, a
/// file opened for appending any number. Only a longer text that a pipe takes in parts can be interleaved.
package enum WholeWrite {
    /// Writes, waiting while a full pipe is read.
    ///
    /// - Returns: the error (`errno`) that kept it from that; `nil` when all is written.
    package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
        var rest = bytes
        while !rest.isEmpty {
            let count = send(descriptor, rest)
            if count > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if errno == EAGAIN {
                // Whoever shares the descriptor made it non-blocking.
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&ready, 1, -1)
            } else if errno != EINTR {
                return errno
            }
        }
        return nil
    }
}

/// `write(2)`, which the type's own method hides.
private func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
