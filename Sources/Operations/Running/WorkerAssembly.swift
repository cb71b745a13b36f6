package import CommandWorker
import FlexpriceAPI
import Foundation
package import Kafka
package import Ledger
package import Logging
import Records
package import Settings
import WorkerLogging

/// Builds a worker from settings: the one place where a setting meets the part that it is for.
package struct WorkerAssembly: Sendable {
    /// The worker, not yet running.
    package let worker: CommandWorker
    package let kafka: ClientProperties
    let metrics: MetricsRegistry
    /// Forgets old successes; `nil` when all are remembered forever.
    package let retention: LedgerRetention<ContinuousClock>?
    let pauses: PauseFollower
    /// The API key, which can be replaced while the worker runs; `nil` without the API.
    private let apiKeys: APIKeySource?
    private let client: FlexpriceClient?
    private let logger: Logger

    /// Opens the ledger and makes the client; nothing connects to a broker or to the API yet.
    ///
    /// - Throws: ``StartFailure`` when the ledger cannot be used.
    package init(_ settings: Settings, logger: Logger) async throws(StartFailure) {
        let kafka = try Self.clientProperties(settings.kafka)
        let ledger = try await Self.openLedger(settings.store)
        let metrics = MetricsRegistry()
        var worker = settings.worker
        worker.live = worker.live.held()
        Self.warnAboutOpenFiles(settings, logger)

        let backend: WorkerBackend
        switch settings.backend {
        case .local:
            self.client = nil
            self.apiKeys = nil
            backend = .local(LocalCustomers(environmentID: settings.environmentID ?? ""))
        case .flexprice:
            let flexprice = try FlexpriceSettings(settings, environment: ProcessInfo.processInfo.environment)
            let client = FlexpriceClient(flexprice, metrics: FlexpriceMetrics(factory: metrics))
            self.client = client
            self.apiKeys = flexprice.apiKeys
            backend = .remote(
                FlexpriceBackend(client: client, onStub: settings.api.onStub, onExisting: settings.api.onExisting)
            )
        }
        self.logger = logger
        self.kafka = kafka
        self.retention = Self.retention(settings, ledger)
        self.metrics = metrics
        self.worker = CommandWorker(
            worker,
            kafka,
            ledger: ledger,
            backend: backend,
            logger: logger,
            metrics: StoreMetrics(factory: metrics)
        )
        var pauses = PauseFollower(ledger, group: worker.group, worker: self.worker, logger: logger)
        // Before the worker begins, so that nothing slips through at a start.
        do throws(LedgerError) {
            try await pauses.look(at: .now())
        } catch {
            throw StartFailure(error)
        }
        self.pauses = pauses
    }

    private static func warnAboutOpenFiles(_ settings: Settings, _ logger: Logger) {
        let bound = OpenFiles.requestBound
        guard settings.backend == .flexprice, case .fixed(let count) = settings.worker.live.requestLimit, count > bound
        else { return }
        logger.warning(
            "Too few file descriptors for api.max_concurrency; it is lowered",
            metadata: [
                LogKey.setting: "api.max_concurrency", LogKey.oldValue: "\(count)", LogKey.newValue: "\(bound)",
                LogKey.hint:
                    "raise LimitNOFILE= of the service, or ulimit -n, to at least \(count + OpenFiles.reserve)",
            ]
        )
    }

    /// None for backend `local`: the entries of its ledger are the customers.
    private static func retention(_ settings: Settings, _ ledger: any Ledger) -> LedgerRetention<ContinuousClock>? {
        guard settings.backend == .flexprice, let retention = settings.retention else { return nil }
        return LedgerRetention(of: ledger, retention: retention, clock: ContinuousClock()) { .now() }
    }

    /// Applies what a running worker can take over of new settings.
    package func apply(_ settings: Settings) {
        self.worker.reconfigure(settings.worker.live.held())
        Self.warnAboutOpenFiles(settings, self.logger)
        if let key = settings.api.key { self.apiKeys?.replace(with: key) }
    }

    /// Closes what ``init(_:logger:)`` opened; after the worker has stopped.
    package func shutdown() async { await self.client?.shutdown() }

    /// How a configuration reaches the brokers.
    ///
    /// - Throws: ``StartFailure`` 78 with every property that librdkafka does not know or take.
    package static func clientProperties(_ settings: Settings.Kafka) throws(StartFailure) -> ClientProperties {
        let client = ClientProperties(brokers: settings.bootstrapServers, passthrough: settings.properties.reveal())
        let problems = client.problems()
        guard problems.isEmpty else {
            throw StartFailure(.configuration, "kafka.properties: \(problems.joined(separator: "; "))")
        }
        return client
    }

    /// Opens the ledger that a configuration names; a file or tables are created if they are not there.
    package static func openLedger(_ url: StoreURL) async throws(StartFailure) -> any Ledger {
        do throws(LedgerError) {
            switch url {
            case .sqlite(let path): return try SQLiteLedger(path: path)
            case .postgres(let uri): return try await PostgresLedger.open(uri.reveal(), shownAs: url.description)
            }
        } catch {
            throw StartFailure(error)
        }
    }

    /// Opens the ledger if there is one; nothing is created.
    package static func openExistingLedger(_ url: StoreURL) async throws(StartFailure) -> (any Ledger)? {
        do throws(LedgerError) {
            switch url {
            case .sqlite(let path):
                guard path == ":memory:" || FileManager.default.fileExists(atPath: path) else { return nil }
            case .postgres(let uri):
                guard try await PostgresLedger.probe(uri.reveal(), shownAs: url.description) else { return nil }
            }
        } catch {
            throw StartFailure(error)
        }
        return try await self.openLedger(url)
    }

    /// Opens the ledger that there must be; nothing is created.
    ///
    /// - Throws: ``StartFailure`` 69 when there is none.
    package static func existingLedger(_ url: StoreURL) async throws(StartFailure) -> any Ledger {
        if let ledger = try await self.openExistingLedger(url) { return ledger }
        throw StartFailure(.unavailable, "there is no store at \(url) yet; check store.url")
    }
}
