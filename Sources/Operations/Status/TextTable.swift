package import JSON

/// A small table, as aligned text for people and as JSON for scripts.
package struct TextTable: Sendable {
    private let columns: [String]
    private let longestCell: Int
    private var rows: [[String]] = []

    /// - Parameter longestCell: longer ones are cut in the text, so that one long sentence does not break the table.
    package init(columns: [String], longestCell: Int = 110) {
        self.columns = columns
        self.longestCell = longestCell
    }

    package mutating func append(_ row: [String]) { self.rows.append(row) }

    /// Aligned columns under a headline; each line ends with a newline.
    package var text: String { self.lines.map { $0 + "\n" }.joined() }

    /// The lines of the text.
    var lines: [String] {
        let longest = self.longestCell
        let cells =
            [self.columns.map { $0.uppercased() }]
            + self.rows.map { $0.map { $0.count > longest ? $0.prefix(longest - 1) + "…" : $0 } }
        let widths = self.columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { row in
            let line = zip(row, widths).map { $0.padding(to: $1) }.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// One array of objects, a member for each column.
    package var json: String {
        let objects = self.rows.map { row in
            JSONValue.object(JSONObject(zip(self.columns, row).map { .init(name: $0, value: .string($1)) }))
        }
        return String(decoding: JSONWriter.encode(.array(objects)), as: UTF8.self) + "\n"
    }
}

extension String {
    /// The text with spaces behind it, up to a width.
    package func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - self.count)) }
}

/// JSON with one member a line, for people.
package enum PrettyJSON {
    /// The value, its members below each other and further in than `indent`.
    package static func text(_ value: JSONValue, indent: String = "") -> String {
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
