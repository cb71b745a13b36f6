extension ConfigurationReport {
    /// Three aligned columns with a headline, for a terminal; each line ends with a newline.
    package var table: String {
        let cells = [("KEY", "VALUE", "ORIGIN")] + rows.map { ($0.key, Self.cell($0), $0.origin.description) }
        let keyWidth = cells.map(\.0.count).max() ?? 0
        // One long list must not push the origins of all others out of sight.
        let valueWidth = min(cells.map(\.1.count).max() ?? 0, 56)
        return cells.map { key, value, origin in
            Self.padded(key, keyWidth) + "  " + Self.padded(value, valueWidth) + "  " + origin + "\n"
        }
        .joined()
    }

    private static func cell(_ row: Row) -> String {
        row.value.map { LogEscaping.escaped($0) } ?? "-"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
