import CommandWorker

extension RetryPolicy {
    /// Reads `retry.*`, all of which reloads.
    ///
    /// - `retry.initial_interval` (duration, `1s`): `1ms` to `10m`.
    /// - `retry.max_interval` (duration, `30s`): `1ms` to `1h`, not below the initial one.
    /// - `retry.multiplier` (number, 2): 1 to 10.
    /// - `retry.max_elapsed_time` (duration, `15m`): `1s` to `168h`, not below the initial interval.
    /// - `retry.max_hold` (duration, `5m`): `1s` to `1h`.
    init(from reader: inout SettingsReader) {
        self.init()
        self.initialInterval = reader.value(
            "retry.initial_interval",
            default: self.initialInterval,
            .duration(.milliseconds(1) ... .seconds(600)),
            onReload: .takesEffect
        )
        self.maximumInterval = reader.value(
            "retry.max_interval",
            default: self.maximumInterval,
            .duration(.milliseconds(1) ... .seconds(3_600)),
            onReload: .takesEffect
        )
        self.multiplier = reader.value(
            "retry.multiplier",
            default: self.multiplier,
            .number(1...10),
            onReload: .takesEffect
        )
        self.maximumElapsedTime = reader.value(
            "retry.max_elapsed_time",
            default: self.maximumElapsedTime,
            .duration(.seconds(1) ... .seconds(604_800)),
            onReload: .takesEffect
        )
        self.maximumHold = reader.value(
            "retry.max_hold",
            default: self.maximumHold,
            .duration(.seconds(1) ... .seconds(3_600)),
            onReload: .takesEffect
        )
        let initial = ("retry.initial_interval", self.initialInterval)
        reader.require("retry.max_interval", self.maximumInterval, atLeast: initial)
        reader.require("retry.max_elapsed_time", self.maximumElapsedTime, atLeast: initial)
    }
}

extension BreakerSettings {
    /// Reads `breaker.*`.
    ///
    /// - `breaker.window` (duration, `10s`): `1s` to `10m`.
    /// - `breaker.failure_ratio` (number, 0.5): 0.01 to 1.
    /// - `breaker.minimum_requests` (number, 20): 1 to 100,000.
    /// - `breaker.refusals` (number, 20): 0 to 100,000; 0 switches it off.
    /// - `breaker.probe_interval` (duration, `1s`): `100ms` to `10m`.
    /// - `breaker.probe_max_interval` (duration, `8s`): `100ms` to `1h`, not below the interval.
    init(from reader: inout SettingsReader) {
        self.init()
        self.window = reader.value(
            "breaker.window",
            default: self.window,
            .duration(.seconds(1) ... .seconds(600))
        )
        self.failureRatio = reader.value("breaker.failure_ratio", default: self.failureRatio, .number(0.01...1))
        self.minimumRequests = reader.value(
            "breaker.minimum_requests",
            default: self.minimumRequests,
            .integer(1...100_000)
        )
        self.refusals = reader.value("breaker.refusals", default: self.refusals, .integer(0...100_000))
        let first = reader.value(
            "breaker.probe_interval",
            default: self.probeWaits.lowerBound,
            .duration(.milliseconds(100) ... .seconds(600))
        )
        let longest = reader.value(
            "breaker.probe_max_interval",
            default: self.probeWaits.upperBound,
            .duration(.milliseconds(100) ... .seconds(3_600))
        )
        reader.require("breaker.probe_max_interval", longest, atLeast: ("breaker.probe_interval", first))
        self.probeWaits = first...max(first, longest)
    }
}
