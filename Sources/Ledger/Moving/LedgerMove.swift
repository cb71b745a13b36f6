import CustomerContract

/// Copies every entry of one ledger into another one, and compares them afterwards.
///
/// 1. What is there already stays, so that it may be cut off at any moment and begun again: the target itself is the
///    only memory of how far it came, and what was copied is only looked up.
/// 2. An entry of the target that differs is not overwritten: it may be the first success of an external_id, and is
///    told.
/// 3. It holds one page of each ledger in memory.
package struct LedgerMove: Sendable {
    /// How far it is.
    package struct Progress: Sendable, Equatable {
        /// Entries that were looked at.
        package var seen = 0
        /// Entries that were copied now; the others were there.
        package var copied = 0
    }

    private let source: any Ledger
    private let target: any Ledger

    /// Nothing is read yet.
    package init(from source: any Ledger, to target: any Ledger) {
        self.source = source
        self.target = target
    }

    /// Copies what the target does not have.
    ///
    /// Spilled sets and pauses first: without them a worker that continues with the target would run again what is
    /// complete, and run what an operator has paused.
    ///
    /// - Parameter report: is told after each page.
    package func copy(_ report: (Progress) -> Void = { _ in }) async throws(LedgerError) -> Progress {
        var progress = Progress()
        let sets = try await self.source.spilledSets()
        if !sets.isEmpty, self.target.keepsSpilledSets { try await self.target.keep(sets) }
        for pause in try await self.source.pauses() { try await self.target.keep(pause) }
        var pages = LedgerPages(of: self.source)
        while true {
            let page = try await pages.next()
            guard !page.isEmpty else { return progress }
            let found = try await self.target.apply(LedgerBatch(lookUps: page.map(\.externalID))).found
            let missing = zip(page, found).filter { $1 == nil }.map(\.0)
            if !missing.isEmpty {
                let earlier = try await self.target.apply(LedgerBatch(entries: missing)).earlier
                progress.copied += earlier.filter { $0 == nil }.count
            }
            progress.seen += page.count
            report(progress)
        }
    }

    /// Reads both from the beginning to the end, side by side.
    package func compare(_ report: (Int) -> Void = { _ in }) async throws(LedgerError) -> LedgerComparison {
        var comparison = LedgerComparison()
        var (sources, targets) = (LedgerPages(of: self.source), LedgerPages(of: self.target))
        var left = try await sources.next()[...]
        var right = try await targets.next()[...]
        while true {
            switch (left.first, right.first) {
            case (nil, nil):
                return comparison
            case (let entry?, let other?) where entry.externalID == other.externalID:
                comparison.add(entry, other)
                left = left.dropFirst()
                right = right.dropFirst()
            case (let entry?, let other) where other.map { entry.externalID.precedes($0.externalID) } ?? true:
                comparison.add(entry, nil)
                left = left.dropFirst()
            default:
                comparison.addOther()
                right = right.dropFirst()
            }
            if left.isEmpty {
                left = try await sources.next()[...]
                report(comparison.source.count)
            }
            if right.isEmpty { right = try await targets.next()[...] }
        }
    }
}

extension ExternalID {
    /// In the order of ledgers: by bytes.
    fileprivate func precedes(_ other: ExternalID) -> Bool {
        self.text.utf8.lexicographicallyPrecedes(other.text.utf8)
    }
}

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
