import JSON
import Records

/// The caller's own id of a customer, the key of everything: order, idempotency, lookup.
///
/// Compared byte for byte, as Flexprice does: `X`, `x` and `X ` are three customers, and so are a composed and a
/// decomposed «é». The type does not check its text; `CommandReader` lets only 1 to 255 code points without U+0000
/// pass.
public struct ExternalID: Sendable, Hashable, CustomStringConvertible {
    /// The id as the producer wrote it.
    public let text: String

    /// Wraps an id as it is.
    public init(_ text: String) {
        self.text = text
    }

    /// Compares the UTF-8 bytes.
    public static func == (left: ExternalID, right: ExternalID) -> Bool {
        left.text.hasSameBytes(as: right.text)
    }

    /// Hashes the UTF-8 bytes.
    public func hash(into hasher: inout Hasher) {
        text.hashBytes(into: &hasher)
    }

    /// The id itself.
    public var description: String { text }
}

extension String {
    /// The longest prefix of at most that many UTF-8 bytes that cuts no code point in two.
    package func cut(toBytes maximum: Int) -> String {
        guard utf8.count > maximum else { return self }
        var bytes = Array(utf8.prefix(maximum + 1))
        // A code point's first byte is never 10xxxxxx: step back until what follows the cut starts one.
        while let last = bytes.popLast(), last & 0xc0 == 0x80 {}
        return String(decoding: bytes, as: UTF8.self)
    }
}
