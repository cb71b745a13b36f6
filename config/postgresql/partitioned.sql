-- The ledger as 16 partitions by hash of the external_id, for more than some 100 million customers. Run it once, by the role
-- of the workers, in the schema that they use, before the first worker starts; its start adds whatever else is needed. An
-- existing table cannot be partitioned later: move an old ledger into the new one with customer-worker ledger migrate.
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
