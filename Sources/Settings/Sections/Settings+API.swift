package import CommandWorker
package import FlexpriceAPI
package import Records

extension Settings {
    /// Who creates customers.
    package enum Backend: String, Sendable, CaseIterable {
        /// The worker's own ledger.
        case local

        /// The Flexprice API.
        case flexprice
    }

    /// `api.*`: how the Flexprice API is called.
    package struct API: Sendable, Equatable {
        /// The address; nil unless set.
        package var host: APIBaseURL?

        /// The key; nil unless found.
        package var key: Secret?

        /// A file to read the key from, again on reload.
        package var keyFile: String?

        /// The file that the key was read from, which is looked at again after a refusal: ``keyFile``, or the systemd
        /// credential; nil for a key from elsewhere.
        package var keyPath: String?

        /// A PEM file of certificate authorities to trust in place of the system's; nil for the system's.
        package var caFile: String?

        /// The longest wait for one answer.
        package var timeout: Duration

        /// The longest life of a connection.
        package var connectionLifetime: Duration

        /// Open requests at a time.
        package var maxConcurrency: RequestLimit

        /// Requests per second; nil for no limit.
        package var rateLimit: Double?

        /// What to do about stubs.
        package var onStub: StubPolicy

        /// What to do about other customers that differ.
        package var onExisting: ExistingPolicy

        /// Reads the section.
        ///
        /// - `api.host` (text, none): a URL with or without `/v1`, or a bare host; becomes `https://HOST/v1`.
        /// - `api.key` (secret, none; reloads): or `api.key_file`, or the systemd credential `api_key`.
        /// - `api.ca_file` (text, none): the path of a PEM file.
        /// - `api.timeout` (duration, `30s`): `100ms` to `10m`.
        /// - `api.connection_lifetime` (duration, `5m`): `1s` to `24h`; an older connection takes no further request.
        /// - `api.max_concurrency` (number, 64; reloads): 1 to 10,000, or `auto`.
        /// - `api.rate_limit` (number, none; reloads): 0.01 to 1,000,000 requests per second.
        /// - `api.on_stub` (text, `fail`): `fail`, `existing` or `update`.
        /// - `api.on_existing` (text, `fail`): `fail` or `update`.
        init(from reader: inout SettingsReader) {
            host = reader.value("api.host", default: nil, .optional(.apiHost))
            (key, keyFile, keyPath) = reader.apiKey()
            caFile = reader.value("api.ca_file", default: nil, .optional(.path))
            timeout = reader.value(
                "api.timeout",
                default: .seconds(30),
                .duration(.milliseconds(100) ... .seconds(600))
            )
            connectionLifetime = reader.value(
                "api.connection_lifetime",
                default: .seconds(300),
                .duration(.seconds(1) ... .seconds(86_400))
            )
            maxConcurrency = reader.value(
                "api.max_concurrency",
                default: .fixed(64),
                .concurrency(1...10_000),
                onReload: .takesEffect
            )
            rateLimit = reader.value(
                "api.rate_limit",
                default: nil,
                .optional(.number(0.01...1_000_000, of: "requests per second,")),
                onReload: .takesEffect
            )
            onStub = reader.value("api.on_stub", default: .fail, .choice)
            onExisting = reader.value("api.on_existing", default: .fail, .choice)
        }
    }
}
