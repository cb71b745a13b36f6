import JSON
public import Records

/// The id of one command: its CloudEvents id, or `TOPIC/PARTITION/OFFSET` where it has none.
///
/// Compared byte for byte. At most 255 bytes when a producer chose it.
public struct CommandID: Sendable, Hashable, CustomStringConvertible {
    /// The id as text.
    public let text: String

    /// Wraps an id as it is.
    public init(_ text: String) {
        self.text = text
    }

    /// The id of a command that came without one.
    public init(_ position: RecordPosition) {
        text = position.description
    }

    /// An id that a producer chose; nil unless it is UTF-8 of 1 to 255 bytes without control characters.
    ///
    /// CloudEvents forbids control characters in its strings, and the id goes into headers and logs.
    init?(producerChosen bytes: [UInt8]) {
        guard (1...255).contains(bytes.count), !Self.hasControlCharacter(bytes),
            let utf8 = try? UTF8Span(validating: bytes.span)
        else { return nil }
        self.text = String(copying: utf8)
    }

    /// Whether UTF-8 bytes hold U+0000 to U+001F or U+007F to U+009F; U+0080 and up are C2 and a byte below A0.
    private static func hasControlCharacter(_ bytes: [UInt8]) -> Bool {
        var previous: UInt8 = 0
        for byte in bytes {
            if byte < 0x20 || byte == 0x7f || previous == 0xc2 && byte < 0xa0 { return true }
            previous = byte
        }
        return false
    }

    /// Compares the UTF-8 bytes.
    public static func == (left: CommandID, right: CommandID) -> Bool {
        left.text.hasSameBytes(as: right.text)
    }

    /// Hashes the UTF-8 bytes.
    public func hash(into hasher: inout Hasher) {
        text.hashBytes(into: &hasher)
    }

    /// The id itself.
    public var description: String { text }
}
