public import CustomerContract

/// The memory of successes: the first guard against a second customer, before Kafka's transactions.
///
/// An implementation makes ``apply(_:)`` atomic and durable: when it returns, every entry survives a power cut, and of
/// two callers with the same external_id exactly one finds no earlier entry. Look-ups of a batch see the state before
/// its entries. It may be called concurrently.
public protocol Ledger: Sendable {
    /// Answers look-ups and remembers entries, in one transaction.
    ///
    /// Throwing means that nothing of the batch was remembered, and that the whole batch may be tried again: a full
    /// disk, a lost connection or a locked file is nobody's failed command.
    func apply(_ batch: LedgerBatch) async throws(LedgerError) -> LedgerAnswers

    /// What is remembered of one external_id, or `nil`.
    func entry(for externalID: ExternalID) async throws(LedgerError) -> LedgerEntry?

    /// Forgets one external_id, so that its next command runs again; returns whether there was one.
    func forget(_ externalID: ExternalID) async throws(LedgerError) -> Bool

    /// Forgets up to `limit` of the entries that were remembered before a moment; returns how many.
    ///
    /// Short work: whoever has many to forget calls it again, and lets others at the store between two calls.
    func forget(rememberedBefore moment: UnixMilliseconds, limit: Int) async throws(LedgerError) -> Int

    /// How many entries there are; reads a whole index.
    func count() async throws(LedgerError) -> Int

    /// Up to `limit` entries whose external_id follows `id`, in the order of the bytes of their external ids.
    ///
    /// - Throws: ``LedgerError/Reason/corrupt`` when one of them cannot be understood.
    func entries(after id: ExternalID?, limit: Int) async throws(LedgerError) -> [LedgerEntry]

    /// What the entries and their indexes occupy, in bytes.
    func byteCount() async throws(LedgerError) -> Int

    /// What the database itself finds damaged, beyond what reading every entry shows; empty when nothing is.
    func damage() async throws(LedgerError) -> [String]
}
