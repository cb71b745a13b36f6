import FlexpriceSimulator
import Synchronization

/// A clock on which every sleep is over at once, and moves the time by its length.
final class JumpingClock: Clock {
    struct Instant: InstantProtocol {
        let offset: Swift.Duration

        func advanced(by duration: Swift.Duration) -> Instant { Instant(offset: self.offset + duration) }
        func duration(to other: Instant) -> Swift.Duration { other.offset - self.offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let shared = Mutex((now: Instant(offset: .zero), sleeps: [Swift.Duration]()))

    var now: Instant { self.shared.withLock { $0.now } }
    let minimumResolution = Swift.Duration.nanoseconds(1)
    /// How long each sleep would have been, in order.
    var sleeps: [Swift.Duration] { self.shared.withLock { $0.sleeps } }

    func sleep(until deadline: Instant, tolerance: Swift.Duration?) async throws {
        self.shared.withLock { shared in
            shared.sleeps.append(shared.now.duration(to: deadline))
            shared.now = max(shared.now, deadline)
        }
    }

    /// The same time as a simulator sees it, from 2026-08-22T10:00:00Z.
    var simulated: SimulatorClock {
        SimulatorClock(
            now: { UnixNanoseconds(1_787_392_800_000_000_000 + Int64(self.now.offset / .nanoseconds(1))) },
            sleep: { try await self.sleep(until: self.now.advanced(by: $0), tolerance: nil) }
        )
    }
}
