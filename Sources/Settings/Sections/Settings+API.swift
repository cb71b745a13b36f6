package import CommandWorker
package import FlexpriceAPI
package import Records

extension Settings {
    /// Who creates customers.
    package enum Backend: String, Sendable, CaseIterable {
        /// The worker's own ledger.
        case local
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
        package var timeout = Duration.seconds(30)
        /// The longest life of a connection.
        package var connectionLifetime = Duration.seconds(300)
        /// Open requests at a time.
        package var maxConcurrency = RequestLimit.fixed(64)
        /// Requests per second; nil for no limit.
        package var rateLimit: Double?
        /// What to do about stubs.
        package var onStub = StubPolicy.fail
        /// What to do about other customers that differ.
        package var onExisting = ExistingPolicy.fail

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
            reader.read("api.host", into: &self.host, .optional(.apiHost))
            (self.key, self.keyFile, self.keyPath) = reader.apiKey()
            reader.read("api.ca_file", into: &self.caFile, .optional(.path))
            reader.read("api.timeout", into: &self.timeout, .duration(.milliseconds(100) ... .seconds(600)))
            let lifetimes = Duration.seconds(1) ... .seconds(86_400)
            reader.read("api.connection_lifetime", into: &self.connectionLifetime, .duration(lifetimes))
            let concurrency = ValueKind<RequestLimit>.concurrency(1...10_000)
            reader.read("api.max_concurrency", into: &self.maxConcurrency, concurrency, onReload: .takesEffect)
            let rate = ValueKind<Double>.number(0.01...1_000_000, of: "requests per second,")
            reader.read("api.rate_limit", into: &self.rateLimit, .optional(rate), onReload: .takesEffect)
            reader.read("api.on_stub", into: &self.onStub, .choice)
            reader.read("api.on_existing", into: &self.onExisting, .choice)
        }
    }
}
