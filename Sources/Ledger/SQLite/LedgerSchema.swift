import GRDB

/// The tables of the SQLite ledger, and the steps that lead there from older files.
///
/// `customers` is a rowid table that grows at its end, with one index on the external id: a table clustered on random
/// text takes a tenth of the rows a second. External ids are compared byte for byte (SQLite's BINARY collation).
enum LedgerSchema {
    /// Brings a file to this version of the schema.
    ///
    /// - Throws: ``LedgerError`` when the file is of a later version.
    static func prepare(_ database: DatabaseQueue) throws {
        let migrator = Self.migrator
        do {
            try migrator.migrate(database)
        } catch {
            // Another process that opened the new file at the same moment may have been first.
            guard try database.read(migrator.hasCompletedMigrations) else { throw error }
        }
        guard try !database.read(migrator.hasBeenSuperseded) else {
            throw LedgerError(.corrupt, "is of a later version: run the version that wrote it, or a later one")
        }
        for (table, create) in [("spilled_sets", SpilledRow.create), ("pauses", PauseRow.create)] {
            guard try !database.read({ try $0.tableExists(table) }) else { continue }
            try database.write { try $0.execute(sql: create) }
        }
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: customers") { database in
            try database.execute(
                sql: """
                    CREATE TABLE customers (
                        id INTEGER PRIMARY KEY,
                        external_id TEXT NOT NULL,
                        fingerprint BLOB NOT NULL,
                        field_digests BLOB NOT NULL,
                        customer TEXT NOT NULL,
                        outcome TEXT NOT NULL,
                        command_id TEXT NOT NULL,
                        topic TEXT NOT NULL,
                        "partition" INTEGER NOT NULL,
                        "offset" INTEGER NOT NULL,
                        record_timestamp INTEGER,
                        remembered_at INTEGER NOT NULL
                    ) STRICT;
                    CREATE UNIQUE INDEX customers_external_id ON customers (external_id);
                    """
            )
        }
        return migrator
    }
}
