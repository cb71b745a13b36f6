/// A JSON number as text.
///
/// It is never turned into a binary number on its way through, since that would change large integers and long
/// fractions. Equality is equality of spelling: `1` and `1.0` differ here; `Fingerprint` is what takes them for one.
public struct JSONNumber: Sendable, Hashable {
    /// The number as it stood in the JSON text, for example `12`, `-0.50` or `1E+3`.
    public let spelling: String

    /// Wraps a spelling that follows the grammar of RFC 8259, section 6; the caller vouches for it.
    init(validSpelling spelling: String) {
        self.spelling = spelling
    }

    /// A whole number.
    public init(_ value: Int) {
        spelling = String(value)
    }

    /// A number from its text; nil when the text is not a number of RFC 8259.
    public init?(spelling: String) {
        guard let value = try? JSONParser.parse(Array(spelling.utf8)), case .number(let number) = value,
            number.spelling.utf8.count == spelling.utf8.count
        else { return nil }
        self = number
    }

    /// The value when the spelling is a plain integer (no fraction, no exponent) that fits; nil otherwise.
    public var integerValue: Int? {
        Int(spelling)
    }
}
