import JSON
import Records

/// One short digest for each field of a command, to name later the fields in which two commands differ.
///
/// Compact enough to be stored beside each customer, and says nothing of the values: 32 bits of FNV-1a each. It only
/// explains a difference; whether there is one is for `Fingerprint` to say.
///
/// Encoding, version 1: the byte 1; then for each field a byte with its number (`KnownField`), or 0, a byte with a
/// length and the name itself; then four bytes of digest, big-endian. The byte 255 means all fields whose names are not
/// listed: those longer than 255 bytes, or all unknown ones when there are more than 64. Fields are in the order of
/// their names' bytes.
public struct FieldDigests: Sendable, Hashable {
    /// The encoding that a ledger keeps.
    public let encoded: [UInt8]

    /// Reads an encoding; nil when it is damaged or of a version that is not known here.
    public init?(encoded: [UInt8]) {
        guard Self.decode(encoded) != nil else { return nil }
        self.encoded = encoded
    }

    /// An encoding that is well formed by construction.
    init(wellFormed encoded: [UInt8]) {
        self.encoded = encoded
    }

    /// The names of the fields that only one side has or that differ, sorted by their bytes.
    ///
    /// A difference among fields whose names are not listed is reported as `(other fields)`.
    public func differingFields(from other: FieldDigests) -> [String] {
        let (mine, theirs) = (Self.digests(self.encoded), Self.digests(other.encoded))
        let names = Set(mine.keys).union(theirs.keys)
        return names.filter { mine[$0] != theirs[$0] }.map(\.text).sorted { $0.bytesPrecede($1) }
    }

    /// The digests by name: more than one where a field was sent more than once, which ``ValidationMode/envelope`` lets
    /// pass.
    private static func digests(_ encoded: [UInt8]) -> [ExactText: [UInt32]] {
        var digests: [ExactText: [UInt32]] = [:]
        for entry in Self.decode(encoded) ?? [] { digests[ExactText(entry.name), default: []].append(entry.digest) }
        return digests
    }

    static let version: UInt8 = 1
    static let namedFollows: UInt8 = 0
    static let unlisted: UInt8 = 255
    static let unlistedName = "(other fields)"
    static let maximumListedUnknownFields = 64

    private struct Entry {
        let name: String
        let digest: UInt32
    }

    private static func decode(_ encoded: [UInt8]) -> [Entry]? {
        guard encoded.first == version else { return nil }
        var entries: [Entry] = []
        var rest = encoded.dropFirst()
        while let number = rest.popFirst() {
            let name: String
            switch number {
            case namedFollows:
                guard let length = rest.popFirst(), rest.count >= Int(length) else { return nil }
                name = String(decoding: rest.prefix(Int(length)), as: UTF8.self)
                rest = rest.dropFirst(Int(length))
            case unlisted:
                name = unlistedName
            default:
                guard let field = KnownField(rawValue: number) else { return nil }
                name = field.fieldName
            }
            guard rest.count >= 4 else { return nil }
            let digest = rest.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            rest = rest.dropFirst(4)
            entries.append(Entry(name: name, digest: digest))
        }
        return entries
    }
}

/// Collects the digests of fields, which must come in the order of their names' bytes.
struct FieldDigestsBuilder {
    private var encoded: [UInt8] = [FieldDigests.version]
    private let listsUnknownFields: Bool
    private var unlistedDigest: UInt32?

    init(unknownFieldCount: Int) {
        listsUnknownFields = unknownFieldCount <= FieldDigests.maximumListedUnknownFields
        encoded.reserveCapacity(64)
    }

    /// Adds a known field by the canonical bytes of its name and value.
    mutating func add(_ field: KnownField, canonicalMember: UnsafeBufferPointer<UInt8>) {
        encoded.append(field.rawValue)
        append(Self.fnv1a(canonicalMember, from: Self.offsetBasis))
    }

    /// Adds an unknown field by the canonical bytes of its name and value.
    mutating func add(unknown name: String, canonicalMember: UnsafeBufferPointer<UInt8>) {
        guard listsUnknownFields, name.utf8.count <= 255 else {
            unlistedDigest = Self.fnv1a(canonicalMember, from: unlistedDigest ?? Self.offsetBasis)
            return
        }
        encoded.append(FieldDigests.namedFollows)
        encoded.append(UInt8(name.utf8.count))
        encoded.append(contentsOf: name.utf8)
        append(Self.fnv1a(canonicalMember, from: Self.offsetBasis))
    }

    consuming func build() -> FieldDigests {
        if let unlistedDigest {
            encoded.append(FieldDigests.unlisted)
            append(unlistedDigest)
        }
        return FieldDigests(wellFormed: encoded)
    }

    private mutating func append(_ digest: UInt32) {
        encoded.append(addingCapacity: 4) { (output: inout OutputSpan<UInt8>) in
            output.append(UInt8(truncatingIfNeeded: digest >> 24))
            output.append(UInt8(truncatingIfNeeded: digest >> 16))
            output.append(UInt8(truncatingIfNeeded: digest >> 8))
            output.append(UInt8(truncatingIfNeeded: digest))
        }
    }

    private static let offsetBasis: UInt32 = 0x811c_9dc5

    /// FNV-1a, 32 bits (draft-eastlake-fnv).
    private static func fnv1a(_ bytes: UnsafeBufferPointer<UInt8>, from start: UInt32) -> UInt32 {
        var hash = start
        for byte in bytes { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        return hash
    }
}
