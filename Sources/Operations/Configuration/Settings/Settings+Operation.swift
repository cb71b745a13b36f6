extension Settings {
    /// `admin.*`: the endpoint for health, metrics and status.
    package struct Admin: Sendable, Equatable {
        /// Where it listens.
        package var listen: HostAndPort

        /// Reads the section.
        ///
        /// - `admin.listen` (text, `127.0.0.1:9464`): `HOST:PORT`; port 0 lets the system choose.
        init(from reader: inout SettingsReader) {
            listen = reader.value("admin.listen", default: HostAndPort(host: "127.0.0.1", port: 9464), .listen)
        }
    }

    /// `log.*`: what is written to standard error.
    package struct Log: Sendable, Equatable {
        /// The levels of swift-log, by the same names.
        package enum Level: String, Sendable, CaseIterable {
            /// Every step of every command.
            case trace

            /// The life of each command.
            case debug

            /// What an operator wants to read on a good day.
            case info

            /// Rare events that are not trouble.
            case notice

            /// Trouble that the worker deals with.
            case warning

            /// Trouble that needs somebody.
            case error

            /// The worker cannot go on.
            case critical
        }

        /// How a line is written.
        package enum Format: String, Sendable, CaseIterable {
            /// `text` on a terminal, else `json`.
            case auto

            /// Aligned, for people.
            case text

            /// One object a line, for machines.
            case json
        }

        /// Lines below this level are not written.
        package var level: Level

        /// The form of a line.
        package var format: Format

        /// Reads the section.
        ///
        /// - `log.level` (text, `info`; reloads): one of ``Level``.
        /// - `log.format` (text, `auto`): `auto`, `text` or `json`.
        init(from reader: inout SettingsReader) {
            level = reader.value("log.level", default: .info, .choice, onReload: .takesEffect)
            format = reader.value("log.format", default: .auto, .choice)
        }
    }

    /// `shutdown.*`: how the worker stops.
    package struct Shutdown: Sendable, Equatable {
        /// How long commands in flight may take to finish after TERM.
        package var drainTimeout: Duration

        /// Reads the section.
        ///
        /// - `shutdown.drain_timeout` (duration, `30s`): `1s` to `1h`.
        init(from reader: inout SettingsReader) {
            drainTimeout = reader.value(
                "shutdown.drain_timeout",
                default: .seconds(30),
                .duration(.seconds(1) ... .seconds(3_600))
            )
        }
    }
}
