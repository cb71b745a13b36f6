import CommandWorker
import FlexpriceAPI
import FlexpriceSimulator
import Foundation
import Kafka
import Ledger
import Logging
import Records

/// The backends that whole-worker tests run with.
enum BackendKind: String, CaseIterable, Sendable {
    case local
    case flexprice
}

/// Runs a worker for as long as `body` takes, then drains it.
///
/// - Parameters:
///   - ledgerPath: a file that survives, for tests that start another worker after this one.
///   - properties: librdkafka's, beside the broker's own.
func withWorker<R: Sendable>(
    _ broker: TestBroker,
    backend: BackendKind,
    ledgerPath: String = ":memory:",
    simulator: FlexpriceSimulator = FlexpriceSimulator(.init(apiKey: "sk_test")),
    properties: [String: String] = [:],
    configure: (inout WorkerSettings) -> Void = { _ in },
    _ body: (CommandWorker) async throws -> R
) async throws -> R {
    var settings = WorkerSettings()
    settings.live.retry = RetryPolicy(initialInterval: .milliseconds(50), maximumInterval: .milliseconds(500))
    configure(&settings)
    var kafka = broker.client
    kafka.passthrough.merge(properties) { _, new in new }
    let ledger = try SQLiteLedger(path: ledgerPath)
    // TEST_LOG=1 shows what the worker says.
    let isSilent = ProcessInfo.processInfo.environment["TEST_LOG"] == nil
    let logger = Logger(label: "test") { label -> any LogHandler in
        isSilent ? SwiftLogNoOpLogHandler() : StreamLogHandler.standardError(label: label)
    }
    let worker: CommandWorker
    var client: FlexpriceClient?
    var serving: Task<Void, any Error>?
    switch backend {
    case .local:
        worker = CommandWorker(settings, kafka, ledger: ledger, backend: .local(LocalCustomers()), logger: logger)
    case .flexprice:
        serving = Task { try await simulator.run() }
        let port = try await simulator.port
        let api = FlexpriceClient(FlexpriceSettings(baseURL: "http://127.0.0.1:\(port)/v1", apiKey: Secret("sk_test")))
        client = api
        worker = CommandWorker(
            settings,
            kafka,
            ledger: ledger,
            backend: .remote(FlexpriceBackend(client: api)),
            logger: logger
        )
    }
    let running = Task { try await worker.run() }
    let result: Result<R, any Error>
    do {
        result = .success(try await body(worker))
    } catch {
        result = .failure(error)
    }
    worker.drain(within: .seconds(10))
    try await running.value
    await client?.shutdown()
    serving?.cancel()
    return try result.get()
}

/// A folder for one test.
func withTemporaryFolder<R>(_ body: (URL) async throws -> R) async throws -> R {
    let folder = FileManager.default.temporaryDirectory.appending(path: "customer-worker-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}
