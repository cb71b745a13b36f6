import FlexpriceSimulator
import Synchronization

/// A clock that moves only when a test moves it.
final class ManualClock: Sendable {
    private struct Shared {
        var now: Int64
        var nextSleeper = 0
        var sleepers: [Int: (due: Int64, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var observers: [CheckedContinuation<Void, Never>] = []
    }

    private let shared: Mutex<Shared>

    /// Begins at 2026-08-22T10:00:00.123456789Z.
    init(startingAt nanoseconds: Int64 = 1_787_392_800_123_456_789) {
        shared = Mutex(Shared(now: nanoseconds))
    }

    var clock: SimulatorClock {
        SimulatorClock(
            now: { UnixNanoseconds(self.shared.withLock { $0.now }) },
            sleep: { try await self.sleep($0) }
        )
    }

    /// Moves the time and wakes those whose sleep is over.
    func advance(by duration: Duration) {
        let due = shared.withLock { shared in
            shared.now += Self.nanoseconds(duration)
            let keys = shared.sleepers.filter { $0.value.due <= shared.now }.keys
            return keys.compactMap { shared.sleepers.removeValue(forKey: $0)?.continuation }
        }
        for continuation in due { continuation.resume() }
    }

    /// Waits until somebody sleeps.
    func untilSomebodySleeps() async {
        await withCheckedContinuation { continuation in
            let isAsleep = shared.withLock { shared in
                if shared.sleepers.isEmpty { shared.observers.append(continuation) }
                return !shared.sleepers.isEmpty
            }
            if isAsleep { continuation.resume() }
        }
    }

    private func sleep(_ duration: Duration) async throws {
        let key = shared.withLock { shared in
            shared.nextSleeper += 1
            return shared.nextSleeper
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (isCancelled, observers) = shared.withLock { shared in
                    guard !Task.isCancelled else { return (true, [CheckedContinuation<Void, Never>]()) }
                    shared.sleepers[key] = (shared.now + Self.nanoseconds(duration), continuation)
                    defer { shared.observers = [] }
                    return (false, shared.observers)
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
                for observer in observers { observer.resume() }
            }
        } onCancel: {
            let cancelled = shared.withLock { $0.sleepers.removeValue(forKey: key)?.continuation }
            cancelled?.resume(throwing: CancellationError())
        }
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
    }
}
