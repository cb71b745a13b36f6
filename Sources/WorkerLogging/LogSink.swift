import Glibc

/// Where finished lines go.
package protocol LogSink: Sendable {
    /// Takes one line with its newline; may be called from any thread, and must neither trap nor throw.
    func write(_ line: String)
}

/// A file descriptor, normally standard error, written with one `write(2)` a line.
///
/// One call keeps lines of several threads whole without a lock: a pipe takes up to 4,096 bytes (`PIPE_BUF`) at once, a
/// file opened for appending any number. Only a longer line that a pipe takes in parts can be interleaved.
/// A line that cannot be written is lost: there is no better place to say so.
package struct DescriptorLogSink: LogSink {
    private let descriptor: Int32

    /// - Parameter descriptor: is open, and stays so.
    package init(descriptor: Int32 = 2) {
        self.descriptor = descriptor
    }

    /// Writes the line, waiting while a full pipe is read; gives up on any other error.
    package func write(_ line: String) { _ = self.writes(line) }

    /// The same; whether all of it was written.
    func writes(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = writeBytes(descriptor, rest.baseAddress, rest.count)
                if count > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if errno == EAGAIN {
                    // Whoever shares the descriptor made it non-blocking.
                    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&ready, 1, -1)
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }
}

/// `write(2)`, which the sink's own method hides.
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
