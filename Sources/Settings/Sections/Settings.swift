package import CommandWorker
package import CustomerContract
package import WorkerLogging

/// Every setting of the worker, read and checked: what the rest of the program is built from.
///
/// A plain value; two of them can be compared to see what a reload changes. Printing it shows no secret.
/// Get one from ``SettingsSources/load()``, or ``defaults`` in tests.
package struct Settings: Sendable, Equatable {
    package var kafka: Kafka
    package var delivery: Delivery
    /// `backend`: who creates customers.
    package var backend = Backend.local
    package var api: API
    /// `environment_id`, sent as `X-Environment-ID`; nil sends none.
    package var environmentID: String?
    /// `store.url`: the ledger and the local customers.
    package var store = StoreURL.sqlite(path: "/var/lib/customer-worker/customers.sqlite")
    package var idempotency: Idempotency
    package var retry: RetryPolicy
    package var breaker: BreakerSettings
    package var limits: Limits
    /// `validation.mode`: how strictly commands are checked.
    package var validation = ValidationMode.full
    /// `admin.listen`: the endpoint for health, metrics and status.
    package var adminListen = HostAndPort(host: "127.0.0.1", port: 9464)
    package var console: Console
    package var log: LogSettings
    /// `shutdown.drain_timeout`: how long commands in flight may take to finish after TERM.
    package var drainTimeout = Duration.seconds(30)

    /// The settings of a program without any configuration.
    package static var defaults: Settings {
        var reader = SettingsReader()
        return Settings(from: &reader)
    }

    /// Reads every setting; wrong ones have their default, and are noted in the reader.
    ///
    /// - `backend` (text, `local`): `local` or `flexprice`.
    /// - `environment_id` (text, none): 1 to 255 visible ASCII characters.
    /// - `store.url` (text, `sqlite:/var/lib/customer-worker/customers.sqlite`): `sqlite:PATH` or `postgres://…`.
    /// - `validation.mode` (text, `full`): `full` or `envelope`.
    /// - `admin.listen` (text, `127.0.0.1:9464`): `HOST:PORT`; port 0 lets the system choose.
    /// - `shutdown.drain_timeout` (duration, `30s`): `1s` to `1h`.
    init(from reader: inout SettingsReader) {
        self.kafka = Kafka(from: &reader)
        self.delivery = Delivery(from: &reader)
        reader.read("backend", into: &self.backend, .choice)
        self.api = API(from: &reader)
        reader.read("environment_id", into: &self.environmentID, .optional(.identifier(upTo: 255)))
        reader.read("store.url", into: &self.store, .store)
        self.idempotency = Idempotency(from: &reader)
        self.retry = RetryPolicy(from: &reader)
        self.breaker = BreakerSettings(from: &reader)
        self.limits = Limits(from: &reader)
        reader.read("validation.mode", into: &self.validation, .choice)
        reader.read("admin.listen", into: &self.adminListen, .listen(such: "127.0.0.1:9464"))
        self.console = Console(from: &reader)
        self.log = LogSettings(from: &reader)
        reader.read("shutdown.drain_timeout", into: &self.drainTimeout, .duration(.seconds(1) ... .seconds(3_600)))
        self.checkSections(&reader)
    }
}

extension Settings {
    /// Notes settings of different sections that are right by themselves and wrong together.
    func checkSections(_ reader: inout SettingsReader) {
        if self.backend == .flexprice, self.api.host == nil {
            reader.contradict(
                ["api.host", "backend"],
                found: "no API host with backend flexprice",
                expected: "api.host, such as us.api.flexprice.io"
            )
        }
        if case .fixed(let concurrency) = self.api.maxConcurrency {
            let least = ("api.max_concurrency", concurrency)
            reader.require("limits.max_in_flight", self.limits.maxInFlight, atLeast: least)
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
