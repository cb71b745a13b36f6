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
