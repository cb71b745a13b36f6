/// Collects the digests of fields, which must come in the order of their names' bytes.
struct FieldDigestsBuilder {
    private var encoded: [UInt8] = [FieldDigests.version]
    private let listsUnknownFields: Bool
    private var unlistedDigest: UInt32?

    init(unknownFieldCount: Int) {
        listsUnknownFields = unknownFieldCount <= FieldDigests.maximumListedUnknownFields
        encoded.reserveCapacity(64)
    }

    /// Adds a field, nil for an unknown one, by the canonical bytes of its name and value.
    mutating func add(_ field: KnownField?, name: String, canonicalMember: ArraySlice<UInt8>) {
        if let field {
            encoded.append(field.rawValue)
        } else if listsUnknownFields, name.utf8.count <= 255 {
            encoded.append(FieldDigests.namedFollows)
            encoded.append(UInt8(name.utf8.count))
            encoded.append(contentsOf: name.utf8)
        } else {
            unlistedDigest = Self.fnv1a(canonicalMember, from: unlistedDigest ?? Self.offsetBasis)
            return
        }
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
        for shift in [24, 16, 8, 0] as [UInt32] { encoded.append(UInt8(truncatingIfNeeded: digest >> shift)) }
    }

    private static let offsetBasis: UInt32 = 0x811c_9dc5

    /// FNV-1a, 32 bits (draft-eastlake-fnv).
    private static func fnv1a(_ bytes: ArraySlice<UInt8>, from start: UInt32) -> UInt32 {
        bytes.withUnsafeBufferPointer { buffer in
            var hash = start
            for byte in buffer { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
            return hash
        }
    }
}
