import CommandWorker
import Logging
import WorkerLogging

extension WorkerSettings {
    /// Reads `delivery.*`.
    mutating func readDelivery(from reader: inout SettingsReader) {
        reader.read("delivery.guarantee", into: &self.guarantee, .choice)
        let id = ValueKind<String?>.optional(.identifier(upTo: 255))
        reader.read("delivery.transactional_id", into: &self.ownTransactionalID, id)
    }

    /// Reads `limits.*`: what the worker holds in memory, whatever the lag.
    mutating func readLimits(from reader: inout SettingsReader) {
        let command = ValueKind<Int>.byteCount((1 << 10)...(64 << 20))
        reader.read("limits.max_command_bytes", into: &self.maximumCommandBytes, command)
        reader.read("limits.max_in_flight", into: &self.maximumInFlight, .integer(1...1_000_000))
        let inFlight = ValueKind<Int>.byteCount((1 << 20)...(64 << 30))
        reader.read("limits.max_in_flight_bytes", into: &self.maximumInFlightBytes, inFlight)
        let least = ("limits.max_command_bytes", self.maximumCommandBytes)
        reader.require("limits.max_in_flight_bytes", self.maximumInFlightBytes, atLeast: least, inFlight)
    }
}

extension RetryPolicy {
    /// Reads `retry.*`, all of which reloads.
    mutating func read(from reader: inout SettingsReader) {
        func read<Value>(_ key: String, _ value: inout Value, _ kind: ValueKind<Value>) {
            reader.read("retry.\(key)", into: &value, kind, onReload: .takesEffect)
        }
        let elapsed = ValueKind<Duration>.duration(.seconds(1) ... .seconds(604_800))
        read("initial_interval", &self.initialInterval, .duration(.milliseconds(1) ... .seconds(600)))
        read("max_interval", &self.maximumInterval, .duration(.milliseconds(1) ... .seconds(3_600)))
        read("multiplier", &self.multiplier, .number(1...10))
        read("max_elapsed_time", &self.maximumElapsedTime, elapsed)
        read("max_hold", &self.maximumHold, .duration(.seconds(1) ... .seconds(3_600)))
        let initial = ("retry.initial_interval", self.initialInterval)
        reader.require("retry.max_interval", self.maximumInterval, atLeast: initial, elapsed)
        reader.require("retry.max_elapsed_time", self.maximumElapsedTime, atLeast: initial, elapsed)
    }
}

extension BreakerSettings {
    /// Reads `breaker.*`.
    mutating func read(from reader: inout SettingsReader) {
        reader.read("breaker.window", into: &self.window, .duration(.seconds(1) ... .seconds(600)))
        reader.read("breaker.failure_ratio", into: &self.failureRatio, .number(0.01...1))
        reader.read("breaker.minimum_requests", into: &self.minimumRequests, .integer(1...100_000))
        reader.read("breaker.refusals", into: &self.refusals, .integer(0...100_000))
        var (first, longest) = (self.probeWaits.lowerBound, self.probeWaits.upperBound)
        let wait = ValueKind<Duration>.duration(.milliseconds(100) ... .seconds(3_600))
        reader.read("breaker.probe_interval", into: &first, .duration(.milliseconds(100) ... .seconds(600)))
        reader.read("breaker.probe_max_interval", into: &longest, wait)
        reader.require("breaker.probe_max_interval", longest, atLeast: ("breaker.probe_interval", first), wait)
        self.probeWaits = first...max(first, longest)
    }
}

extension LogSettings {
    /// Reads `log.*`.
    mutating func read(from reader: inout SettingsReader) {
        reader.read("log.level", into: &self.level, .choice, onReload: .takesEffect)
        reader.read("log.format", into: &self.format, .choice)
    }
}
