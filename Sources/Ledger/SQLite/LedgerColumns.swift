import GRDBSQLite

/// The columns of a row that a statement stands at: read by value and not by type, so that a damaged file is an error
/// and never a trap.
struct LedgerColumns {
    let statement: OpaquePointer

    func text(_ index: Int32) -> [UInt8]? {
        guard sqlite3_column_type(self.statement, index) == SQLITE_TEXT else { return nil }
        return self.bytes(sqlite3_column_text(self.statement, index).map { UnsafeRawPointer($0) }, index)
    }

    func blob(_ index: Int32) -> [UInt8]? {
        guard sqlite3_column_type(self.statement, index) == SQLITE_BLOB else { return nil }
        return self.bytes(sqlite3_column_blob(self.statement, index), index)
    }

    func string(_ index: Int32) -> String? {
        self.text(index).map { String(decoding: $0, as: UTF8.self) }
    }

    func integer<Number: FixedWidthInteger>(_ index: Int32) -> Number? {
        guard sqlite3_column_type(self.statement, index) == SQLITE_INTEGER else { return nil }
        return Number(exactly: sqlite3_column_int64(self.statement, index))
    }

    /// The length is asked for after the pointer, as SQLite's manual wants it (c3ref/column_blob).
    private func bytes(_ start: UnsafeRawPointer?, _ index: Int32) -> [UInt8] {
        let count = Int(sqlite3_column_bytes(self.statement, index))
        guard let start, count > 0 else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }
}
