/// One line on how far something is, no wider than its terminal: a longer one could not be drawn over itself.
package struct ProgressLine: Sendable {
    private let parts: [String]
    private let share: Double?

    /// The characters of a bar where there is room for it, without its brackets.
    private static let widestBar = 24
    /// A shorter bar says less than the numbers beside it.
    private static let shortestBar = 8

    /// - Parameters:
    ///   - parts: What is said of it, the most important first.
    ///   - share: The part that is done, 0 to 1; `nil` while unknown, then there is no bar.
    package init(_ parts: [String], share: Double?) {
        self.parts = parts
        self.share = share
    }

    /// The line: the bar is shortened before the words are, and is left out before anything is cut.
    package func text(columns: Int) -> String {
        let words = self.parts.joined(separator: ", ")
        let room = columns - words.count - "[] ".count
        if let share, room >= Self.shortestBar {
            let width = min(room, Self.widestBar)
            let filled = min(width, max(0, Int(Double(width) * share)))
            let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
            return "[\(bar)] \(words)"
        }
        guard words.count > columns else { return words }
        return words.prefix(max(0, columns - 1)) + "…"
    }
}
