package import CommandWorker
import Logging
import WorkerLogging

extension Settings {
    /// `idempotency.*`: how long a success is remembered, and what it answers.
    package struct Idempotency: Sendable, Equatable {
        /// Older successes are forgotten; nil remembers them forever.
        package var retention: Duration?

        /// What to do about archived customers.
        package var onArchived: WorkerSettings.ArchivedPolicy

        /// Reads the section.
        ///
        /// - `idempotency.retention` (duration, none): `1h` to `87600h` (ten years).
        /// - `idempotency.on_archived` (text, `replay`): `replay` or `recreate`.
        init(from reader: inout SettingsReader) {
            retention = reader.value(
                "idempotency.retention",
                default: nil,
                .optional(.duration(.seconds(3_600) ... .seconds(315_360_000)))
            )
            onArchived = reader.value("idempotency.on_archived", default: .replay, .choice)
        }
    }

    /// `limits.*`: what the worker holds in memory, whatever the lag.
    package struct Limits: Sendable, Equatable {
        /// A larger command fails with `payload_too_large`.
        package var maxCommandBytes: ByteCount

        /// Commands in flight at a time; intake pauses above.
        package var maxInFlight: Int

        /// Bytes of commands in flight at a time; intake pauses above.
        package var maxInFlightBytes: ByteCount

        /// Reads the section.
        ///
        /// - `limits.max_command_bytes` (size, `256KiB`): `1KiB` to `64MiB`.
        /// - `limits.max_in_flight` (number, 4096): 1 to 1,000,000, not below `api.max_concurrency`.
        /// - `limits.max_in_flight_bytes` (size, `64MiB`): `1MiB` to `64GiB`, not below `limits.max_command_bytes`.
        init(from reader: inout SettingsReader) {
            maxCommandBytes = reader.value(
                "limits.max_command_bytes",
                default: .kibibytes(256),
                .byteCount(.kibibytes(1) ... .mebibytes(64))
            )
            maxInFlight = reader.value("limits.max_in_flight", default: 4_096, .integer(1...1_000_000))
            maxInFlightBytes = reader.value(
                "limits.max_in_flight_bytes",
                default: .mebibytes(64),
                .byteCount(.mebibytes(1) ... .gibibytes(64))
            )
            reader.require(
                "limits.max_in_flight_bytes",
                maxInFlightBytes,
                atLeast: ("limits.max_command_bytes", maxCommandBytes)
            )
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
        self.level = reader.value("log.level", default: self.level, .choice, onReload: .takesEffect)
        self.format = reader.value("log.format", default: self.format, .choice)
    }
}
