package import JSON

/// A small table, as aligned text for people and as JSON for scripts.
package struct TextTable: Sendable {
    private let columns: [String]
    private let numbers: Set<String>
    private let longestCell: Int
    private var rows: [[String]] = []

    /// - Parameters:
    ///   - numbers: the columns whose cells are numbers in the JSON too; one with `-` or nothing is `null` there.
    ///   - longestCell: longer ones are cut in the text, so that one long sentence does not break the table.
    package init(columns: [String], numbers: Set<String> = [], longestCell: Int = 110) {
        self.columns = columns
        self.numbers = numbers
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
            JSONValue.object(JSONObject(zip(self.columns, row).map { .init(name: $0, value: self.value($1, of: $0)) }))
        }
        return String(decoding: JSONWriter.encode(.array(objects)), as: UTF8.self) + "\n"
    }

    /// A cell's value; a word in a column of numbers, such as `default`, stays a word.
    private func value(_ cell: String, of column: String) -> JSONValue {
        guard self.numbers.contains(column) else { return .string(cell) }
        if cell.isEmpty || cell == "-" { return .null }
        return JSONNumber(spelling: cell).map { .number($0) } ?? .string(cell)
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
