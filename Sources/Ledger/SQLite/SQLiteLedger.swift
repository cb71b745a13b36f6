public import CustomerContract
import Foundation
import GRDB

/// The ledger of one machine: a SQLite file that survives power cuts, shared safely by processes of the machine.
///
/// `synchronous=FULL`: a result is published only after its entry, so an entry that a power cut took back would let a
/// second customer be made. One `fsync` serves a whole batch.
public final class SQLiteLedger: Ledger {
    private let database: DatabaseQueue
    private let path: String

    /// Opens or creates the file at `path`; `:memory:` keeps everything in this process.
    ///
    /// - Throws: ``LedgerError`` that names the file and what to do.
    public init(path: String) throws(LedgerError) {
        self.path = path
        do {
            var configuration = Configuration()
            configuration.label = "ledger"
            configuration.busyMode = .timeout(10)
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
            }
            // The WAL mode of the file is kept in the file; a memory database has no WAL.
            if path == ":memory:" {
                self.database = try DatabaseQueue(configuration: configuration)
            } else {
                configuration.journalMode = .wal
                self.database = try DatabaseQueue(path: path, configuration: configuration)
            }
            try LedgerSchema.migrator.migrate(self.database)
        } catch {
            throw Self.translate(error, path)
        }
    }

    public func apply(_ batch: LedgerBatch) async throws(LedgerError) -> LedgerAnswers {
        try await self.run { database in
            let find = try database.cachedStatement(sql: LedgerRow.select)
            var answers = LedgerAnswers()
            answers.found.reserveCapacity(batch.lookUps.count)
            for externalID in batch.lookUps {
                answers.found.append(try LedgerRow.read(find, externalID))
            }
            guard !batch.entries.isEmpty else { return answers }
            let insert = try database.cachedStatement(sql: LedgerRow.insert)
            answers.earlier.reserveCapacity(batch.entries.count)
            for entry in batch.entries {
                try insert.execute(arguments: LedgerRow.arguments(entry))
                // 0 changes: ON CONFLICT left the earlier entry where it was.
                let isOurs = database.changesCount > 0
                answers.earlier.append(isOurs ? nil : try LedgerRow.read(find, entry.externalID))
            }
            return answers
        }
    }

    public func entry(for externalID: ExternalID) async throws(LedgerError) -> LedgerEntry? {
        try await self.run { database in
            try LedgerRow.read(database.cachedStatement(sql: LedgerRow.select), externalID)
        }
    }

    public func forget(_ externalID: ExternalID) async throws(LedgerError) -> Bool {
        try await self.run { database in
            try database.execute(sql: "DELETE FROM customers WHERE external_id = ?", arguments: [externalID.text])
            return database.changesCount > 0
        }
    }

    public func count() async throws(LedgerError) -> Int {
        try await self.run { database in
            try Int.fetchOne(database, sql: "SELECT count(*) FROM customers") ?? 0
        }
    }

    private func run<R: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> R
    ) async throws(LedgerError) -> R {
        do {
            return try await self.database.write(body)
        } catch {
            throw Self.translate(error, self.path)
        }
    }

    private static func translate(_ error: any Error, _ path: String) -> LedgerError {
        if let error = error as? LedgerError { return error }
        guard let error = error as? DatabaseError else { return LedgerError(.failed, "\(path): \(error)") }
        let text = error.message ?? "SQLite error \(error.resultCode.rawValue)"
        return switch error.resultCode {
        case .SQLITE_FULL:
            LedgerError(.full, "no space left for \(path): free some, the worker goes on by itself")
        case .SQLITE_READONLY, .SQLITE_PERM:
            LedgerError(.readOnly, "\(path) cannot be written: \(text); check its owner and mode, and its folder's")
        case .SQLITE_CANTOPEN:
            LedgerError(.unavailable, "\(path) cannot be opened: \(text); check that its folder exists and is ours")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            LedgerError(.locked, "\(path) is locked by another process for more than 10 s")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            LedgerError(.corrupt, "\(path) is not a ledger, or is damaged: \(text); restore it, or move it away")
        default:
            LedgerError(.failed, "\(path): \(text)")
        }
    }
}
