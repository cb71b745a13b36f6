#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where a simulator gets the time from, and how it waits.
package struct SimulatorClock: Sendable {
    /// The time of day; it stamps customers, and ages them against the replica's lag.
    package var now: @Sendable () -> UnixNanoseconds
    /// Waits for a delay, a pause or the latency; throws when its task is cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void

    /// Makes a clock.
    package init(
        now: @escaping @Sendable () -> UnixNanoseconds,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }

    /// The machine's clock.
    package static let system = SimulatorClock(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return UnixNanoseconds(Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
        },
        sleep: { try await Task.sleep(for: $0) }
    )
}
