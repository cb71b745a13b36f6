import CommandWorker
package import FlexpriceAPI
package import Records

extension Settings {
    /// `api.*`: how the Flexprice API is called.
    package struct API: Sendable, Equatable {
        /// The address; nil unless set.
        package var host: APIBaseURL?
        /// The key; nil unless found.
        package var key: Secret?
        /// The file that the key was read from, which is looked at again after a refusal: that of `api.key_file`, or
        /// the systemd credential; nil for a key from elsewhere.
        package var keyPath: String?
        /// A PEM file of certificate authorities to trust in place of the system's; nil for the system's.
        package var caFile: String?
        /// The longest wait for one answer.
        package var timeout = Duration.seconds(30)
        /// An older connection takes no further request.
        package var connectionLifetime = Duration.seconds(300)
        /// What to do about stubs.
        package var onStub = StubPolicy.fail
        /// What to do about other customers that differ.
        package var onExisting = ExistingPolicy.fail

        /// Reads the section.
        mutating func read(from reader: inout SettingsReader, _ live: inout LiveSettings) {
            reader.read("api.host", into: &self.host, .optional(.apiHost))
            (self.key, self.keyPath) = reader.apiKey()
            reader.read("api.ca_file", into: &self.caFile, .optional(.path))
            reader.read("api.timeout", into: &self.timeout, .duration(.milliseconds(100) ... .seconds(600)))
            let lifetimes = ValueKind<Duration>.duration(.seconds(1) ... .seconds(86_400))
            reader.read("api.connection_lifetime", into: &self.connectionLifetime, lifetimes)
            let concurrency = ValueKind<RequestLimit>.concurrency(1...10_000)
            reader.read("api.max_concurrency", into: &live.requestLimit, concurrency, onReload: .takesEffect)
            let rate = ValueKind<Double>.number(0.01...1_000_000, of: "requests per second,")
            reader.read("api.rate_limit", into: &live.rateLimit, .optional(rate), onReload: .takesEffect)
            reader.read("api.on_stub", into: &self.onStub, .choice)
            reader.read("api.on_existing", into: &self.onExisting, .choice)
        }
    }
}
