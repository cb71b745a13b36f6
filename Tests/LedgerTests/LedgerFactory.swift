import Foundation
import Ledger
import Testing

/// One implementation of the ledger, made anew for every test.
enum LedgerFactory: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case sqliteFile = "SQLite in a file"
    case sqliteMemory = "SQLite in memory"

    var testDescription: String { self.rawValue }

    /// Runs `body` with an empty ledger that is gone afterwards.
    func withLedger(_ body: (any Ledger) async throws -> Void) async throws {
        switch self {
        case .sqliteFile:
            try await withFolder { try await body(SQLiteLedger(path: $0 + "/customers.sqlite")) }
        case .sqliteMemory:
            try await body(SQLiteLedger(path: ":memory:"))
        }
    }
}

/// Lends the path of an empty folder that is deleted afterwards.
func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ledger-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.path)
}
