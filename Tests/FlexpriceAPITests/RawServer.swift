import Foundation
import Synchronization
import Testing

/// A server of plain sockets on the loopback: what it answers, and what it says without being asked, is written by the
/// test.
final class RawServer: Sendable {
    /// One request as it came: its place, and its head up to the empty line.
    struct Request: Sendable {
        /// From 0, in the order in which they were accepted.
        let connection: Int
        /// From 0, on its connection.
        let number: Int
        let head: String
    }

    let port: UInt16
    private let listener: CInt
    /// Each element says that the server has ended a connection; on the loopback the client has that by then.
    let closings: AsyncStream<Void>
    private let shared: SharedState

    /// Listens on a free port of an address of 127/8.
    ///
    /// - Parameters:
    ///   - closes: whether each answer ends its connection.
    ///   - answer: the bytes of the answer; none for silence.
    init(
        _ address: UInt32 = 0x7F00_0001,
        port: UInt16 = 0,
        closes: Bool = false,
        answer: @escaping @Sendable (Request) -> [UInt8]
    ) throws {
        (self.listener, self.port) = try LoopbackSocket.listening(address, port: port, backlog: 16)
        let listener = self.listener
        // Not a reference to the server, which ends with the test.
        let accepted = AsyncStream.makeStream(of: Void.self)
        self.closings = accepted.stream
        let state = SharedState()
        self.shared = state
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                // The listener is shut down with the server.
                guard connection >= 0 else { break }
                let index = state.add(connection)
                Thread.detachNewThread {
                    var number = 0
                    while let head = Self.readRequest(connection) {
                        state.note(head)
                        let bytes = answer(Request(connection: index, number: number, head: head))
                        number += 1
                        guard !bytes.isEmpty else { continue }
                        _ = send(connection, bytes, bytes.count, CInt(MSG_NOSIGNAL))
                        if closes { break }
                    }
                    shutdown(connection, CInt(SHUT_RDWR))
                    accepted.continuation.yield()
                }
            }
            accepted.continuation.finish()
            close(listener)
        }
    }

    deinit {
        shutdown(self.listener, CInt(SHUT_RDWR))
        self.shared.closeAll()
    }

    /// Connections accepted so far.
    var connectionCount: Int { self.shared.connectionCount }
    /// The heads of all requests so far.
    var heads: [String] { self.shared.heads }

    /// Says something that was not asked for; the client has it when this returns.
    func push(_ text: String, on connection: Int) {
        let bytes = Array(text.utf8)
        _ = send(self.shared.connection(connection), bytes, bytes.count, CInt(MSG_NOSIGNAL))
    }

    private static func readRequest(_ connection: CInt) -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard recv(connection, &byte, 1, 0) == 1 else { return nil }
            bytes.append(byte)
        }
        let head = String(decoding: bytes, as: UTF8.self)
        let length = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        var left = length.flatMap { Int($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) } ?? 0
        while left > 0 {
            guard recv(connection, &byte, 1, 0) == 1 else { return nil }
            left -= 1
        }
        return head
    }

    private final class SharedState: Sendable {
        private let state = Mutex((connections: [CInt](), heads: [String]()))

        var connectionCount: Int { self.state.withLock { $0.connections.count } }
        var heads: [String] { self.state.withLock { $0.heads } }

        func add(_ connection: CInt) -> Int {
            self.state.withLock { state in
                state.connections.append(connection)
                return state.connections.count - 1
            }
        }

        func note(_ head: String) { self.state.withLock { $0.heads.append(head) } }
        func connection(_ index: Int) -> CInt { self.state.withLock { $0.connections[index] } }
        func closeAll() {
            self.state.withLock { state in
                for connection in state.connections { shutdown(connection, CInt(SHUT_RDWR)) }
            }
        }

        deinit {
            self.state.withLock { state in for connection in state.connections { close(connection) } }
        }
    }
}

/// Sockets of the loopback that listen.
enum LoopbackSocket {
    static func listening(_ address: UInt32, port: UInt16, backlog: CInt) throws -> (socket: CInt, port: UInt16) {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        try #require(listener >= 0)
        var place = Self.place(address, port)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, size) == 0 && getsockname(listener, generic, &size) == 0
            }
        }
        try #require(isBound && listen(listener, backlog) == 0)
        return (listener, UInt16(bigEndian: place.sin_port))
    }

    static func place(_ address: UInt32, _ port: UInt16) -> sockaddr_in {
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = address.bigEndian
        place.sin_port = port.bigEndian
        return place
    }
}

/// An address on which connections are neither taken nor refused: its queue is full, and the kernel drops what comes.
final class SilentAddress {
    private let sockets: [CInt]

    init(_ address: UInt32, port: UInt16) throws {
        let (listener, _) = try LoopbackSocket.listening(address, port: port, backlog: 0)
        var sockets = [listener]
        for _ in 0..<4 {
            let client = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            var place = LoopbackSocket.place(address, port)
            withUnsafePointer(to: &place) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    _ = connect(client, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            sockets.append(client)
        }
        self.sockets = sockets
    }

    deinit {
        for socket in self.sockets { close(socket) }
    }
}
