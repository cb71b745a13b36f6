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

    /// Runs ``LedgerRow/insert``; false when there is an entry of that external_id already.
    func insert(_ entry: LedgerEntry) throws -> Bool {
        try self.bind(Int64(entry.position.partition), at: 8)
        try self.bind(entry.position.offset, at: 9)
        if let timestamp = entry.recordTimestamp {
            try self.bind(timestamp.value, at: 10)
        } else {
            try self.check(sqlite3_bind_null(self.pointer, 10))
        }
        try self.bind(entry.rememberedAt.value, at: 11)
        // Bound where they are: a copy of them would cost as much as SQLite's own.
        try entry.fingerprint.withBytes { fingerprint in
            try entry.fieldDigests.encoded.withUnsafeBytes { digests in
                try entry.customer.json.withUnsafeBytes { customer in
                    try self.bind(fingerprint, asText: false, at: 2)
                    try self.bind(digests, asText: false, at: 3)
                    try self.bind(customer, asText: true, at: 4)
                    try self.withTextsBound(of: entry) { try self.run { _ in } }
                }
            }
        }
        return sqlite3_changes(self.connection) > 0
    }

    private func withTextsBound(of entry: LedgerEntry, _ body: () throws -> Void) throws {
        try entry.externalID.text.withBytes { externalID in
            try entry.outcome.rawValue.withBytes { outcome in
                try entry.commandID.text.withBytes { commandID in
                    try entry.position.topic.withBytes { topic in
                        try self.bind(UnsafeRawBufferPointer(externalID), asText: true, at: 1)
                        try self.bind(UnsafeRawBufferPointer(outcome), asText: true, at: 5)
                        try self.bind(UnsafeRawBufferPointer(commandID), asText: true, at: 6)
                        try self.bind(UnsafeRawBufferPointer(topic), asText: true, at: 7)
                        try body()
                    }
                }
            }
        }
    }

    /// Runs ``LedgerRow/select``; a row that cannot be understood is damage, not absence.
    func find(_ externalID: ExternalID) throws -> LedgerEntry? {
        var text = externalID.text
        return try text.withUTF8 { bytes in
            try self.bind(UnsafeRawBufferPointer(bytes), asText: true, at: 1)
            var entry: LedgerEntry?
            try self.run { entry = try LedgerRow.read($0) }
            return entry
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
