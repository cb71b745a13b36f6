public import JSON
import Records

/// What makes two commands of one customer the same: SHA-256 over the canonical form of the fields that are sent.
///
/// Member order, absent versus null, escapes and the spelling of numbers do not change it. See `CanonicalForm`.
public struct Fingerprint: Sendable, Hashable, CustomStringConvertible {
    /// The hash in words, which need no memory of their own.
    ///
    /// Not a vector of them: it would lie on a boundary of 32 bytes, and with it every object that has one, for which
    /// allocators take longer.
    private struct Words: Hashable {
        var (first, second, third, fourth): (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    }

    private var words = Words()

    /// The 32 bytes of the hash.
    public var bytes: [UInt8] { withBytes { Array($0) } }

    /// A fingerprint from its bytes; nil unless there are 32.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
    }

    /// The fingerprint of the fields of a command.
    public init(of fields: JSONObject) {
        self = CanonicalForm.digest(of: fields).fingerprint
    }

    /// The fingerprint whose canonical bytes these are.
    init(canonical bytes: UnsafeRawBufferPointer) {
        var hash = SHA256()
        hash.update(bytes)
        withUnsafeMutableBytes(of: &words) { hash.finish($0) }
    }

    /// Lends the 32 bytes; they are valid only for the duration of the closure.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withUnsafeBytes(of: words, body)
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
