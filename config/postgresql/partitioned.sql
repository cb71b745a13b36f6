-- The ledger as 16 partitions by hash of the external_id, for more customers than one table is comfortable with (some
-- 100 million). To be run once, by the role of the workers, in the schema that they use, before the first of them starts; the
-- first start adds what else is needed. As a table that exists cannot be partitioned later, move an old ledger into the
-- new one: customer-worker ledger migrate.
CREATE TABLE customer_worker_customers (
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
) PARTITION BY HASH (external_id);

DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format(
            'CREATE TABLE customer_worker_customers_%s PARTITION OF customer_worker_customers
             FOR VALUES WITH (MODULUS 16, REMAINDER %s)',
            part, part
        );
    END LOOP;
END
$$;
