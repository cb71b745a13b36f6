public import JSON

/// What makes two commands of one customer the same: SHA-256 over the canonical form of the fields that are sent.
///
/// Member order, absent versus null, escapes and the spelling of numbers do not change it. See `CanonicalForm`.
public struct Fingerprint: Sendable, Hashable, CustomStringConvertible {
    /// The 32 bytes of the hash.
    public let bytes: [UInt8]

    /// A fingerprint from its bytes; nil unless there are 32.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// The fingerprint of the fields of a command.
    public init(of fields: JSONObject) {
        self = CanonicalForm.digest(of: fields, KnownMembers(of: fields)).fingerprint
    }

    /// A hash that is 32 bytes long by construction.
    init(digest: [UInt8]) {
        bytes = digest
    }

    /// The text form: `sha256:` and 64 lower-case hexadecimal digits.
    public var description: String {
        var text = Array("sha256:".utf8)
        text.reserveCapacity(71)
        for byte in bytes {
            for digit in [byte >> 4, byte & 0xf] {
                text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
