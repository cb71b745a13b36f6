import CustomerContract
import PostgreSQL
import Records

/// One entry as a row of `customer_worker_customers`, both ways, and the statements that move them.
enum PostgresEntry {
    private static let columns = """
        e.external_id, e.fingerprint, e.field_digests, e.customer, e.outcome, e.command_id, e.topic, e."partition",
        e."offset", e.record_timestamp, e.remembered_at
        """

    /// `$1`: external ids, each once.
    static let find = Statement(
        "find",
        """
        SELECT \(columns) FROM unnest($1::bytea[]) AS wanted (external_id)
        JOIN customer_worker_customers AS e ON e.external_id = wanted.external_id
        """
    )

    /// `$1`: the external id before the page; `$2`: how many.
    static let page = Statement(
        "page",
        """
        SELECT \(columns) FROM customer_worker_customers AS e WHERE e.external_id > $1::bytea
        ORDER BY e.external_id LIMIT $2::bigint
        """
    )

    /// A column of entries in each value; answers with the external ids that were remembered now.
    ///
    /// Two transactions for the same id: the younger one waits at the index until the older one has ended, and then
    /// either finds its row there and does nothing, or is the first. The ids come sorted, so that two batches wait in
    /// one order and never for each other.
    static let insert = Statement(
        "insert",
        """
        INSERT INTO customer_worker_customers (external_id, fingerprint, field_digests, customer, outcome, command_id,
            topic, "partition", "offset", record_timestamp, remembered_at)
        SELECT external_id, fingerprint, field_digests, customer, convert_from(outcome, 'UTF8'), command_id, topic,
            "partition"::integer, "offset", record_timestamp, remembered_at
        FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[],
            $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
            AS new (external_id, fingerprint, field_digests, customer, outcome, command_id, topic, "partition",
                "offset", record_timestamp, remembered_at)
        ON CONFLICT (external_id) DO NOTHING
        RETURNING external_id
        """
    )

    /// `$1`: the external id.
    static let forget = Statement(
        "forget",
        "DELETE FROM customer_worker_customers WHERE external_id = $1::bytea RETURNING 1::int"
    )

    /// A column of entries in each value: forgets those that are what is remembered still.
    static let forgetSuperseded = Statement(
        "forget_superseded",
        """
        DELETE FROM customer_worker_customers AS e
        USING unnest($1::bytea[], $2::bytea[], $3::bigint[], $4::bigint[], $5::bigint[])
            AS old (external_id, topic, "partition", "offset", remembered_at)
        WHERE e.external_id = old.external_id AND e.topic = old.topic AND e."partition" = old."partition"
            AND e."offset" = old."offset" AND e.remembered_at = old.remembered_at
        RETURNING 1::int
        """
    )

    /// `$1`: the moment; `$2`: how many.
    ///
    /// Several instances that forget at once share the work.
    static let forgetOld = Statement(
        "forget_old",
        """
        WITH gone AS (
            DELETE FROM customer_worker_customers WHERE external_id = ANY (ARRAY(
                SELECT external_id FROM customer_worker_customers WHERE remembered_at < $1::bigint
                ORDER BY remembered_at LIMIT $2::bigint FOR UPDATE SKIP LOCKED
            )) RETURNING 1
        ) SELECT count(*) FROM gone
        """
    )

    /// `$1`: the moment; no row when there is no such entry.
    static let lastRemembered = Statement(
        "last_remembered",
        """
        SELECT remembered_at FROM customer_worker_customers WHERE remembered_at <= $1::bigint
        ORDER BY remembered_at DESC LIMIT 1
        """
    )

    static let count = Statement("count", "SELECT count(*) FROM customer_worker_customers")

    /// Of a partitioned table its own size is nothing: the partitions are counted; a plain one has no tree.
    static let size = Statement(
        "size",
        """
        SELECT coalesce(sum(pg_total_relation_size(part)), 0)::bigint FROM (
            SELECT to_regclass('customer_worker_customers') AS part
            UNION SELECT relid FROM pg_partition_tree(to_regclass('customer_worker_customers'))
        ) AS parts
        """
    )

    static func values(_ entries: [LedgerEntry]) -> [SQLValue] {
        func bytes(_ column: (LedgerEntry) -> [UInt8]) -> SQLValue { .array(entries.map(column)) }
        func integers(_ column: (LedgerEntry) -> Int64?) -> SQLValue { .array(entries.map(column)) }
        return [
            bytes { Array($0.externalID.text.utf8) },
            bytes { $0.fingerprint.bytes },
            bytes { $0.fieldDigests.encoded },
            bytes { $0.customer.json },
            bytes { Array($0.outcome.rawValue.utf8) },
            bytes { Array($0.commandID.text.utf8) },
            bytes { Array($0.position.topic.utf8) },
            integers { Int64($0.position.partition) },
            integers { $0.position.offset },
            integers { $0.recordTimestamp?.value },
            integers { $0.rememberedAt.value },
        ]
    }

    /// The values of ``forgetSuperseded``.
    static func places(_ entries: [LedgerEntry]) -> [SQLValue] {
        [
            .array(entries.map { Array($0.externalID.text.utf8) }),
            .array(entries.map { Array($0.position.topic.utf8) }),
            .array(entries.map { Int64($0.position.partition) }),
            .array(entries.map { $0.position.offset }),
            .array(entries.map { $0.rememberedAt.value }),
        ]
    }

    /// Reads the columns of ``find`` and ``page``; a row that cannot be understood is damage, not absence.
    static func read(_ row: borrowing Row) throws(PostgresError) -> LedgerEntry {
        guard let externalID = row.text(0),
            let fingerprint = row.bytes(1).flatMap({ Fingerprint(bytes: $0) }),
            let digests = row.bytes(2).flatMap({ FieldDigests(encoded: $0) }),
            let customer = row.bytes(3),
            let outcome = row.text(4).flatMap({ CreatedOutcome(rawValue: $0) }),
            let commandID = row.text(5),
            let topic = row.text(6),
            let partition = row.integer(7).flatMap({ Int32(exactly: $0) }),
            let offset = row.integer(8),
            let rememberedAt = row.integer(10)
        else {
            throw PostgresError(.answer, "the entry of an external_id cannot be read: restore it from a backup")
        }
        return LedgerEntry(
            externalID: ExternalID(externalID),
            fingerprint: fingerprint,
            fieldDigests: digests,
            customer: CustomerDocument(json: customer),
            outcome: outcome,
            commandID: CommandID(commandID),
            position: RecordPosition(topic: topic, partition: partition, offset: offset),
            recordTimestamp: row.integer(9).map { UnixMilliseconds($0) },
            rememberedAt: UnixMilliseconds(rememberedAt)
        )
    }
}
