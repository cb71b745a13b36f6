extension Settings {
    /// `retry.*`: exponential backoff after passing failures.
    package struct Retry: Sendable, Equatable {
        /// The upper bound of the first wait.
        package var initialInterval: Duration

        /// The upper bound of any wait.
        package var maxInterval: Duration

        /// How much the bound grows from one wait to the next.
        package var multiplier: Double

        /// After this long a command fails with `retries_exhausted`.
        package var maxElapsedTime: Duration

        /// The longest wait that the API may ask of all callers.
        package var maxHold: Duration

        /// Reads the section; all of it reloads.
        ///
        /// - `retry.initial_interval` (duration, `1s`): `1ms` to `10m`.
        /// - `retry.max_interval` (duration, `30s`): `1ms` to `1h`, not below the initial one.
        /// - `retry.multiplier` (number, 2): 1 to 10.
        /// - `retry.max_elapsed_time` (duration, `15m`): `1s` to `168h`, not below the initial interval.
        /// - `retry.max_hold` (duration, `5m`): `1s` to `1h`.
        init(from reader: inout SettingsReader) {
            initialInterval = reader.value(
                "retry.initial_interval",
                default: .seconds(1),
                .duration(.milliseconds(1) ... .seconds(600)),
                onReload: .takesEffect
            )
            maxInterval = reader.value(
                "retry.max_interval",
                default: .seconds(30),
                .duration(.milliseconds(1) ... .seconds(3_600)),
                onReload: .takesEffect
            )
            multiplier = reader.value("retry.multiplier", default: 2, .number(1...10), onReload: .takesEffect)
            maxElapsedTime = reader.value(
                "retry.max_elapsed_time",
                default: .seconds(900),
                .duration(.seconds(1) ... .seconds(604_800)),
                onReload: .takesEffect
            )
            maxHold = reader.value(
                "retry.max_hold",
                default: .seconds(300),
                .duration(.seconds(1) ... .seconds(3_600)),
                onReload: .takesEffect
            )
        }
    }

    /// `breaker.*`: intake pauses when most requests fail alike, and single requests probe for recovery.
    package struct Breaker: Sendable, Equatable {
        /// The time over which requests are counted.
        package var window: Duration

        /// The share of failures in the window that pauses intake.
        package var failureRatio: Double

        /// With fewer requests in the window the share is not judged.
        package var minimumRequests: Int

        /// Commands that are refused alike, with no success between, before only single ones are tried; 0 for never.
        package var refusals: Int

        /// The wait before the first probe.
        package var probeInterval: Duration

        /// The longest wait between probes; it doubles up to here.
        package var probeMaxInterval: Duration

        /// Reads the section.
        ///
        /// - `breaker.window` (duration, `10s`): `1s` to `10m`.
        /// - `breaker.failure_ratio` (number, 0.5): 0.01 to 1.
        /// - `breaker.minimum_requests` (number, 20): 1 to 100,000.
        /// - `breaker.refusals` (number, 20): 0 to 100,000; 0 switches it off.
        /// - `breaker.probe_interval` (duration, `1s`): `100ms` to `10m`.
        /// - `breaker.probe_max_interval` (duration, `8s`): `100ms` to `1h`, not below the interval.
        init(from reader: inout SettingsReader) {
            window = reader.value("breaker.window", default: .seconds(10), .duration(.seconds(1) ... .seconds(600)))
            failureRatio = reader.value("breaker.failure_ratio", default: 0.5, .number(0.01...1))
            minimumRequests = reader.value("breaker.minimum_requests", default: 20, .integer(1...100_000))
            refusals = reader.value("breaker.refusals", default: 20, .integer(0...100_000))
            probeInterval = reader.value(
                "breaker.probe_interval",
                default: .seconds(1),
                .duration(.milliseconds(100) ... .seconds(600))
            )
            probeMaxInterval = reader.value(
                "breaker.probe_max_interval",
                default: .seconds(8),
                .duration(.milliseconds(100) ... .seconds(3_600))
            )
        }
    }
}
