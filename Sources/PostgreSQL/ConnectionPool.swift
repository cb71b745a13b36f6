import Synchronization

/// A fixed number of connections, made only as they are needed; a statement goes to the one with the fewest waiting.
package final class ConnectionPool: Sendable {
    private let connections: [Connection]
    private let waiting: Mutex<[Int]>

    /// Nothing connects yet.
    package init(size: Int, _ make: () -> Connection) {
        self.connections = (0..<max(size, 1)).map { _ in make() }
        self.waiting = Mutex(Array(repeating: 0, count: max(size, 1)))
    }

    /// Lends a connection.
    package func run<R: Sendable>(
        _ body: (Connection) async throws(PostgresError) -> R
    ) async throws(PostgresError) -> R {
        let index = self.waiting.withLock { waiting in
            let index = waiting.indices.min { waiting[$0] < waiting[$1] } ?? 0
            waiting[index] += 1
            return index
        }
        defer { self.waiting.withLock { $0[index] -= 1 } }
        return try await body(self.connections[index])
    }
}
