import Crypto
import CustomerContract
import Records

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
        self.hash.update(data: bytes)
    }

    private mutating func add(_ number: Int64) {
        withUnsafeBytes(of: number.bigEndian) { self.hash.update(bufferPointer: $0) }
    }

    /// `sha256:` and 64 hexadecimal digits.
    package var description: String {
        "sha256:" + self.hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
