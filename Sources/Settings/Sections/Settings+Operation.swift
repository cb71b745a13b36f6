package import CommandWorker
import Logging
import WorkerLogging

extension Settings {
    /// `idempotency.*`: how long a success is remembered, and what it answers.
    package struct Idempotency: Sendable, Equatable {
        /// Older successes are forgotten; nil remembers them forever.
        package var retention: Duration?
        /// What to do about archived customers.
        package var onArchived = WorkerSettings.ArchivedPolicy.replay

        /// Reads the section.
        ///
        /// - `idempotency.retention` (duration, none): `1h` to `87600h` (ten years).
        /// - `idempotency.on_archived` (text, `replay`): `replay` or `recreate`.
        init(from reader: inout SettingsReader) {
            let years = ValueKind<Duration>.duration(.seconds(3_600) ... .seconds(315_360_000))
            reader.read("idempotency.retention", into: &self.retention, .optional(years))
            reader.read("idempotency.on_archived", into: &self.onArchived, .choice)
        }
    }

    /// `limits.*`: what the worker holds in memory, whatever the lag.
    package struct Limits: Sendable, Equatable {
        /// A larger command fails with `payload_too_large`.
        package var maxCommandBytes = ByteCount.kibibytes(256)
        /// Commands in flight at a time; intake pauses above.
        package var maxInFlight = 4_096
        /// Bytes of commands in flight at a time; intake pauses above.
        package var maxInFlightBytes = ByteCount.mebibytes(64)

        /// Reads the section.
        ///
        /// - `limits.max_command_bytes` (size, `256KiB`): `1KiB` to `64MiB`.
        /// - `limits.max_in_flight` (number, 4096): 1 to 1,000,000, not below `api.max_concurrency`.
        /// - `limits.max_in_flight_bytes` (size, `64MiB`): `1MiB` to `64GiB`, not below `limits.max_command_bytes`.
        init(from reader: inout SettingsReader) {
            let command = ValueKind<ByteCount>.byteCount(.kibibytes(1) ... .mebibytes(64))
            reader.read("limits.max_command_bytes", into: &self.maxCommandBytes, command)
            reader.read("limits.max_in_flight", into: &self.maxInFlight, .integer(1...1_000_000))
            let inFlight = ValueKind<ByteCount>.byteCount(.mebibytes(1) ... .gibibytes(64))
            reader.read("limits.max_in_flight_bytes", into: &self.maxInFlightBytes, inFlight)
            let least = ("limits.max_command_bytes", self.maxCommandBytes)
            reader.require("limits.max_in_flight_bytes", self.maxInFlightBytes, atLeast: least)
        }
    }
}

extension LogSettings {
    /// Reads `log.*`.
    ///
    /// - `log.level` (text, `info`; reloads): one of swift-log's levels.
    /// - `log.format` (text, `auto`): `auto`, `text` or `json`.
    init(from reader: inout SettingsReader) {
        self.init()
        reader.read("log.level", into: &self.level, .choice, onReload: .takesEffect)
        reader.read("log.format", into: &self.format, .choice)
    }
}
