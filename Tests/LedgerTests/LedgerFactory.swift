import Foundation
import Ledger
import Testing

/// One implementation of the ledger, made anew for every test.
enum LedgerFactory: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case sqliteFile = "SQLite in a file"
    case sqliteMemory = "SQLite in memory"
    case postgres = "PostgreSQL"
    case partitionedPostgres = "PostgreSQL, partitioned by hash"

    var testDescription: String { self.rawValue }

    /// Runs `body` with an empty ledger that is gone afterwards.
    func withLedger(_ body: (any Ledger) async throws -> Void) async throws {
        try await self.withLedgers(1) { try await body($0[0]) }
    }

    /// Runs `body` with several that stand for the instances of a group: all of them have the same memory.
    func withLedgers(_ count: Int, _ body: ([any Ledger]) async throws -> Void) async throws {
        switch self {
        case .sqliteFile:
            try await withFolder { folder in
                try await body((0..<count).map { _ in try SQLiteLedger(path: folder + "/customers.sqlite") })
            }
        case .sqliteMemory:
            let ledger = try SQLiteLedger(path: ":memory:")
            try await body(Array(repeating: ledger, count: count))
        case .postgres, .partitionedPostgres:
            let (uri, schema) = try await TestPostgres.shared.newSchema()
            if self == .partitionedPostgres { try await TestPostgres.shared.administer(Self.partitioned(in: schema)) }
            var ledgers: [any Ledger] = []
            for _ in 0..<count { ledgers.append(try await PostgresLedger.open(uri, shownAs: "postgres://test")) }
            try await body(ledgers)
            try await TestPostgres.shared.administer("DROP SCHEMA \(schema) CASCADE")
        }
    }

    /// What the documentation tells operators to run before the first start.
    private static func partitioned(in schema: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: "config/postgresql/partitioned.sql")
        return "SET search_path = \(schema);" + (try String(contentsOf: file, encoding: .utf8))
    }
}

/// Lends the path of an empty folder that is deleted afterwards.
func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ledger-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.path)
}
