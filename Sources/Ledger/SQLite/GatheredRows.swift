import CustomerContract
import Records

/// Entries that one statement inserts, with their bytes in one piece of memory that it is bound to.
///
/// Bytes of many strings and arrays cannot be lent at once otherwise; a copy of them costs a fortieth of the insert.
struct GatheredRows {
    /// The columns of bytes that are no text: the fingerprint and the digests.
    static let blobs = 1...2

    private(set) var entries: ArraySlice<LedgerEntry> = []
    private(set) var bytes: [UInt8] = []
    /// For each entry where its first columns end: external_id, fingerprint, digests, customer, outcome, command_id,
    /// and topic.
    private(set) var ends: [InlineArray<7, Int>] = []

    /// Takes these entries in the place of those before.
    mutating func gather(_ entries: ArraySlice<LedgerEntry>) {
        self.entries = entries
        self.bytes.removeAll(keepingCapacity: true)
        self.ends.removeAll(keepingCapacity: true)
        for entry in entries {
            var ends = InlineArray<7, Int>(repeating: 0)
            entry.externalID.text.withBytes { self.bytes.append(contentsOf: $0) }
            ends[0] = self.bytes.count
            entry.fingerprint.withBytes { self.bytes.append(contentsOf: $0) }
            ends[1] = self.bytes.count
            entry.fieldDigests.withBytes { self.bytes.append(contentsOf: $0) }
            ends[2] = self.bytes.count
            self.bytes.append(contentsOf: entry.customer.bytes)
            ends[3] = self.bytes.count
            entry.outcome.rawValue.withBytes { self.bytes.append(contentsOf: $0) }
            ends[4] = self.bytes.count
            self.bytes.append(contentsOf: entry.commandID.bytes)
            ends[5] = self.bytes.count
            entry.position.topic.withBytes { self.bytes.append(contentsOf: $0) }
            ends[6] = self.bytes.count
            self.ends.append(ends)
        }
    }
}
