import Foundation
import Testing

/// A server that answers one request on each connection as if it kept it, and closes it.
///
/// Each element of `closings` says that a connection was closed; its bytes are with the client by then, on the loopback.
final class ClosingServer: Sendable {
    let port: UInt16
    let closings: AsyncStream<Void>
    private let listener: CInt

    init(answer: String) throws {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        try #require(listener >= 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, size) == 0 && getsockname(listener, generic, &size) == 0
            }
        }
        self.port = UInt16(bigEndian: address.sin_port)
        try #require(isListening && listen(listener, 16) == 0)
        let (closings, closed) = AsyncStream.makeStream(of: Void.self)
        self.closings = closings
        let bytes = Array(answer.utf8)
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                // The listener is shut down with the server.
                guard connection >= 0 else { break }
                Self.answer(connection, bytes)
                close(connection)
                closed.yield()
            }
            closed.finish()
            close(listener)
        }
    }

    deinit {
        shutdown(self.listener, CInt(SHUT_RDWR))
    }

    private static func answer(_ connection: CInt, _ bytes: [UInt8]) {
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            head += buffer[..<count]
        }
        _ = send(connection, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    }
}
