import CustomerContract
import GRDBSQLite
import Records

/// One entry as a row of `customers`, both ways.
enum LedgerRow {
    static let insert = insertion(of: 1)

    /// The insert of ``severalRows``: SQLite prepares its cursors and buffers once for all of them, which takes a sixth
    /// off an entry of a large batch.
    ///
    /// `OR FAIL`, since SQLite would otherwise keep the old form of each page until none of the rows can break a rule;
    /// where one fails, the whole transaction is rolled back.
    static let insertSeveral = insertion(of: severalRows)
    static let severalRows = 16

    private static func insertion(of rows: Int) -> String {
        let row = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        return """
            INSERT OR FAIL INTO customers (external_id, fingerprint, field_digests, customer, outcome, command_id,
                topic, "partition", "offset", record_timestamp, remembered_at)
            VALUES \(Array(repeating: row, count: rows).joined(separator: ", "))
            ON CONFLICT (external_id) DO NOTHING
            """
    }

    private static let columns = """
        fingerprint, field_digests, customer, outcome, command_id, topic, "partition", "offset", record_timestamp,
        remembered_at, external_id
        """

    static let select = "SELECT \(columns), id FROM customers WHERE external_id = ?"

    static let page = "SELECT \(columns) FROM customers WHERE external_id > ? ORDER BY external_id LIMIT ?"

    /// Forgets an entry if it is still the remembered one.
    static let deleteSuperseded = """
        DELETE FROM customers WHERE external_id = ? AND topic = ? AND "partition" = ? AND "offset" = ?
            AND remembered_at = ?
        """

    /// The rows are in the order in which they were remembered: the oldest are at the front, and need no index.
    ///
    /// But for rows that `ledger migrate` brought, and those of a clock that was put back: ``placeBehind`` and
    /// ``deleteBetween`` find these.
    static let deleteOld = """
        DELETE FROM customers WHERE id IN (
            SELECT id FROM (SELECT id, remembered_at FROM customers ORDER BY id LIMIT ?) WHERE remembered_at < ?
        )
        """

    /// The place of the last of the next rows, and how many they are.
    static let placeBehind = "SELECT max(id), count(*) FROM (SELECT id FROM customers WHERE id > ? ORDER BY id LIMIT ?)"

    static let deleteBetween = "DELETE FROM customers WHERE id > ? AND id <= ? AND remembered_at < ?"

    /// Of the rows that came last.
    static let lastRemembered = """
        SELECT max(remembered_at) FROM (SELECT remembered_at FROM customers ORDER BY id DESC LIMIT 1000)
        WHERE remembered_at <= ?
        """

    /// Reads the columns of ``select`` and ``page``.
    static func read(_ columns: LedgerColumns) throws -> LedgerEntry {
        guard let fingerprint = columns.blob(0).flatMap({ Fingerprint(bytes: $0) }),
            let digests = columns.blob(1).flatMap({ FieldDigests(encoded: $0) }),
            let customer = columns.text(2),
            let outcome = columns.string(3).flatMap({ CreatedOutcome(rawValue: $0) }),
            let commandID = columns.string(4),
            let topic = columns.string(5),
            let partition: Int32 = columns.integer(6),
            let offset: Int64 = columns.integer(7),
            let rememberedAt: Int64 = columns.integer(9),
            let externalID = columns.string(10)
        else {
            throw LedgerError(.corrupt, "the entry of an external_id cannot be read: restore it from a backup")
        }
        return LedgerEntry(
            externalID: ExternalID(externalID),
            fingerprint: fingerprint,
            fieldDigests: digests,
            customer: CustomerDocument(json: customer),
            outcome: outcome,
            commandID: CommandID(commandID),
            position: RecordPosition(topic: topic, partition: partition, offset: offset),
            recordTimestamp: (columns.integer(8) as Int64?).map { UnixMilliseconds($0) },
            rememberedAt: UnixMilliseconds(rememberedAt)
        )
    }
}

/// The columns of a statement's current row: read by value and not by type, so that a damaged file is an error and
/// never a trap.
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
