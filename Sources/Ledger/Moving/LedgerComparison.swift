package import CustomerContract

/// Whether a target has every entry of a source as it is.
package struct LedgerComparison {
    /// Over every entry of the source.
    package private(set) var source = LedgerChecksum()
    /// Over those entries of the target that the source has too.
    package private(set) var target = LedgerChecksum()
    /// Entries that the target has alone.
    package private(set) var others = 0
    /// How many the target lacks.
    package private(set) var missing = 0
    /// How many the target has in another form.
    package private(set) var different = 0
    /// The first external ids that it lacks or has in another form.
    package private(set) var examples: [ExternalID] = []

    private static let mostExamples = 10

    /// Whether the target has all of the source: by counts, by each entry and by the checksums.
    package var isComplete: Bool {
        self.missing == 0 && self.different == 0 && self.source.count == self.target.count
            && self.source.description == self.target.description
    }

    mutating func add(_ entry: LedgerEntry, _ other: LedgerEntry?) {
        self.source.add(entry)
        if let other { self.target.add(other) }
        guard entry != other else { return }
        if other == nil { self.missing += 1 } else { self.different += 1 }
        if self.examples.count < Self.mostExamples { self.examples.append(entry.externalID) }
    }

    mutating func addOther() { self.others += 1 }
}
