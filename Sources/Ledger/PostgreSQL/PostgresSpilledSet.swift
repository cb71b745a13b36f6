import PostgreSQL
import Records

/// A spilled set as a row of `customer_worker_spilled_sets`, both ways, and the statements that move it.
///
/// The table is no step of the schema: a version that does not know it uses the database all the same. Where it cannot
/// be made, for want of a permission, no set is spilled.
enum PostgresSpilledSet {
    /// Makes the table unless it is there; of several instances one makes it while the others wait.
    static let create = """
        DO $sets$
        BEGIN
            IF to_regclass('customer_worker_spilled_sets') IS NULL THEN
                PERFORM set_config('lock_timeout', '60s', true);
                PERFORM pg_advisory_xact_lock(7166761325952853362);
                CREATE TABLE IF NOT EXISTS customer_worker_spilled_sets (
                    consumer_group bytea NOT NULL,
                    topic bytea NOT NULL,
                    "partition" bigint NOT NULL,
                    writer bigint NOT NULL,
                    slot bigint NOT NULL,
                    kept_at bigint NOT NULL,
                    set_text bytea NOT NULL,
                    PRIMARY KEY (consumer_group, topic, "partition", writer, slot)
                );
            END IF;
        EXCEPTION WHEN OTHERS THEN
            NULL;
        END
        $sets$
        """

    /// Whether it can be used: 1 or 0.
    static let isUsable = Statement(
        "spilled_usable",
        """
        SELECT coalesce(has_table_privilege(t, 'SELECT') AND has_table_privilege(t, 'INSERT')
            AND has_table_privilege(t, 'UPDATE') AND has_table_privilege(t, 'DELETE'), false)::int
        FROM (SELECT to_regclass('customer_worker_spilled_sets')::oid) AS found (t)
        """
    )

    /// `$1` to `$5`: the place; `$6`: the moment; `$7`: the text.
    static let keep = Statement(
        "spilled_keep",
        """
        INSERT INTO customer_worker_spilled_sets (consumer_group, topic, "partition", writer, slot, kept_at, set_text)
        VALUES ($1::bytea, $2::bytea, $3::bigint, $4::bigint, $5::bigint, $6::bigint, $7::bytea)
        ON CONFLICT (consumer_group, topic, "partition", writer, slot)
            DO UPDATE SET kept_at = excluded.kept_at, set_text = excluded.set_text
        RETURNING 1::int
        """
    )

    /// `$1` to `$3`: group and partition; `$4`: the writer; `$5`: that of the set it began with; `$6`: the oldest
    /// moment that stays.
    static let forgetOld = Statement(
        "spilled_forget_old",
        """
        DELETE FROM customer_worker_spilled_sets WHERE consumer_group = $1::bytea AND topic = $2::bytea
            AND "partition" = $3::bigint AND writer <> $4::bigint AND writer <> $5::bigint AND kept_at < $6::bigint
        RETURNING 1::int
        """
    )

    /// `$1` to `$5`: the place.
    static let find = Statement(
        "spilled_find",
        """
        SELECT set_text FROM customer_worker_spilled_sets WHERE consumer_group = $1::bytea AND topic = $2::bytea
            AND "partition" = $3::bigint AND writer = $4::bigint AND slot = $5::bigint
        """
    )

    static let all = Statement(
        "spilled_all",
        """
        SELECT consumer_group, topic, "partition", writer, slot, kept_at, set_text FROM customer_worker_spilled_sets
        """
    )

    static func values(_ place: SpilledSet.Place) -> [SQLValue] {
        Self.partition(place) + [.integer(place.writer), .integer(Int64(place.slot))]
    }

    static func values(_ set: SpilledSet) -> [SQLValue] {
        Self.values(set.place) + [.integer(set.keptAt.value), .bytes(set.text)]
    }

    /// The values of ``forgetOld``; a writer is never negative.
    static func old(_ set: SpilledSet) -> [SQLValue] {
        Self.partition(set.place) + [
            .integer(set.place.writer), .integer(set.origin ?? -1),
            .integer(set.keptAt.value - SpilledSet.lifetime),
        ]
    }

    private static func partition(_ place: SpilledSet.Place) -> [SQLValue] {
        [
            .bytes(Array(place.group.utf8)), .bytes(Array(place.topicPartition.topic.utf8)),
            .integer(Int64(place.topicPartition.partition)),
        ]
    }

    /// Reads the columns of ``all``; `nil` for a row that cannot be understood.
    static func read(_ row: borrowing Row) -> SpilledSet? {
        guard let group = row.text(0), let topic = row.text(1),
            let partition = row.integer(2).flatMap({ Int32(exactly: $0) }), let writer = row.integer(3),
            let slot = row.integer(4), let keptAt = row.integer(5), let text = row.bytes(6)
        else { return nil }
        let place = SpilledSet.Place(
            group: group,
            topicPartition: TopicPartition(topic: topic, partition: partition),
            writer: writer,
            slot: Int(slot)
        )
        return SpilledSet(place: place, text: text, origin: nil, keptAt: UnixMilliseconds(keptAt))
    }
}
