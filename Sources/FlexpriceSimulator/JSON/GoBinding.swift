import JSON

/// Binds JSON to fields by Go's rules of conversion.
///
/// A `null` leaves a field as it was. A value of the wrong type leaves it too, is noted in ``mismatch``, and the rest
/// is still bound; the caller then answers 400 for the whole body.
struct GoBinding {
    /// Whether a value had the wrong type.
    private(set) var mismatch = false

    /// How deep arrays and objects are read; Go goes to 10,000, which no request of this API needs.
    static let maximumDepth = 512

    /// The first value of a body, as `json.NewDecoder(body).Decode` takes it: what follows is not looked at.
    ///
    /// Nil where Go reports a syntax error, an empty body included.
    static func firstValue(of body: [UInt8]) -> JSONValue? {
        try? JSONParser.read(GoText.repaired(body), maximumDepth: maximumDepth, allowsTrailingBytes: true).value
    }

    /// A member name as Go compares it: without regard to case, and with U+017F and U+212A as the letters they fold to.
    static func folded(_ name: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(name.utf8.count)
        for scalar in name.unicodeScalars {
            switch scalar {
            case "A"..."Z": bytes.append(UInt8(ascii: scalar) | 0x20)
            case "\u{17F}": bytes.append(UInt8(ascii: "s"))
            case "\u{212A}": bytes.append(UInt8(ascii: "k"))
            default: bytes += Array(String(scalar).utf8)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The members of an object under their folded names, in their order, so that the last of a repeated name wins;
    /// none for `null`, a mismatch for anything else.
    mutating func members(of value: JSONValue) -> [(name: String, value: JSONValue)] {
        switch value {
        case .object(let object): return object.members.map { (Self.folded($0.name), $0.value) }
        case .null: return []
        case .bool, .number, .string, .array:
            mismatch = true
            return []
        }
    }

    mutating func bind(_ value: JSONValue, to field: inout String) {
        switch value {
        case .string(let text): field = text
        case .null: break
        case .bool, .number, .array, .object: mismatch = true
        }
    }

    mutating func bind(_ value: JSONValue, to field: inout Bool) {
        switch value {
        case .bool(let truth): field = truth
        case .null: break
        case .string, .number, .array, .object: mismatch = true
        }
    }

    /// Binds a pointer to a string: `null` makes it nil.
    mutating func bind(_ value: JSONValue, to field: inout String?) {
        guard !value.isNull else {
            field = nil
            return
        }
        var text = field ?? ""
        bind(value, to: &text)
        field = text
    }

    /// Binds a pointer to an integer: `null` makes it nil, `1.0` and `1e2` are no integers.
    mutating func bind(_ value: JSONValue, to field: inout Int?) {
        switch value {
        case .null: field = nil
        case .number(let number):
            if let integer = number.integerValue { field = integer } else { mismatch = true }
        case .bool, .string, .array, .object: mismatch = true
        }
    }

    /// Binds a map of strings: members are added to what is there, and a `null` value is stored as `""`.
    mutating func bind(_ value: JSONValue, to field: inout Metadata?) {
        switch value {
        case .null: field = nil
        case .object(let object):
            var map = field ?? Metadata()
            for member in object.members {
                var text = ""
                bind(member.value, to: &text)
                map[member.name] = text
            }
            field = map
        case .bool, .number, .string, .array: mismatch = true
        }
    }

    /// Binds a slice of strings: `null` makes it nil, a `null` element is `""`.
    mutating func bind(_ value: JSONValue, to field: inout [String]?) {
        bindSlice(value, to: &field) { binding, element in
            var text = ""
            binding.bind(element, to: &text)
            return text
        }
    }

    /// Binds a slice element by element with `bindElement`.
    mutating func bindSlice<Element>(
        _ value: JSONValue,
        to field: inout [Element]?,
        _ bindElement: (inout GoBinding, JSONValue) -> Element
    ) {
        switch value {
        case .null: field = nil
        case .array(let elements): field = elements.map { bindElement(&self, $0) }
        case .bool, .number, .string, .object: mismatch = true
        }
    }
}
