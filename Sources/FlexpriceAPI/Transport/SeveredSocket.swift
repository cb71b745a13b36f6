import Glibc

/// A socket whose other end is gone, to be put in the place of one that must not be used again.
///
/// libcurl keeps idle connections and has no call that closes one of them. Before it uses one again it looks whether
/// the other end has closed it (`recv` with `MSG_PEEK` gives 0); of bytes that wait there it thinks well before 8.0,
/// and would take them for the next request's answer. A descriptor that is severed here reads as closed, whatever was
/// waiting: the connection behind it is closed at once, and libcurl closes the number when it looks.
final class SeveredSocket {
    /// -1 when the process had no descriptor left for it.
    private let descriptor: CInt

    init() {
        var pair: (CInt, CInt) = (-1, -1)
        let isMade = unsafe withUnsafeMutableBytes(of: &pair) { bytes in
            let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
            return unsafe socketpair(AF_UNIX, kind, 0, bytes.assumingMemoryBound(to: CInt.self).baseAddress) == 0
        }
        guard isMade else {
            self.descriptor = -1
            return
        }
        close(pair.1)
        self.descriptor = pair.0
    }

    deinit {
        if self.descriptor >= 0 { close(self.descriptor) }
    }

    /// Closes the connection behind a descriptor, which stays open and reads as closed by the other end.
    func sever(_ socket: CInt) {
        // `dup2` closes the descriptor and gives its number the new meaning in one step: no other thread can get the
        // number.
        guard self.descriptor >= 0, dup2(self.descriptor, socket) >= 0 else {
            shutdown(socket, CInt(SHUT_RDWR))
            return
        }
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
    }
}
