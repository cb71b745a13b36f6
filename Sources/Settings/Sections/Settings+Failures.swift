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
        func read<Value>(_ key: String, _ value: inout Value, _ kind: ValueKind<Value>) {
            reader.read("retry.\(key)", into: &value, kind, onReload: .takesEffect)
        }
        read("initial_interval", &self.initialInterval, .duration(.milliseconds(1) ... .seconds(600)))
        read("max_interval", &self.maximumInterval, .duration(.milliseconds(1) ... .seconds(3_600)))
        read("multiplier", &self.multiplier, .number(1...10))
        read("max_elapsed_time", &self.maximumElapsedTime, .duration(.seconds(1) ... .seconds(604_800)))
        read("max_hold", &self.maximumHold, .duration(.seconds(1) ... .seconds(3_600)))
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
        reader.read("breaker.window", into: &self.window, .duration(.seconds(1) ... .seconds(600)))
        reader.read("breaker.failure_ratio", into: &self.failureRatio, .number(0.01...1))
        reader.read("breaker.minimum_requests", into: &self.minimumRequests, .integer(1...100_000))
        reader.read("breaker.refusals", into: &self.refusals, .integer(0...100_000))
        var (first, longest) = (self.probeWaits.lowerBound, self.probeWaits.upperBound)
        reader.read("breaker.probe_interval", into: &first, .duration(.milliseconds(100) ... .seconds(600)))
        reader.read("breaker.probe_max_interval", into: &longest, .duration(.milliseconds(100) ... .seconds(3_600)))
        reader.require("breaker.probe_max_interval", longest, atLeast: ("breaker.probe_interval", first))
        self.probeWaits = first...max(first, longest)
    }
}
