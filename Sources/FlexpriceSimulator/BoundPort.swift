import Synchronization

/// The port that a server listens on, known once it is bound.
final class BoundPort: Sendable {
    private let result = Mutex<Result<Int, any Error>?>(nil)
    private let settled = Milestones()

    /// Tells those who wait; only the first call counts.
    func settle(_ outcome: Result<Int, any Error>) {
        let isFirst = result.withLock { result in
            guard result == nil else { return false }
            result = outcome
            return true
        }
        if isFirst { settled.advance() }
    }

    /// The port, waited for.
    ///
    /// - Throws: What kept the server from listening, or `CancellationError`.
    func value() async throws -> Int {
        try await settled.reach(1)
        guard let result = result.withLock({ $0 }) else { throw CancellationError() }
        return try result.get()
    }
}
