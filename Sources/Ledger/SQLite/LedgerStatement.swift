import CustomerContract
import GRDB
import GRDBSQLite
import Records

/// One of the statements that every batch runs, bound and stepped by SQLite's own calls.
///
/// GRDB prepares and keeps it; its boxed arguments and rows cost several times what SQLite does for one entry. To be
/// used within one access of the database.
struct LedgerStatement {
    private let statement: Statement
    private let connection: SQLiteConnection
    private var pointer: SQLiteStatement { self.statement.sqliteStatement }

    init(_ sql: String, in database: Database) throws {
        guard let connection = database.sqliteConnection else {
            throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "the connection is closed")
        }
        self.statement = try database.cachedStatement(sql: sql)
        self.connection = connection
    }

    /// Runs an insert of as many rows as there are entries; the ids of those that are new, which follow each other.
    func insert(_ rows: borrowing GatheredRows) throws -> Range<Int64> {
        try rows.bytes.withUnsafeBytes { bytes in
            var (column, start) = (Int32(0), 0)
            for (entry, ends) in zip(rows.entries, rows.ends) {
                for index in ends.indices {
                    let isText = !GatheredRows.blobs.contains(index)
                    let value = UnsafeRawBufferPointer(rebasing: bytes[start..<ends[index]])
                    try self.bind(value, asText: isText, at: column + Int32(index) + 1)
                    start = ends[index]
                }
                column += Int32(ends.count)
                try self.bind(Int64(entry.position.partition), at: column + 1)
                try self.bind(entry.position.offset, at: column + 2)
                if let timestamp = entry.recordTimestamp {
                    try self.bind(timestamp.value, at: column + 3)
                } else {
                    try self.check(sqlite3_bind_null(self.pointer, column + 3))
                }
                try self.bind(entry.rememberedAt.value, at: column + 4)
                column += 4
            }
            try self.run { _ in }
        }
        let (last, count) = (sqlite3_last_insert_rowid(self.connection), Int64(sqlite3_changes(self.connection)))
        return count == 0 ? 0..<0 : last - count + 1..<last + 1
    }

    /// Runs ``LedgerRow/select``; a row that cannot be understood is damage, not absence.
    func find(_ externalID: ExternalID) throws -> (entry: LedgerEntry, id: Int64)? {
        var text = externalID.text
        return try text.withUTF8 { bytes in
            try self.bind(UnsafeRawBufferPointer(bytes), asText: true, at: 1)
            var found: (LedgerEntry, Int64)?
            try self.run { found = (try LedgerRow.read($0), $0.integer(11) ?? 0) }
            return found
        }
    }

    /// Runs ``LedgerRow/page``.
    func page(after externalID: String, limit: Int) throws -> [LedgerEntry] {
        var text = externalID
        return try text.withUTF8 { bytes in
            try self.bind(UnsafeRawBufferPointer(bytes), asText: true, at: 1)
            try self.bind(Int64(limit), at: 2)
            var entries: [LedgerEntry] = []
            try self.run { entries.append(try LedgerRow.read($0)) }
            return entries
        }
    }

    /// Steps through all rows; what was bound is needed no longer when this returns.
    private func run(_ take: (LedgerColumns) throws -> Void) throws {
        defer {
            sqlite3_reset(self.pointer)
            sqlite3_clear_bindings(self.pointer)
        }
        while true {
            switch sqlite3_step(self.pointer) {
            case SQLITE_ROW: try take(LedgerColumns(statement: self.pointer))
            case SQLITE_DONE: return
            case let code: throw self.error(code)
            }
        }
    }

    /// Binds without a copy: the bytes must last until the statement has run.
    private func bind(_ bytes: UnsafeRawBufferPointer, asText isText: Bool, at index: Int32) throws {
        // SQLite takes a null pointer for NULL, and an empty buffer may have one.
        let start = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
        let count = Int32(clamping: bytes.count)
        try self.check(
            isText
                ? sqlite3_bind_text(self.pointer, index, start?.assumingMemoryBound(to: CChar.self), count, nil)
                : sqlite3_bind_blob(self.pointer, index, start, count, nil)
        )
    }

    private func bind(_ number: Int64, at index: Int32) throws {
        try self.check(sqlite3_bind_int64(self.pointer, index, number))
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw self.error(code) }
    }

    private func error(_ code: Int32) -> DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(self.connection)))
    }
}

extension SQLiteLedger {
    /// SQLite's version, such as `3.40.1`; of the library that is loaded.
    package static var libraryVersion: String { unsafe String(cString: sqlite3_libversion()) }
}
