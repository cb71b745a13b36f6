import Records

/// How far something is, for those who watch it.
package struct ProgressNews: Sendable {
    package let done: Int
    /// How much there is; `nil` while unknown.
    package let total: Int?
    package let elapsed: Duration
    /// What is said of it, in phrases, the most important first.
    package let parts: [String]

    package init(done: Int, total: Int?, elapsed: Duration, parts: [String]) {
        self.done = done
        self.total = total
        self.elapsed = elapsed
        self.parts = parts
    }

    /// A rate, and the time that the rest takes at it.
    package static func pace(_ rate: Double, timeLeft: Duration?) -> [String] {
        ["\(Int(nearest: rate))/s"] + (timeLeft.map { ["\(NumberText.duration($0)) left"] } ?? [])
    }

    /// All that is said, on a line.
    package var text: String { self.parts.joined(separator: ", ") }

    /// A bar and what is said, on a line that has room in a terminal: a longer one would wrap, and could not be drawn
    /// over.
    ///
    /// The bar becomes shorter first, then it is left out, then the last phrases are.
    ///
    /// - Parameter columns: of the terminal; the last one stays free, since some wrap when it is written.
    package func line(columns: Int) -> String {
        let room = max(0, columns - 1)
        if let total {
            let bar = min(24, room - self.text.displayWidth - 3)
            if bar >= 8 {
                let filled = total == 0 ? bar : min(bar, bar * max(0, self.done) / total)
                return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: bar - filled) + "] "
                    + self.text
            }
        }
        if self.text.displayWidth <= room { return self.text }
        for count in (1..<max(1, self.parts.count)).reversed() {
            let text = self.parts.prefix(count).joined(separator: ", ") + ", …"
            if text.displayWidth <= room { return text }
        }
        return self.text.shortened(to: room)
    }
}
