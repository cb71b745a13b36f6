package import JSON

/// A small table, as aligned text for people and as JSON for scripts.
package struct TextTable: Sendable {
    private let columns: [String]
    private let numbers: Set<String>
    private let longestCell: Int
    private let alignedCell: Int
    private let secondary: [String]
    private var rows: [[String]] = []

    /// - Parameters:
    ///   - numbers: the columns whose cells are numbers in the JSON too; one with `-` or nothing is `null` there.
    ///   - longestCell: longer ones are cut in a text without a terminal, so that one long sentence does not break the
    ///     table. On a terminal they are wrapped.
    ///   - alignedCell: a longer one pushes the rest of its own row aside, and does not widen its column.
    ///   - secondary: the columns that leave a table which is too wide for its terminal, in this order, to be written
    ///     below each row; without them those with sentences do, then from the last one on.
    package init(
        columns: [String],
        numbers: Set<String> = [],
        longestCell: Int = 110,
        alignedCell: Int = .max,
        secondary: [String] = []
    ) {
        self.columns = columns
        self.numbers = numbers
        self.longestCell = longestCell
        self.alignedCell = alignedCell
        self.secondary = secondary
    }

    package mutating func append(_ row: [String]) { self.rows.append(row) }

    /// Aligned columns under a headline; each line ends with a newline.
    ///
    /// - Parameter width: the terminal's, which no line passes; `nil` where there is no terminal, for rows of one line.
    package func text(width: Int?) -> String {
        let lines = width.map { self.wrapped(to: $0).flatMap { $0 } } ?? self.lines
        return lines.map { $0 + "\n" }.joined()
    }

    private var headline: [String] { self.columns.map { $0.uppercased() } }

    /// One line for each row, as long as it comes.
    var lines: [String] {
        let cells = [self.headline] + self.rows.map { row in row.map { $0.shortened(to: self.longestCell) } }
        let widths = self.columns.indices.map { column in
            min(self.alignedCell, cells.map { $0[column].displayWidth }.max() ?? 0)
        }
        return cells.map { Self.line($0, widths) }
    }

    /// The lines of the headline and of each row, none wider than `width`; nothing is left out.
    func wrapped(to width: Int) -> [[String]] {
        let cells = [self.headline] + self.rows
        let secondary = self.secondary.compactMap { self.columns.firstIndex(of: $0) }
        let layout = TableLayout(cells: cells, width: width, secondary: secondary)
        let widths = layout.columns.map { layout.widths[$0] }
        return cells.enumerated().map { index, row in
            let wrapped = layout.columns.map { row[$0].wrapped(to: layout.widths[$0]) }
            let height = wrapped.map(\.count).max() ?? 0
            let lines = (0..<height).map { line in Self.line(wrapped.map { line < $0.count ? $0[line] : "" }, widths) }
            guard index > 0 else { return lines }
            return lines + self.below(layout.below, of: row).flatMap { "    \($0)".wrapped(to: width) }
        }
    }

    /// What has no column, by name: sentences on lines of their own, the rest on one.
    private func below(_ columns: [Int], of row: [String]) -> [String] {
        let said = columns.filter { !row[$0].isEmpty && row[$0] != "-" }
        func line(_ column: Int) -> String { "\(self.columns[column]): \(row[column])" }
        let words = said.filter { !row[$0].contains(" ") }.map { line($0) }
        return (words.isEmpty ? [] : [words.joined(separator: ", ")])
            + said.filter { row[$0].contains(" ") }.map { line($0) }
    }

    /// One line for the headline and for each row, none wider than `width`; what has no room is cut.
    func cut(to width: Int) -> [String] {
        let cells = [self.headline] + self.rows
        let least = self.columns.indices.map { column in
            // A number that is cut is another number.
            self.rows.allSatisfy { Int($0[column]) != nil || $0[column] == "-" } ? Int.max : 8
        }
        let layout = TableLayout(cells: cells, width: width, leastOf: least)
        let widths = layout.columns.map { layout.widths[$0] }
        return cells.map { row in
            Self.line(layout.columns.map { row[$0].shortened(to: layout.widths[$0]) }, widths)
        }
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        let gap = String(repeating: " ", count: TableLayout.gap)
        let line = zip(cells, widths).map { $0.padding(to: $1) }.joined(separator: gap)
        return String(line.reversed().drop { $0 == " " }.reversed())
    }

    /// One array of objects, a member for each column.
    package var json: String {
        let objects = self.rows.map { row in
            JSONObject(zip(self.columns, row).map { .init(name: $0, value: self.value($1, of: $0)) })
        }
        return JSONValue.array(objects.map { .object($0) }).compact + "\n"
    }

    /// A cell's value; a word in a column of numbers, such as `default`, stays a word.
    private func value(_ cell: String, of column: String) -> JSONValue {
        guard self.numbers.contains(column) else { return .string(cell) }
        if cell.isEmpty || cell == "-" { return .null }
        return JSONNumber(spelling: cell).map { .number($0) } ?? .string(cell)
    }
}

extension JSONValue {
    /// The value on one line, without its end.
    package var compact: String { String(decoding: JSONWriter.encode(self), as: UTF8.self) }
}

/// JSON with one member a line, for people.
package enum PrettyJSON {
    /// The value, its members below each other and further in than `indent`.
    package static func text(_ value: JSONValue, indent: String = "") -> String {
        let inner = indent + "  "
        switch value {
        case .object(let object) where !object.members.isEmpty:
            let lines = object.members.map { member in
                inner + JSONValue.string(member.name).compact + ": " + Self.text(member.value, indent: inner)
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n" + indent + "}"
        case .array(let elements) where !elements.isEmpty:
            return "[\n" + elements.map { inner + Self.text($0, indent: inner) }.joined(separator: ",\n") + "\n"
                + indent + "]"
        case .object, .array, .null, .bool, .number, .string: return value.compact
        }
    }
}
