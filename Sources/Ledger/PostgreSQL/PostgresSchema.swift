import PostgreSQL

/// The tables of the PostgreSQL ledger, and the steps that lead there.
///
/// They are in the first schema of the connection's `search_path`, which `options=-csearch_path=NAME` in the URL can
/// set. Their names are long because a database may be shared: Flexprice's own has a table `customers`.
///
/// External ids, and all else that came from outside, are `bytea`: compared byte for byte whatever the database's
/// collation and encoding are, and a NUL in a command id is as good as any byte. For people: `WHERE external_id =
/// 'acct_8412'` works, `convert_from(customer, 'UTF8')` shows the customer.
///
/// | index | for |
/// |---|---|
/// | primary key on `external_id` | every lookup, and the one winner of two for the same id |
/// | `remembered_at` | `idempotency.retention`; entries of a batch share their moment, so it is small |
///
/// The table may be made by hand before the first start, partitioned by hash of `external_id`: a step makes only what
/// is not there, and every statement finds its rows by the key.
enum PostgresSchema {
    /// The version that this program brings a database to.
    static let version: Int64 = 1

    /// Asks for the version of a database; no row when it has none, and an error when it has no table of versions.
    static let readVersion = Statement(
        "read_version",
        "SELECT coalesce(max(version), 0)::bigint FROM customer_worker_migrations"
    )

    /// Asks whether there is a table of versions.
    static let hasVersions = Statement(
        "has_versions",
        "SELECT (to_regclass('customer_worker_migrations') IS NOT NULL)::int"
    )

    /// Takes every missing step, in one transaction; of several instances one takes them while the others wait.
    ///
    /// The lock's number is «customer» in ASCII.
    static let migrate = """
        DO $migration$
        BEGIN
            PERFORM set_config('lock_timeout', '60s', true);
            PERFORM pg_advisory_xact_lock(7166761325952853362);
            CREATE TABLE IF NOT EXISTS customer_worker_migrations (
                version integer PRIMARY KEY,
                applied_at timestamptz NOT NULL DEFAULT now()
            );
            IF NOT EXISTS (SELECT FROM customer_worker_migrations WHERE version >= 1) THEN
                CREATE TABLE IF NOT EXISTS customer_worker_customers (
                    remembered_at bigint NOT NULL,
                    "offset" bigint NOT NULL,
                    record_timestamp bigint,
                    "partition" integer NOT NULL,
                    outcome text NOT NULL,
                    external_id bytea NOT NULL PRIMARY KEY,
                    fingerprint bytea NOT NULL,
                    field_digests bytea NOT NULL,
                    command_id bytea NOT NULL,
                    topic bytea NOT NULL,
                    customer bytea NOT NULL
                );
                CREATE INDEX IF NOT EXISTS customer_worker_customers_remembered_at
                    ON customer_worker_customers (remembered_at);
                INSERT INTO customer_worker_migrations (version) VALUES (1);
            END IF;
        END
        $migration$
        """

    /// What every connection begins with.
    ///
    /// - Every statement finds its rows by a key. A plan made while the table was small or never analysed would read
    ///   all of it once it has grown, so reading all is the last resort, and plans are made once.
    /// - `synchronous_commit`: a result is published only after its entry, so an entry that a power cut took back would
    ///   let a second customer be made. A stricter setting of the server stays.
    static let preamble = """
        SET default_transaction_isolation = 'read committed';
        SET enable_seqscan = off;
        SET enable_hashjoin = off;
        SET enable_mergejoin = off;
        SET plan_cache_mode = force_generic_plan;
        SET lock_timeout = '5s';
        SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
        """
}
