/// The name of a record's header, compared byte for byte.
///
/// ```swift
/// extension HeaderName {
///     static var tenant: HeaderName { "tenant" }
/// }
/// record.headers[.tenant]
/// ```
public struct HeaderName: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The name as text; bytes that are not UTF-8 were replaced by U+FFFD when the record was read.
    public let text: String

    /// Wraps a name as it is.
    @inlinable
    public init(_ text: String) {
        self.text = text
    }

    /// A name from a literal.
    @inlinable
    public init(stringLiteral text: String) {
        self.text = text
    }

    /// The name itself.
    public var description: String { self.text }

    /// Compares the UTF-8 bytes.
    @inlinable
    public static func == (left: HeaderName, right: HeaderName) -> Bool {
        left.text.hasSameBytes(as: right.text)
    }

    /// Hashes the bytes that `==` compares.
    @inlinable
    public func hash(into hasher: inout Hasher) {
        self.text.hashBytes(into: &hasher)
    }

    /// Whether both names have the same bytes when the letters A to Z count as a to z.
    public func isSameIgnoringCase(_ other: HeaderName) -> Bool {
        guard self.text.utf8.count == other.text.utf8.count else { return false }
        return zip(self.text.utf8, other.text.utf8).allSatisfy { Self.folded($0) == Self.folded($1) }
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }
}
