public import CustomerContract

/// What a worker wants of the ledger at once: one transaction for hundreds of commands.
public struct LedgerBatch: Sendable {
    /// External ids to look up.
    public var lookUps: [ExternalID]
    /// Entries to forget before the others are remembered, each only if it is what is remembered still.
    ///
    /// The entry of an archived customer, removed so that its successor can be remembered.
    public var superseded: [LedgerEntry]
    /// Successes to remember, unless there is one of the same external_id already.
    public var entries: [LedgerEntry]

    /// Gathers a batch.
    public init(lookUps: [ExternalID] = [], superseded: [LedgerEntry] = [], entries: [LedgerEntry] = []) {
        self.lookUps = lookUps
        self.superseded = superseded
        self.entries = entries
    }

    /// Whether there is nothing to do.
    public var isEmpty: Bool { self.lookUps.isEmpty && self.superseded.isEmpty && self.entries.isEmpty }
}

/// The ledger's answers to a batch, in the batch's order.
public struct LedgerAnswers: Sendable {
    /// For each look-up what is remembered, or `nil`.
    public var found: [LedgerEntry?]
    /// For each entry `nil` when it is remembered now, or the earlier one that stays.
    public var earlier: [LedgerEntry?]

    /// Gathers answers.
    public init(found: [LedgerEntry?] = [], earlier: [LedgerEntry?] = []) {
        self.found = found
        self.earlier = earlier
    }
}
