/// Binds the values of a ``JSONTape`` to fields by Go's rules of conversion.
///
/// A `null` leaves a field as it was. A value of the wrong type leaves it too, is noted in ``mismatch``, and the rest
/// is still bound; the caller then answers 400 for the whole body.
struct GoBinding {
    let tape: JSONTape
    private(set) var mismatch = false

    init(tape: JSONTape) {
        self.tape = tape
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

    /// The members of the object at `node` under their folded names; none for `null`, a mismatch for anything else.
    mutating func members(of node: Int) -> [(name: String, value: Int)] {
        var members: [(name: String, value: Int)] = []
        switch tape.nodes[node].kind {
        case .object: tape.forEachMember(of: node) { members.append((Self.folded($0), $1)) }
        case .null: break
        default: mismatch = true
        }
        return members
    }

    mutating func bind(_ node: Int, to field: inout String) {
        switch tape.nodes[node].kind {
        case .string: field = tape.string(at: node)
        case .null: break
        default: mismatch = true
        }
    }

    mutating func bind(_ node: Int, to field: inout Bool) {
        switch tape.nodes[node].kind {
        case .true: field = true
        case .false: field = false
        case .null: break
        default: mismatch = true
        }
    }

    /// Binds a pointer to a string: `null` makes it nil.
    mutating func bind(_ node: Int, to field: inout String?) {
        guard tape.nodes[node].kind != .null else {
            field = nil
            return
        }
        var value = field ?? ""
        bind(node, to: &value)
        field = value
    }

    /// Binds a pointer to an integer: `null` makes it nil, `1.0` and `1e2` are no integers.
    mutating func bind(_ node: Int, to field: inout Int?) {
        switch tape.nodes[node].kind {
        case .null: field = nil
        case .number:
            if let value = Int(tape.spelling(at: node)) { field = value } else { mismatch = true }
        default: mismatch = true
        }
    }

    /// Binds a map of strings: members are added to what is there, and a `null` value is stored as `""`.
    mutating func bind(_ node: Int, to field: inout Metadata?) {
        switch tape.nodes[node].kind {
        case .null: field = nil
        case .object:
            var map = field ?? Metadata()
            var members: [(name: String, value: Int)] = []
            tape.forEachMember(of: node) { members.append(($0, $1)) }
            for member in members {
                var value = ""
                bind(member.value, to: &value)
                map[member.name] = value
            }
            field = map
        default: mismatch = true
        }
    }

    /// Binds a slice of strings: `null` makes it nil, a `null` element is `""`.
    mutating func bind(_ node: Int, to field: inout [String]?) {
        bindSlice(node, to: &field) { binding, element in
            var text = ""
            binding.bind(element, to: &text)
            return text
        }
    }

    /// Binds a slice element by element with `bindElement`.
    mutating func bindSlice<Element>(
        _ node: Int,
        to field: inout [Element]?,
        _ bindElement: (inout GoBinding, Int) -> Element
    ) {
        switch tape.nodes[node].kind {
        case .null: field = nil
        case .array:
            var elements: [Int] = []
            tape.forEachElement(of: node) { elements.append($0) }
            field = elements.map { bindElement(&self, $0) }
        default: mismatch = true
        }
    }
}
