import Topics

/// The bytes of metadata that may be written beside a committed offset: as many as the brokers take
/// (`offset.metadata.max.bytes`), which only a refusal tells.
struct MetadataBudget: Sendable {
    /// Bytes that a committed offset may carry.
    private(set) var limit: Int
    /// Whether the ledger keeps completed sets that do not fit.
    let spillsSets: Bool
    /// The most that the brokers took so far, and the most that they were handed last.
    private var (taken, offered) = (0, 0)

    init(limit: Int, spillsSets: Bool) {
        self.limit = limit
        self.spillsSets = spillsSets
    }

    /// The bits that a completed set may take.
    var bits: Int {
        self.spillsSets && self.limit >= OffsetMetadata.pointerBytes
            ? OffsetMetadata.spilledBits : OffsetMetadata.bits(within: self.limit)
    }

    /// A batch hands out this much at most.
    mutating func offer(_ bytes: Int) { self.offered = bytes }

    /// The brokers took what was handed out last.
    mutating func offerTaken() { self.taken = max(self.taken, self.offered) }

    /// The brokers took as much from another member: less than that may not be written, or what it holds would be
    /// forgotten here.
    ///
    /// - Returns: whether the limit has changed.
    mutating func othersTook(_ bytes: Int) -> Bool {
        self.taken = max(self.taken, bytes)
        guard bytes > self.limit else { return false }
        self.limit = bytes
        return true
    }

    /// The brokers do not take as much as was handed out last: half of it is written from now on, or as much as they
    /// have taken before, so that what is complete already can still be written down.
    ///
    /// - Returns: whether there was anything to make smaller.
    mutating func offerRefused() -> Bool {
        guard self.offered > 0 else { return false }
        // They took it before, and take it no more.
        if self.offered <= self.taken { self.taken = 0 }
        self.limit = max(min(self.limit, self.offered) / 2, self.taken)
        return true
    }
}
