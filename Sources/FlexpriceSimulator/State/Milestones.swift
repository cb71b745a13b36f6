import Synchronization

/// A count that only grows, and the tasks that wait for it to reach a number.
final class Milestones: Sendable {
    private struct Shared {
        var count = 0
        var nextWaiter = 0
        var waiters: [Int: (count: Int, continuation: CheckedContinuation<Void, any Error>)] = [:]
    }

    private let shared = Mutex(Shared())

    var count: Int { self.shared.withLock { $0.count } }

    /// Adds one and wakes those who waited for it.
    func advance() {
        let reached = self.shared.withLock { shared -> [CheckedContinuation<Void, any Error>] in
            shared.count += 1
            guard !shared.waiters.isEmpty else { return [] }
            let keys = shared.waiters.filter { $0.value.count <= shared.count }.keys
            return keys.compactMap { shared.waiters.removeValue(forKey: $0)?.continuation }
        }
        for continuation in reached { continuation.resume() }
    }

    /// Waits until the count is at least `count`.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    func reach(_ count: Int) async throws {
        let waiter = self.shared.withLock { shared in
            shared.nextWaiter += 1
            return shared.nextWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                // The cancellation handler may have run before this, and would then never find the waiter: so
                // cancellation is checked under the same lock that the handler takes.
                let isDue = self.shared.withLock { shared -> Result<Void, any Error>? in
                    if shared.count >= count { return .success(()) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    shared.waiters[waiter] = (count, continuation)
                    return nil
                }
                if let isDue { continuation.resume(with: isDue) }
            }
        } onCancel: {
            let cancelled = self.shared.withLock { $0.waiters.removeValue(forKey: waiter)?.continuation }
            cancelled?.resume(throwing: CancellationError())
        }
    }
}
