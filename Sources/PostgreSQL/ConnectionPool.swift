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

/// How long to leave a server alone that could not be reached: a value that its owner tells the time.
///
/// The first attempt after a success is made at once; then the waits double, with jitter, so that the instances of a
/// cluster do not come back all at the same moment.
package struct Backoff: Sendable {
    private static let first: Duration = .milliseconds(250)
    private static let longest: Duration = .seconds(5)

    private var failures = 0
    private var due: ContinuousClock.Instant?

    /// Nothing has failed.
    package init() {}

    /// Whether an attempt may be made.
    package func allows(at now: ContinuousClock.Instant) -> Bool { self.due.map { now >= $0 } ?? true }

    /// An attempt failed; `chance` is from 0 to 1.
    package mutating func failed(at now: ContinuousClock.Instant, chance: Double = .random(in: 0...1)) {
        let bound = min(Self.longest, Self.first * (1 << min(self.failures, 10)))
        self.failures += 1
        self.due = now + bound / 2 + bound / 2 * chance
    }

    /// An attempt succeeded.
    package mutating func succeeded() { self = Backoff() }
}
