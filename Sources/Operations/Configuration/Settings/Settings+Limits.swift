extension Settings {
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
