import Logging
import Operations
import Records
import Testing

@testable import Settings

/// Who is forgotten, by backend.
@Suite struct RetentionAssemblyTests {
    private static func forgets(_ backend: Settings.Backend, retention: Duration?) async throws -> Bool {
        var settings = Settings.defaults
        settings.store = .sqlite(path: ":memory:")
        settings.backend = backend
        settings.api.host = APIBaseURL(parsing: "http://127.0.0.1:1")
        settings.api.key = Secret("sk_some_key_of_mine")
        settings.retention = retention
        let assembly = try await WorkerAssembly(
            settings,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let forgets = assembly.retention != nil
        await assembly.shutdown()
        return forgets
    }

    @Test func `the customers of backend local are never forgotten`() async throws {
        #expect(try await Self.forgets(.local, retention: .seconds(3_600)) == false)
    }

    @Test func `successes at the API are forgotten if there is a retention, and remembered for ever without one`()
        async throws
    {
        #expect(try await Self.forgets(.flexprice, retention: nil) == false)
        #expect(try await Self.forgets(.flexprice, retention: .seconds(3_600)))
    }
}
