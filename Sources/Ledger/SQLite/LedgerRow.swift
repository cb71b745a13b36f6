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

    static let select = """
        SELECT fingerprint, field_digests, customer, outcome, command_id, topic, "partition", "offset",
            record_timestamp, remembered_at
        FROM customers WHERE external_id = ?
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
        let fingerprint: Data = row[0]
        let digests: Data = row[1]
        let customer: String = row[2]
        let outcome: String = row[3]
        let timestamp: Int64? = row[8]
        guard let fingerprint = Fingerprint(bytes: [UInt8](fingerprint)),
            let digests = FieldDigests(encoded: [UInt8](digests)),
            let outcome = CreatedOutcome(rawValue: outcome)
        else {
            throw LedgerError(.corrupt, "the entry of an external_id cannot be read: restore the file from a backup")
        }
        return LedgerEntry(
            externalID: externalID,
            fingerprint: fingerprint,
            fieldDigests: digests,
            customer: CustomerDocument(json: Array(customer.utf8)),
            outcome: outcome,
            commandID: CommandID(row[4] as String),
            position: RecordPosition(topic: row[5], partition: row[6], offset: row[7]),
            recordTimestamp: timestamp.map { UnixMilliseconds($0) },
            rememberedAt: UnixMilliseconds(row[9])
        )
    }
}
