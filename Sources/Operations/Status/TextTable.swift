import CustomerContract
import JSON

/// A small table, as aligned text for people and as JSON for scripts.
struct TextTable {
    let columns: [String]
    private(set) var rows: [[String]] = []

    init(columns: [String]) {
        self.columns = columns
    }

    mutating func append(_ row: [String]) { self.rows.append(row) }

    /// Aligned columns under a headline; each line ends with a newline.
    var text: String {
        let cells = [self.columns.map { $0.uppercased() }] + self.rows.map { $0.map(Self.shortened) }
        let widths = self.columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { row in
            let line = zip(row, widths).map { $0.padding(to: $1) }.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }
        .joined()
    }

    /// One long sentence must not break the table; JSON has it whole.
    private static func shortened(_ cell: String) -> String {
        let longest = 110
        return cell.count > longest ? cell.prefix(longest - 1) + "…" : cell
    }

    /// One array of objects, a member for each column.
    var json: String {
        let objects = self.rows.map { row in
            JSONValue.object(JSONObject(zip(self.columns, row).map { .init(name: $0, value: .string($1)) }))
        }
        return String(decoding: JSONWriter.encode(.array(objects)), as: UTF8.self) + "\n"
    }
}

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
