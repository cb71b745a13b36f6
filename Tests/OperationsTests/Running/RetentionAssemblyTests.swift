import Logging
import Operations
import Testing

/// Who is forgotten, by backend.
@Suite struct RetentionAssemblyTests {
    private static func forgets(_ variables: [String: String]) async throws -> Bool {
        let fixture = try ConfigurationFixture("store: {url: \"sqlite::memory:\"}\n")
        let settings = try fixture.load(variables).settings
        let assembly = try await WorkerAssembly(
            settings,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let forgets = assembly.retention != nil
        await assembly.shutdown()
        return forgets
    }

    private static let remote = [
        "FLEXPRICE_BACKEND": "flexprice", "FLEXPRICE_API_HOST": "http://127.0.0.1:1",
        "FLEXPRICE_API_KEY": "sk_some_key_of_mine",
    ]

    @Test func `the customers of backend local are never forgotten`() async throws {
        #expect(try await Self.forgets(["FLEXPRICE_IDEMPOTENCY_RETENTION": "1h"]) == false)
    }

    @Test func `successes at the API are forgotten if there is a retention, and remembered for ever without one`()
        async throws
    {
        #expect(try await Self.forgets(Self.remote) == false)
        let retention = ["FLEXPRICE_IDEMPOTENCY_RETENTION": "1h"]
        #expect(try await Self.forgets(Self.remote.merging(retention) { $1 }))
    }
}
