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
    private enum Storage: Sendable {
        case encoded([UInt8])
        /// Of fields that another object keeps the digests of: lent when asked for.
        case source(any DigestSource)
    }

    private let storage: Storage

    /// The encoding that a ledger keeps.
    public var encoded: [UInt8] { self.withBytes { Array($0) } }

    /// Lends the encoding, without a piece of memory for it; it is valid only for the duration of the closure.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        switch self.storage {
        case .encoded(let encoded):
            return try encoded.withUnsafeBytes(body)
        case .source(let source):
            return try source.knownDigests.withBytes(body)
        }
    }

    /// Reads an encoding; nil when it is damaged or of a version that is not known here.
    public init?(encoded: [UInt8]) {
        guard Self.decode(encoded) != nil else { return nil }
        self.storage = .encoded(encoded)
    }

    /// An encoding that is well formed by construction.
    init(wellFormed encoded: [UInt8]) {
        self.storage = .encoded(encoded)
    }

    /// The digests that a source keeps; they keep the source.
    init(from source: any DigestSource) {
        self.storage = .source(source)
    }

    /// Compares the encodings.
    public static func == (left: FieldDigests, right: FieldDigests) -> Bool { left.encoded == right.encoded }

    /// Hashes the encoding.
    public func hash(into hasher: inout Hasher) { hasher.combine(self.encoded) }

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

/// What keeps the digests of known fields.
protocol DigestSource: AnyObject, Sendable {
    var knownDigests: KnownDigests { get }
}

/// The encoding of the digests of known fields, each there once at most, without memory of its own.
struct KnownDigests: Sendable {
    /// The version, and five bytes for each of the nineteen fields.
    private var encoded = InlineArray<96, UInt8>(repeating: 0)
    private var count = 1

    /// No field yet.
    init() { encoded[0] = FieldDigests.version }

    /// Adds a field by the canonical bytes of its name and value.
    mutating func add(_ field: KnownField, canonicalMember: UnsafeBufferPointer<UInt8>) {
        let digest = MemberDigest(canonicalMember).bytes
        encoded[count] = field.rawValue
        for index in digest.indices { encoded[count + 1 + index] = digest[index] }
        count += 5
    }

    /// Lends the encoding; it is valid only for the duration of the closure.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withUnsafeBytes(of: encoded) { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
}

/// Collects the digests of fields, which must come in the order of their names' bytes.
struct FieldDigestsBuilder {
    private var encoded: [UInt8] = [FieldDigests.version]
    private let listsUnknownFields: Bool
    private var unlistedDigest: MemberDigest?

    init(unknownFieldCount: Int) {
        listsUnknownFields = unknownFieldCount <= FieldDigests.maximumListedUnknownFields
        encoded.reserveCapacity(64)
    }

    /// Adds a known field by the canonical bytes of its name and value.
    mutating func add(_ field: KnownField, canonicalMember: UnsafeBufferPointer<UInt8>) {
        encoded.append(field.rawValue)
        append(MemberDigest(canonicalMember))
    }

    /// Adds an unknown field by the canonical bytes of its name and value.
    mutating func add(unknown name: String, canonicalMember: UnsafeBufferPointer<UInt8>) {
        guard listsUnknownFields, name.utf8.count <= 255 else {
            var digest = unlistedDigest ?? MemberDigest()
            digest.append(canonicalMember)
            unlistedDigest = digest
            return
        }
        encoded.append(FieldDigests.namedFollows)
        encoded.append(UInt8(name.utf8.count))
        encoded.append(contentsOf: name.utf8)
        append(MemberDigest(canonicalMember))
    }

    consuming func build() -> FieldDigests {
        if let unlistedDigest {
            encoded.append(FieldDigests.unlisted)
            append(unlistedDigest)
        }
        return FieldDigests(wellFormed: encoded)
    }

    private mutating func append(_ digest: MemberDigest) {
        let bytes = digest.bytes
        for index in bytes.indices { encoded.append(bytes[index]) }
    }
}

/// The digest of one member: FNV-1a, 32 bits (draft-eastlake-fnv), of its canonical bytes.
struct MemberDigest {
    private var hash: UInt32 = 0x811c_9dc5

    init() {}

    init(_ canonicalMember: UnsafeBufferPointer<UInt8>) { append(canonicalMember) }

    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        var hash = hash
        for byte in bytes { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        self.hash = hash
    }

    /// The digest, big-endian.
    var bytes: InlineArray<4, UInt8> {
        [
            UInt8(truncatingIfNeeded: hash >> 24), UInt8(truncatingIfNeeded: hash >> 16),
            UInt8(truncatingIfNeeded: hash >> 8), UInt8(truncatingIfNeeded: hash),
        ]
    }
}
