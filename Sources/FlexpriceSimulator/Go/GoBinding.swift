import JSON
import Records

/// A map of strings as Go keeps it: keys match byte for byte, and it is written in the order of their bytes.
typealias Metadata = [ExactText: String]

/// Binds JSON to fields by Go's rules of conversion.
///
/// A `null` leaves a field as it was, or makes a pointer, map or slice nil. A value of the wrong type is noted in
/// ``hasMismatch``, and the rest is still bound; the caller then answers 400 for the whole body.
struct GoBinding {
    private(set) var hasMismatch = false

    /// The depth to which arrays and objects are read; Go goes to 10,000, which no request of this API needs.
    private static let maximumDepth = 512

    /// The first value of a body, as `json.NewDecoder(body).Decode` takes it: what follows is ignored.
    ///
    /// Nil where Go reports a syntax error, an empty body included.
    static func firstValue(of body: [UInt8]) -> JSONValue? {
        try? JSONParser.read(GoText.repaired(body), maximumDepth: Self.maximumDepth, allowsTrailingBytes: true).value
    }

    /// A member name as Go compares it: without regard to case, and with U+017F and U+212A as the letters they fold to.
    static func folded(_ name: String) -> String {
        var folded = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            switch scalar {
            case "A"..."Z": folded.append(Unicode.Scalar(UInt8(ascii: scalar) | 0x20))
            case "\u{17F}": folded.append("s")
            case "\u{212A}": folded.append("k")
            default: folded.append(scalar)
            }
        }
        return String(folded)
    }

    /// The members of an object under their folded names, in their order, so that the last of a repeated name wins;
    /// none for `null`, a mismatch for anything else.
    mutating func members(of value: JSONValue) -> [(name: String, value: JSONValue)] {
        self.take(value, \.objectValue)?.members.map { (Self.folded($0.name), $0.value) } ?? []
    }

    /// The value as the type that `read` gives; nil for `null`, and for another type, which is a mismatch.
    mutating func take<T>(_ value: JSONValue, _ read: (JSONValue) -> T?) -> T? {
        if value.isNull { return nil }
        let taken = read(value)
        if taken == nil { self.hasMismatch = true }
        return taken
    }

    /// Binds a map of strings: members are added to what is there, and a `null` value is stored as `""`.
    mutating func bind(_ value: JSONValue, to map: inout Metadata?) {
        guard let object = self.take(value, \.objectValue) else {
            map = nil
            return
        }
        map = map ?? [:]
        for member in object.members { map?[ExactText(member.name)] = self.take(member.value, \.stringValue) ?? "" }
    }

    /// A slice, empty when it is nil.
    mutating func elements(of value: JSONValue) -> [JSONValue] { self.take(value, \.arrayValue) ?? [] }

    /// A slice of strings; a `null` element is `""`.
    mutating func texts(_ value: JSONValue) -> [String] {
        self.elements(of: value).map { self.take($0, \.stringValue) ?? "" }
    }
}

extension JSONValue {
    /// A map of strings as Go writes it: in the order of its keys' bytes.
    static func sorted(_ texts: [String: String]) -> JSONValue {
        .sorted(texts.map { .init(name: $0.key, value: .string($0.value)) })
    }

    /// An object with the members in the order of their names' bytes.
    static func sorted(_ members: [JSONObject.Member]) -> JSONValue {
        .object(JSONObject(members.sorted { $0.name.bytesPrecede($1.name) }))
    }

    /// The truth value inside, or nil when this is none.
    var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The whole number inside, or nil: `1.0` and `1e2` are none.
    var integerValue: Int? { if case .number(let number) = self { number.integerValue } else { nil } }
}
