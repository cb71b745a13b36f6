package import CustomerContract
package import Records

/// The memory of successes: the first guard against a second customer, before Kafka's transactions.
///
/// An implementation makes ``apply(_:)`` atomic and durable: when it returns, every entry survives a power cut, and of
/// two callers with the same external_id exactly one finds no earlier entry. Lookups of a batch see the state before
/// its entries; superseded entries are gone before its entries come, in the same transaction or in one of their own. It
/// may be called concurrently.
package protocol Ledger: Sendable {
    /// Answers lookups and remembers entries, in one transaction.
    ///
    /// Throwing means that nothing of the batch was remembered, and that the whole batch may be tried again: a full
    /// disk, a lost connection or a locked file is no command's failure.
    func apply(_ batch: LedgerBatch) async throws(LedgerError) -> LedgerAnswers

    /// What is remembered of one external_id, or `nil`.
    func entry(for externalID: ExternalID) async throws(LedgerError) -> LedgerEntry?

    /// Forgets one external_id, so that its next command runs again; returns whether there was one.
    func forget(_ externalID: ExternalID) async throws(LedgerError) -> Bool

    /// Forgets up to `limit` of the entries that were remembered before a moment; returns how many.
    ///
    /// Short work: a caller with many to forget calls it again, and lets others use the ledger between two calls.
    func forget(rememberedBefore moment: UnixMilliseconds, limit: Int) async throws(LedgerError) -> Int

    /// Forgets those of up to `limit` entries behind a place of the ledger's own order that were remembered before a
    /// moment.
    ///
    /// For ledgers that find the oldest entries by their place: a ledger that another was moved into has another order.
    ///
    /// - Parameter place: 0 for the beginning.
    /// - Returns: how many were forgotten, and the place behind the entries that were looked at; `nil` at the end, and
    ///   for a ledger that finds every old entry by itself.
    func forget(
        rememberedBefore moment: UnixMilliseconds,
        behind place: Int64,
        limit: Int
    ) async throws(LedgerError) -> (count: Int, next: Int64?)

    /// When the newest entry was remembered that is not later than a moment; `nil` when there is none.
    ///
    /// A ledger without an index of it looks at the entries that came last.
    func lastRemembered(until moment: UnixMilliseconds) async throws(LedgerError) -> UnixMilliseconds?

    /// How many entries there are; reads a whole index.
    func count() async throws(LedgerError) -> Int

    /// Up to `limit` entries whose external_id follows `id`, in the order of the bytes of their external ids.
    ///
    /// - Throws: ``LedgerError/Reason/corrupt`` when one of them cannot be understood.
    func entries(after id: ExternalID?, limit: Int) async throws(LedgerError) -> [LedgerEntry]

    /// What the entries and their indexes occupy, in bytes.
    func byteCount() async throws(LedgerError) -> Int

    /// Whether it keeps spilled sets: nothing may be spilled where it does not.
    var keepsSpilledSets: Bool { get }

    /// Keeps sets, each in the place of an earlier one, in one transaction or several; durable when it returns.
    ///
    /// Of the same partitions, sets of other writers are forgotten when they are a day old.
    func keep(_ sets: [SpilledSet]) async throws(LedgerError)

    /// The text that is kept at a place; `nil` when there is none.
    func spilledSet(at place: SpilledSet.Place) async throws(LedgerError) -> [UInt8]?

    /// Every set that is kept, in any order.
    func spilledSets() async throws(LedgerError) -> [SpilledSet]

    /// Keeps a pause, in the place of an earlier one of the same group and scope; durable when it returns.
    ///
    /// - Throws: ``LedgerError/Reason/refused`` when the ledger has no place for pauses.
    func keep(_ pause: Pause) async throws(LedgerError)

    /// Ends a pause; returns whether there was one.
    func endPause(_ scope: Pause.Scope, of group: String) async throws(LedgerError) -> Bool

    /// Every pause that is kept, of all groups, the oldest first; those that are over too.
    func pauses() async throws(LedgerError) -> [Pause]

    /// What the database itself finds damaged, beyond what reading every entry shows; empty when nothing is.
    func damage() async throws(LedgerError) -> [String]
}

/// What a worker wants of the ledger at once: one transaction for hundreds of commands.
package struct LedgerBatch: Sendable {
    /// External ids to look up.
    package var lookUps: [ExternalID]
    /// Entries to forget before the others are remembered, each only if it is what is remembered still.
    ///
    /// The entry of an archived customer, removed so that its successor can be remembered.
    package var superseded: [LedgerEntry]
    /// Successes to remember, unless there is one of the same external_id already.
    package var entries: [LedgerEntry]

    /// Gathers a batch.
    package init(lookUps: [ExternalID] = [], superseded: [LedgerEntry] = [], entries: [LedgerEntry] = []) {
        self.lookUps = lookUps
        self.superseded = superseded
        self.entries = entries
    }

    /// Whether there is nothing to do.
    package var isEmpty: Bool { self.lookUps.isEmpty && self.superseded.isEmpty && self.entries.isEmpty }
}

/// The ledger's answers to a batch, in the batch's order.
package struct LedgerAnswers: Sendable {
    /// For each lookup what is remembered, or `nil`.
    package var found: [LedgerEntry?]
    /// For each entry `nil` when it is remembered now, or the earlier one that stays.
    package var earlier: [LedgerEntry?]

    /// Gathers answers.
    package init(found: [LedgerEntry?] = [], earlier: [LedgerEntry?] = []) {
        self.found = found
        self.earlier = earlier
    }
}
