package import CommandWorker
package import WorkerLogging

/// Every setting of the worker, read and checked: what the rest of the program is built from.
///
/// A plain value; two of them can be compared to see what a reload changes. Printing it shows no secret.
/// Get one from ``SettingsSources/load()``, or ``defaults`` in tests.
package struct Settings: Sendable, Equatable {
    /// Who creates customers.
    package enum Backend: String, Sendable, CaseIterable {
        /// The worker's own ledger.
        case local
        case flexprice
    }

    package var kafka = Kafka()
    /// What the worker itself decides by, whatever the section: a setting that it has is no member here.
    package var worker = WorkerSettings()
    package var backend = Backend.local
    package var api = API()
    /// `environment_id`, sent as `X-Environment-ID`; nil sends none.
    package var environmentID: String?
    /// `store.url`: the ledger and the local customers.
    package var store = StoreURL.sqlite(path: "/var/lib/customer-worker/customers.sqlite")
    /// `idempotency.retention`: older successes are forgotten; nil remembers them forever.
    package var retention: Duration?
    /// `admin.listen`: the endpoint for health, metrics and status.
    package var adminListen = HostAndPort(host: "127.0.0.1", port: 9464)
    package var console = Console()
    package var log = LogSettings()
    /// `shutdown.drain_timeout`: how long commands in flight may take to finish after TERM.
    package var drainTimeout = Duration.seconds(30)

    /// The settings of a program without any configuration.
    package static var defaults: Settings {
        var reader = SettingsReader()
        return Settings(from: &reader)
    }

    /// Reads every setting, in the order of the report; wrong ones have their default, and are noted in the reader.
    init(from reader: inout SettingsReader) {
        self.kafka.read(from: &reader, &self.worker)
        self.worker.readDelivery(from: &reader)
        reader.read("backend", into: &self.backend, .choice)
        self.api.read(from: &reader, &self.worker.live)
        reader.read("environment_id", into: &self.environmentID, .optional(.identifier(upTo: 255)))
        reader.read("store.url", into: &self.store, .store)
        let years = ValueKind<Duration>.duration(.seconds(3_600) ... .seconds(315_360_000))
        reader.read("idempotency.retention", into: &self.retention, .optional(years))
        reader.read("idempotency.on_archived", into: &self.worker.onArchived, .choice)
        self.worker.live.retry.read(from: &reader)
        self.worker.breaker.read(from: &reader)
        self.worker.readLimits(from: &reader)
        reader.read("validation.mode", into: &self.worker.validation, .choice)
        reader.read("admin.listen", into: &self.adminListen, .listen(such: "127.0.0.1:9464"))
        self.console.read(from: &reader)
        self.log.read(from: &reader)
        reader.read("shutdown.drain_timeout", into: &self.drainTimeout, .duration(.seconds(1) ... .seconds(3_600)))
        self.checkSections(&reader)
    }

    /// Notes settings of different sections that are right by themselves and wrong together.
    private func checkSections(_ reader: inout SettingsReader) {
        if self.backend == .flexprice, self.api.host == nil {
            reader.contradict(
                ["api.host", "backend"],
                found: "no API host with backend flexprice",
                expected: "api.host, such as us.api.flexprice.io"
            )
        }
        if case .fixed(let concurrency) = self.worker.live.requestLimit {
            let least = ("api.max_concurrency", concurrency)
            reader.require("limits.max_in_flight", self.worker.maximumInFlight, atLeast: least, .integer(1...1_000_000))
        }
    }

    /// The contradiction that concerns only those who call the API.
    var missingKey: [Contradiction] {
        guard self.backend == .flexprice, self.api.key == nil else { return [] }
        return [
            Contradiction(
                keys: ["api.key", "api.key_file", "backend"],
                found: "no API key with backend flexprice",
                expected: "FLEXPRICE_API_KEY, api.key_file, or a systemd credential named api_key"
            )
        ]
    }
}
