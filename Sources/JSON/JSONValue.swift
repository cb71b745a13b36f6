import Records

/// One JSON value, kept exactly as its author meant it.
///
/// Numbers keep their spelling and objects keep the order and even the repetition of their members, so a value that
/// this worker only passes on leaves as it came. Two values are equal when they are equal byte for byte: a composed and
/// a decomposed «é» differ here, although they are the same `String` to Swift.
public enum JSONValue: Sendable, Hashable {
    /// The literal `null`.
    case null
    /// The literals `true` and `false`.
    case bool(Bool)
    /// A number, as it was spelt.
    case number(JSONNumber)
    /// A string, escapes already decoded.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object, members in their order.
    case object(JSONObject)

    /// An object with the members in the order of the literal.
    package static func members(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(JSONObject(members))
    }

    /// A whole number.
    package static func integer(_ value: some BinaryInteger) -> JSONValue { .number(JSONNumber(Int(value))) }

    /// The string inside, or nil when this is not a string.
    @inlinable public var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The object inside, or nil when this is not an object.
    @inlinable public var objectValue: JSONObject? {
        guard case .object(let object) = self else { return nil }
        return object
    }

    /// The elements inside, or nil when this is not an array.
    @inlinable public var arrayValue: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// Whether this is `null`.
    @inlinable public var isNull: Bool {
        guard case .null = self else { return false }
        return true
    }

    /// What kind of value this is, with its article, for sentences to people: «a string», «an object», «null».
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// Compares byte for byte; see the type.
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.hasSameBytes(as: right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): false
        }
    }

    /// Hashes the bytes that `==` compares.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null:
            hasher.combine(0)
        case .bool(let value):
            hasher.combine(1)
            hasher.combine(value)
        case .number(let number):
            hasher.combine(2)
            hasher.combine(number)
        case .string(let text):
            hasher.combine(3)
            text.hashBytes(into: &hasher)
        case .array(let elements):
            hasher.combine(4)
            hasher.combine(elements)
        case .object(let object):
            hasher.combine(5)
            hasher.combine(object)
        }
    }
}

/// A JSON number as text.
///
/// It is never turned into a binary number on its way through, since that would change large integers and long
/// fractions. Equality is equality of spelling: `1` and `1.0` differ here; `Fingerprint` is what takes them for one.
public struct JSONNumber: Sendable, Hashable {
    /// The number as the JSON text has it, for example `12`, `-0.50` or `1E+3`.
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
