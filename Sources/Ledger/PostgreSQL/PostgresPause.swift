import CustomerContract
import PostgreSQL
import Records

/// A pause as a row of `customer_worker_pauses`, both ways, and the statements that move it.
///
/// The table is no step of the schema: a version that does not know it uses the database all the same. Where it cannot
/// be made, for want of a permission, nothing can be paused.
enum PostgresPause {
    /// Makes the table unless it is there; of several instances one makes it while the others wait.
    static let create = """
        DO $pauses$
        BEGIN
            IF to_regclass('customer_worker_pauses') IS NULL THEN
                PERFORM set_config('lock_timeout', '60s', true);
                PERFORM pg_advisory_xact_lock(7166761325952853362);
                CREATE TABLE IF NOT EXISTS customer_worker_pauses (
                    consumer_group bytea NOT NULL,
                    kind bytea NOT NULL,
                    value bytea NOT NULL,
                    reason bytea NOT NULL,
                    author bytea NOT NULL,
                    began_at bigint NOT NULL,
                    ends_at bigint,
                    PRIMARY KEY (consumer_group, kind, value)
                );
            END IF;
        EXCEPTION WHEN OTHERS THEN
            NULL;
        END
        $pauses$
        """

    /// Whether it can be read: 1 or 0.
    static let isUsable = Statement(
        "pauses_usable",
        """
        SELECT coalesce(has_table_privilege(t, 'SELECT'), false)::int
        FROM (SELECT to_regclass('customer_worker_pauses')::oid) AS found (t)
        """
    )

    /// `$1` to `$3`: group and scope; `$4`: the reason; `$5`: the author; `$6`: the beginning; `$7`: the end, 0 for
    /// none.
    static let keep = Statement(
        "pause_keep",
        """
        INSERT INTO customer_worker_pauses (consumer_group, kind, value, reason, author, began_at, ends_at)
        VALUES ($1::bytea, $2::bytea, $3::bytea, $4::bytea, $5::bytea, $6::bigint, nullif($7::bigint, 0))
        ON CONFLICT (consumer_group, kind, value) DO UPDATE SET reason = excluded.reason, author = excluded.author,
            began_at = excluded.began_at, ends_at = excluded.ends_at
        RETURNING 1::int
        """
    )

    /// `$1` to `$3`: group and scope.
    static let end = Statement(
        "pause_end",
        """
        DELETE FROM customer_worker_pauses WHERE consumer_group = $1::bytea AND kind = $2::bytea AND value = $3::bytea
        RETURNING 1::int
        """
    )

    static let all = Statement(
        "pause_all",
        """
        SELECT consumer_group, kind, value, reason, author, began_at, coalesce(ends_at, 0) FROM customer_worker_pauses
        ORDER BY began_at, kind, value
        """
    )

    static func values(_ scope: Pause.Scope, of group: String) -> [SQLValue] {
        let (kind, value) = scope.parts
        return [group, kind, value].map { .bytes(Array($0.utf8)) }
    }

    static func values(_ pause: Pause) -> [SQLValue] {
        Self.values(pause.scope, of: pause.group) + [
            .bytes(Array(pause.reason.utf8)), .bytes(Array(pause.author.utf8)), .integer(pause.beganAt.value),
            .integer(pause.endsAt?.value ?? 0),
        ]
    }

    /// Reads the columns of ``all``; `nil` for a row that cannot be understood.
    static func read(_ row: borrowing Row) -> Pause? {
        guard let group = row.text(0), let kind = row.text(1), let value = row.text(2), let reason = row.text(3),
            let author = row.text(4), let beganAt = row.integer(5), let endsAt = row.integer(6),
            let scope = Pause.Scope(kind: kind, value: value)
        else { return nil }
        return Pause(
            group: group,
            scope: scope,
            reason: reason,
            author: author,
            beganAt: UnixMilliseconds(beganAt),
            endsAt: endsAt == 0 ? nil : UnixMilliseconds(endsAt)
        )
    }
}
