package import CustomerContract

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
    /// For each look-up what is remembered, or `nil`.
    package var found: [LedgerEntry?]
    /// For each entry `nil` when it is remembered now, or the earlier one that stays.
    package var earlier: [LedgerEntry?]

    /// Gathers answers.
    package init(found: [LedgerEntry?] = [], earlier: [LedgerEntry?] = []) {
        self.found = found
        self.earlier = earlier
    }
}
