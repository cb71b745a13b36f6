import CustomerContract

/// All entries of a ledger in the order of the bytes of their external ids, a page at a time.
package struct LedgerPages {
    private let ledger: any Ledger
    private var last: ExternalID?

    /// Entries of a page: with the largest customers that a command can ask for some 100 MB, and ordinarily 200 kB.
    package static let size = 250

    /// Begins before the first entry.
    package init(of ledger: any Ledger) {
        self.ledger = ledger
    }

    /// The next entries; empty at the end.
    ///
    /// - Throws: ``LedgerError``; for an entry that cannot be understood it says after which external_id.
    package mutating func next() async throws(LedgerError) -> [LedgerEntry] {
        let page: [LedgerEntry]
        do throws(LedgerError) {
            page = try await self.ledger.entries(after: self.last, limit: Self.size)
        } catch {
            guard error.reason == .corrupt else { throw error }
            let place = self.last.map { "after \($0.text)" } ?? "at the beginning"
            throw LedgerError(.corrupt, "\(error.message) (among the next \(Self.size) \(place))")
        }
        if let last = page.last { self.last = last.externalID }
        return page
    }
}
