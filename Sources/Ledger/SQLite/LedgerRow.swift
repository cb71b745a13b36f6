import CustomerContract
import Foundation
import GRDB

/// One entry as a row of `customers`, both ways.
enum LedgerRow {
    static let insert = """
        INSERT INTO customers (external_id, fingerprint, field_digests, customer, outcome, command_id, topic,
            "partition", "offset", record_timestamp, remembered_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (external_id) DO NOTHING
        """

    private static let columns = """
        fingerprint, field_digests, customer, outcome, command_id, topic, "partition", "offset", record_timestamp, remembered_at,
        external_id
        """

    static let select = "SELECT \(columns) FROM customers WHERE external_id = ?"

    static let page = "SELECT \(columns) FROM customers WHERE external_id > ? ORDER BY external_id LIMIT ?"

    /// The rows stand in the order in which they were remembered: the oldest are at the front, and need no index.
    static let deleteOld = """
        DELETE FROM customers WHERE id IN (
            SELECT id FROM (SELECT id, remembered_at FROM customers ORDER BY id LIMIT ?) WHERE remembered_at < ?
        )
        """

    static func arguments(_ entry: LedgerEntry) -> StatementArguments {
        [
            entry.externalID.text,
            Data(entry.fingerprint.bytes),
            Data(entry.fieldDigests.encoded),
            String(decoding: entry.customer.json, as: UTF8.self),
            entry.outcome.rawValue,
            entry.commandID.text,
            entry.position.topic,
            entry.position.partition,
            entry.position.offset,
            entry.recordTimestamp?.value,
            entry.rememberedAt.value,
        ]
    }

    /// Runs the select; a row that cannot be understood is damage, not absence.
    static func read(_ statement: Statement, _ externalID: ExternalID) throws -> LedgerEntry? {
        guard let row = try Row.fetchOne(statement, arguments: [externalID.text]) else { return nil }
        return try self.read(row)
    }

    /// Reads the columns of ``select`` and ``page``.
    static func read(_ row: Row) throws -> LedgerEntry {
        // Read by value and not by type: GRDB ends the process for a column that holds another type than asked for.
        func column<Value: DatabaseValueConvertible>(_ index: Int) -> Value? {
            Value.fromDatabaseValue(row[index] as DatabaseValue)
        }
        guard let fingerprint = (column(0) as Data?).flatMap({ Fingerprint(bytes: [UInt8]($0)) }),
            let digests = (column(1) as Data?).flatMap({ FieldDigests(encoded: [UInt8]($0)) }),
            let customer: String = column(2),
            let outcome = column(3).flatMap({ CreatedOutcome(rawValue: $0) }),
            let commandID: String = column(4),
            let topic: String = column(5),
            let partition: Int32 = column(6),
            let offset: Int64 = column(7),
            let rememberedAt: Int64 = column(9),
            let externalID: String = column(10)
        else {
            throw LedgerError(.corrupt, "the entry of an external_id cannot be read: restore it from a backup")
        }
        return LedgerEntry(
            externalID: ExternalID(externalID),
            fingerprint: fingerprint,
            fieldDigests: digests,
            customer: CustomerDocument(json: Array(customer.utf8)),
            outcome: outcome,
            commandID: CommandID(commandID),
            position: RecordPosition(topic: topic, partition: partition, offset: offset),
            recordTimestamp: (column(8) as Int64?).map { UnixMilliseconds($0) },
            rememberedAt: UnixMilliseconds(rememberedAt)
        )
    }
}
