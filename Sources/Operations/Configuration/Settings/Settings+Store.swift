extension Settings {
    /// `store.*`: where the ledger and the local customers are kept.
    package struct Store: Sendable, Equatable {
        /// The database.
        package var url: StoreURL

        /// Reads the section.
        ///
        /// - `store.url` (text, `sqlite:/var/lib/customer-worker/customers.sqlite`): `sqlite:PATH` or `postgres://…`.
        init(from reader: inout SettingsReader) {
            url = reader.value(
                "store.url",
                default: .sqlite(path: "/var/lib/customer-worker/customers.sqlite"),
                .store
            )
        }
    }

    /// `idempotency.*`: how long a success is remembered.
    package struct Idempotency: Sendable, Equatable {
        /// Older successes are forgotten; nil remembers for ever.
        package var retention: Duration?

        /// Reads the section.
        ///
        /// - `idempotency.retention` (duration, none): `1h` to `87600h` (ten years).
        init(from reader: inout SettingsReader) {
            retention = reader.value(
                "idempotency.retention",
                default: nil,
                .optional(.duration(.seconds(3_600) ... .seconds(315_360_000)))
            )
        }
    }
}
