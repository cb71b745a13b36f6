import CustomerContract
import Foundation
import PostgreSQL
import Records
import Testing

@testable import Ledger

/// What is particular to the ledger in a PostgreSQL: connections that are refused, lost or silent, and the tables.
@Suite(.timeLimit(.minutes(1))) struct PostgresLedgerTests {
    private static func openError(_ uri: String) async -> LedgerError? {
        do throws(LedgerError) {
            _ = try await PostgresLedger.open(uri, shownAs: "postgres://shown", patience: .seconds(5))
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "postgres://u:hunter2@h/db?nonsense=hunter2", "postgres://u:%zzhunter2@h/db", "postgres://u:hunter2@[::1/db",
        "postgres://u@h:port%00hunter2/db",
    ])
    func `a URI that libpq does not take is a mistake of the configuration, and no part of its values is shown`(
        uri: String
    ) async {
        let error = await Self.openError(uri)
        #expect(error?.reason == .misconfigured)
        #expect(error?.message.contains("hunter2") == false)
        #expect(error?.message.contains("store.url") == true)
    }

    @Test func `a server that is not there is unavailable, and the place is named`() async {
        let error = await Self.openError("postgres:///db?host=/nonexistent-folder")
        #expect(error?.reason == .unavailable)
        #expect(error?.message.hasPrefix("postgres://shown: ") == true)
        #expect(error?.message.contains("/nonexistent-folder") == true)
    }

    @Test func `a database or a role that is not there is told apart from a server that is not`() async throws {
        let folder = try await TestPostgres.shared.folder()
        #expect(await Self.openError("postgres:///absent?host=\(folder)&user=postgres")?.reason == .misconfigured)
        #expect(await Self.openError("postgres:///postgres?host=\(folder)&user=absent")?.reason == .refused)
    }

    @Test func `a role without the right to make tables is refused, and may use those that are there`() async throws {
        let (uri, schema) = try await TestPostgres.shared.newSchema()
        try await TestPostgres.shared.administer(
            "CREATE ROLE \(schema) LOGIN; GRANT USAGE ON SCHEMA \(schema) TO \(schema)"
        )
        let restricted = uri.replacing("user=postgres", with: "user=\(schema)")
        let error = await Self.openError(restricted)
        #expect(error?.reason == .refused)
        _ = try await PostgresLedger.open(uri, shownAs: "")
        try await TestPostgres.shared.administer(
            "GRANT SELECT, INSERT, DELETE, UPDATE ON ALL TABLES IN SCHEMA \(schema) TO \(schema)"
        )
        let ledger = try await PostgresLedger.open(restricted, shownAs: "")
        #expect(try await ledger.apply(LedgerBatch(entries: [try entry("a")])).earlier == [nil])
        #expect(try await ledger.forget(rememberedBefore: UnixMilliseconds(.max), limit: 5) == 1)
    }

    @Test func `a database that is set to read only says so`() async throws {
        let (uri, _) = try await TestPostgres.shared.newSchema()
        _ = try await PostgresLedger.open(uri, shownAs: "")
        // libpq would look for another server that takes writes.
        let ledger = try await PostgresLedger.open(
            uri + "%20-cdefault_transaction_read_only%3Don&target_session_attrs=any",
            shownAs: "postgres://shown"
        )
        let error = await #expect(throws: LedgerError.self) {
            try await ledger.apply(LedgerBatch(entries: [try entry("a")]))
        }
        #expect(error?.reason == .readOnly)
        #expect(try await ledger.entry(for: ExternalID("a")) == nil)
    }

    @Test func `many instances that find an empty database at the same moment all get it`() async throws {
        let (uri, _) = try await TestPostgres.shared.newSchema()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { _ = try await PostgresLedger.open(uri, shownAs: "").count() }
            }
            try await group.waitForAll()
        }
    }

    @Test func `tables of a later version are refused, and not changed`() async throws {
        let (uri, schema) = try await TestPostgres.shared.newSchema()
        let ledger = try await PostgresLedger.open(uri, shownAs: "")
        _ = try await ledger.apply(LedgerBatch(entries: [try entry("a")]))
        try await TestPostgres.shared.administer("INSERT INTO \(schema).customer_worker_migrations VALUES (999)")
        let error = await Self.openError(uri)
        #expect(error?.reason == .corrupt)
        #expect(error?.message.contains("later version") == true)
        #expect(try await ledger.count() == 1)
    }

    @Test func `looking whether there is a ledger makes none`() async throws {
        let (uri, _) = try await TestPostgres.shared.newSchema()
        #expect(try await PostgresLedger.probe(uri, shownAs: "") == false)
        #expect(try await PostgresLedger.probe(uri, shownAs: "") == false)
        _ = try await PostgresLedger.open(uri, shownAs: "")
        #expect(try await PostgresLedger.probe(uri, shownAs: ""))
    }

    @Test func `connections that the server ended are made anew, and nothing is lost or doubled`() async throws {
        let (uri, schema) = try await TestPostgres.shared.newSchema("&application_name=ended")
        let ledger = try await PostgresLedger.open(
            uri.replacing("application_name=ended", with: "application_name=\(schema)"),
            shownAs: ""
        )
        let entries = try (0..<10).map { try entry("acct_\($0)", offset: Int64($0)) }
        _ = try await ledger.apply(LedgerBatch(entries: entries))
        try await TestPostgres.shared.administer(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = '\(schema)'"
        )
        let error = await #expect(throws: LedgerError.self) { try await ledger.apply(LedgerBatch(entries: entries)) }
        #expect(error?.reason == .unavailable)
        // What a worker does then: the same batch again.
        #expect(try await ledger.apply(LedgerBatch(entries: entries)).earlier == entries)
    }

    @Test func `a server that accepts and never answers is unavailable within the patience`() async throws {
        let port = try DeafServer()
        let error = await Self.openError("postgres://u@127.0.0.1:\(port.number)/db?connect_timeout=2")
        #expect(error?.reason == .unavailable)
        withExtendedLifetime(port) {}
    }

    @Test func `a statement that takes longer than the patience is given up, and the next one has a new connection`()
        async throws
    {
        let (uri, schema) = try await TestPostgres.shared.newSchema()
        let ledger = try await PostgresLedger.open(uri, shownAs: "", patience: .seconds(2))
        let blocker = Connection(
            try ServerAddress(uri: uri, description: ""),
            preamble: "",
            patience: .seconds(20)
        )
        // The same key, and not yet committed: an entry of that id waits for it.
        try await blocker.script("BEGIN")
        try await blocker.script(
            """
            INSERT INTO \(schema).customer_worker_customers
            VALUES (0, 0, NULL, 0, 'created', 'a', '', '', '', '', '')
            """
        )
        let error = await #expect(throws: LedgerError.self) {
            try await ledger.apply(LedgerBatch(entries: [try entry("a")]))
        }
        #expect(error?.reason == .unavailable)
        try await blocker.script("ROLLBACK")
        // The statement that was given up may still have won: it is the same entry.
        let earlier = try await ledger.apply(LedgerBatch(entries: [try entry("a")])).earlier
        #expect(try earlier == [nil] || earlier == [entry("a")])
        #expect(try await ledger.count() == 1)
    }

    @Test(arguments: ["fingerprint = '\\x00'", "field_digests = '\\xff'", "outcome = 'maybe'"])
    func `an entry that cannot be understood is damage, not absence`(change: String) async throws {
        let (uri, schema) = try await TestPostgres.shared.newSchema()
        let ledger = try await PostgresLedger.open(uri, shownAs: "postgres://shown")
        _ = try await ledger.apply(LedgerBatch(entries: [try entry("a"), try entry("b")]))
        try await TestPostgres.shared.administer(
            "UPDATE \(schema).customer_worker_customers SET \(change) WHERE external_id = 'a'"
        )
        let error = await #expect(throws: LedgerError.self) { try await ledger.entry(for: ExternalID("a")) }
        #expect(error?.reason == .corrupt)
        #expect(try await ledger.entry(for: ExternalID("b")) != nil)
    }

    @Test func `every statement finds its rows by a key, however small the table is`() async throws {
        let (uri, _) = try await TestPostgres.shared.newSchema()
        _ = try await PostgresLedger.open(uri, shownAs: "")
        let connection = Connection(
            try ServerAddress(uri: uri, description: ""),
            preamble: PostgresSchema.preamble,
            patience: .seconds(10)
        )
        for statement in [PostgresEntry.find, PostgresEntry.page, PostgresEntry.forget, PostgresEntry.forgetOld] {
            try await connection.script("PREPARE \(statement.name)_explained AS \(statement.sql)")
            let values = statement == PostgresEntry.find ? "'{}'" : statement == PostgresEntry.forget ? "''" : "'1', 1"
            let explain = Statement(
                "explain_\(statement.name)",
                "EXPLAIN EXECUTE \(statement.name)_explained(\(values))"
            )
            let plan = try await connection.query(explain, []) { $0.text(0) ?? "" }.joined(separator: "\n")
            #expect(plan.contains("Index"), "\(plan)")
            #expect(!plan.contains("Seq Scan on customer"), "\(plan)")
        }
    }
}
