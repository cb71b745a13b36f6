package import CommandWorker

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

    /// `idempotency.*`: how long a success is remembered, and what it answers.
    package struct Idempotency: Sendable, Equatable {
        /// Older successes are forgotten; nil remembers for ever.
        package var retention: Duration?

        /// What to do about archived customers.
        package var onArchived: WorkerSettings.ArchivedPolicy

        /// Reads the section.
        ///
        /// - `idempotency.retention` (duration, none): `1h` to `87600h` (ten years).
        /// - `idempotency.on_archived` (text, `replay`): `replay` or `recreate`.
        init(from reader: inout SettingsReader) {
            retention = reader.value(
                "idempotency.retention",
                default: nil,
                .optional(.duration(.seconds(3_600) ... .seconds(315_360_000)))
            )
            onArchived = reader.value("idempotency.on_archived", default: .replay, .choice)
        }
    }
}
