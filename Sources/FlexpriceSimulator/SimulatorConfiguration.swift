import Glibc

/// What a simulator listens on, which key it accepts, and how much it keeps.
package struct SimulatorConfiguration: Sendable {
    package var host: String
    /// The port to listen on; 0 takes any that is free.
    package var port: Int
    /// The key that `x-api-key` must carry.
    package var apiKey: String
    /// The wait of each API request before it is read.
    package var latency = Duration.zero
    /// The tax rates that exist, by code; a create that names another is answered 404.
    package var taxRateCodes: Set<String> = []
    /// The number of requests that are kept; a later one replaces the oldest.
    package var requestLogCapacity = 100_000
    package var clock = SimulatorClock.system

    /// Makes a configuration; everything else has a default that can be changed afterwards.
    package init(host: String = "127.0.0.1", port: Int = 0, apiKey: String) {
        self.host = host
        self.port = port
        self.apiKey = apiKey
    }
}

/// Where a simulator gets the time from, and how it waits.
package struct SimulatorClock: Sendable {
    /// The time of day: it stamps customers, and ages them against the replica's lag.
    package var now: @Sendable () -> UnixNanoseconds
    /// Waits for a delay, a pause or the latency; throws when its task is cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void

    package init(
        now: @escaping @Sendable () -> UnixNanoseconds,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }

    package static let system = SimulatorClock(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return UnixNanoseconds(Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
        },
        sleep: { try await Task.sleep(for: $0) }
    )
}
