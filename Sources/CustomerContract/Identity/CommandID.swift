import JSON
public import Records

/// The id of one command: its CloudEvents id, or `TOPIC/PARTITION/OFFSET` where it has none.
///
/// Compared byte for byte. At most 255 bytes when a producer chose it.
public struct CommandID: Sendable, Hashable, CustomStringConvertible {
    /// The id as UTF-8, as a part of its record's memory where a producer chose it.
    package let bytes: ArraySlice<UInt8>

    /// The id as text, made each time.
    public var text: String { String(decoding: self.bytes, as: UTF8.self) }

    /// The same id in memory of its own, for what outlives the record.
    package var copied: CommandID { CommandID(bytes: Array(self.bytes)[...]) }

    /// Wraps an id as it is.
    public init(_ text: String) {
        self.bytes = Array(text.utf8)[...]
    }

    /// The id of a command that came without one.
    public init(_ position: RecordPosition) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(position.topic.utf8.count + 32)
        position.append(to: &bytes)
        self.bytes = bytes[...]
    }

    private init(bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    /// An id that a producer chose; nil unless it is UTF-8 of 1 to 255 bytes without control characters.
    ///
    /// CloudEvents forbids control characters in its strings, and the id goes into headers and logs.
    init?(producerChosen bytes: ArraySlice<UInt8>) {
        guard (1...255).contains(bytes.count), !Self.hasControlCharacter(bytes),
            (try? UTF8Span(validating: bytes.span)) != nil
        else { return nil }
        self.bytes = bytes
    }

    /// Whether UTF-8 bytes hold U+0000 to U+001F or U+007F to U+009F; U+0080 and up are C2 and a byte below A0.
    private static func hasControlCharacter(_ bytes: ArraySlice<UInt8>) -> Bool {
        var previous: UInt8 = 0
        for byte in bytes {
            if byte < 0x20 || byte == 0x7f || previous == 0xc2 && byte < 0xa0 { return true }
            previous = byte
        }
        return false
    }

    /// The id itself.
    public var description: String { self.text }
}
