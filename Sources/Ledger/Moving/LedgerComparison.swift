package import CustomerContract
import Records

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

/// A checksum over entries, in the order in which they are added: equal ones mean equal entries, field by field.
package struct LedgerChecksum: CustomStringConvertible {
    private var hash = SHA256()
    /// How many entries were added.
    package private(set) var count = 0

    /// Of no entries.
    package init() {}

    /// Adds an entry.
    package mutating func add(_ entry: LedgerEntry) {
        self.count += 1
        self.add(Array(entry.externalID.text.utf8))
        self.add(entry.fingerprint.bytes)
        self.add(entry.fieldDigests.encoded)
        self.add(entry.customer.json)
        self.add(Array(entry.outcome.rawValue.utf8))
        self.add(Array(entry.commandID.text.utf8))
        self.add(Array(entry.position.topic.utf8))
        self.add(Int64(entry.position.partition))
        self.add(entry.position.offset)
        self.add(entry.recordTimestamp == nil ? 0 : 1)
        self.add(entry.recordTimestamp?.value ?? 0)
        self.add(entry.rememberedAt.value)
    }

    /// With its length before it, so that no two rows of fields have the same bytes.
    private mutating func add(_ bytes: [UInt8]) {
        self.add(Int64(bytes.count))
        self.hash.update(bytes)
    }

    private mutating func add(_ number: Int64) {
        withUnsafeBytes(of: number.bigEndian) { self.hash.update($0) }
    }

    /// `sha256:` and 64 hexadecimal digits.
    package var description: String {
        "sha256:" + self.hash.digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
