import CustomerContract
import JSON

/// JSON with one member a line, for people.
enum PrettyJSON {
    static func text(_ value: JSONValue, indent: String = "") -> String {
        let inner = indent + "  "
        switch value {
        case .object(let object) where !object.members.isEmpty:
            let lines = object.members.map { member in
                inner + Self.compact(.string(member.name)) + ": " + Self.text(member.value, indent: inner)
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n" + indent + "}"
        case .array(let elements) where !elements.isEmpty:
            return "[\n" + elements.map { inner + Self.text($0, indent: inner) }.joined(separator: ",\n") + "\n"
                + indent + "]"
        case .object, .array, .null, .bool, .number, .string:
            return Self.compact(value)
        }
    }

    private static func compact(_ value: JSONValue) -> String {
        String(decoding: JSONWriter.encode(value), as: UTF8.self)
    }
}
