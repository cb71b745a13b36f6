/// Which columns of a table are beside each other on a terminal, and how wide each is.
///
/// As long as there is room, every column is as wide as its widest cell. Otherwise columns with sentences or with very
/// long words become narrower, to a width in which they can be read; ids, codes and numbers stay whole. Then columns
/// leave the table, to be written below each row: first those that are named as less important, then columns with
/// sentences, then from the last one on.
struct TableLayout: Equatable {
    /// The indices of the columns that are beside each other, in their order.
    private(set) var columns: [Int]
    /// Their widths, by index of the column.
    private(set) var widths: [Int]
    /// The indices of those that are written below.
    var below: [Int] { self.widths.indices.filter { !self.columns.contains($0) && !self.empty.contains($0) } }
    private var empty: Set<Int> = []

    /// Between two columns.
    static let gap = 2
    /// A narrower column of sentences cannot be read.
    private static let narrowest = 20
    /// A longer word may be broken; codes and most ids are shorter.
    private static let longestWord = 24

    /// - Parameters:
    ///   - cells: every row's, the headline's first.
    ///   - width: of the terminal, in columns.
    ///   - secondary: the columns that leave first, in the order in which they do.
    init(cells: [[String]], width: Int, secondary: [Int] = []) {
        let all = cells[0].indices
        let natural = all.map { column in cells.map { $0[column].displayWidth }.max() ?? 0 }
        self.columns = Array(all)
        self.widths = natural
        if self.room(width) >= 0 { return }
        // A column that says nothing takes no room from the others.
        if cells.count > 1 {
            self.empty = Set(all.filter { column in cells.dropFirst().allSatisfy { $0[column].isEmpty } })
        }
        self.columns.removeAll { self.empty.contains($0) }
        let isText = all.map { column in cells.dropFirst().contains { $0[column].contains(" ") } }
        let least = all.map { column in
            guard isText[column] || natural[column] > Self.longestWord else { return natural[column] }
            let word = cells.map { $0[column].longestWord }.max() ?? 0
            return min(natural[column], max(Self.narrowest, min(word, Self.longestWord)))
        }
        self.widths = least
        let leaving = secondary + all.reversed().filter { isText[$0] } + all.reversed()
        for column in leaving where self.room(width) < 0 && self.columns.count > 1 && column != self.columns[0] {
            self.columns.removeAll { $0 == column }
        }
        self.spread(cells, width)
    }

    /// One line a row: columns become narrower, but for numbers, and those that have no room are not shown at all.
    init(cells: [[String]], width: Int, leastOf least: [Int]) {
        let natural = cells[0].indices.map { column in cells.map { $0[column].displayWidth }.max() ?? 0 }
        self.columns = Array(natural.indices)
        self.widths = zip(natural, least).map { min($0, $1) }
        while self.columns.count > 1, self.room(width) < 0 { self.columns.removeLast() }
        self.spread(cells, width)
    }

    /// What is left of the terminal's width; negative when it is too small.
    private func room(_ width: Int) -> Int {
        width - self.columns.map { self.widths[$0] }.reduce(0, +) - Self.gap * (self.columns.count - 1)
    }

    /// Gives the columns what is left: first where the fewest columns make the most cells whole, and the rest to the
    /// narrower ones.
    private mutating func spread(_ cells: [[String]], _ width: Int) {
        if self.room(width) < 0 { self.widths[self.columns[0]] = max(1, width) }
        let cellWidths = cells[0].indices.map { column in cells.map { $0[column].displayWidth }.sorted() }
        while let best = self.bestGrowth(cellWidths, upTo: self.room(width)) { self.widths[best.column] = best.width }
        while self.room(width) > 0 {
            let growing = self.columns.filter { self.widths[$0] < cellWidths[$0].last ?? 0 }
            guard let column = growing.min(by: { self.widths[$0] < self.widths[$1] }) else { return }
            self.widths[column] += 1
        }
    }

    /// A wider column with the most cells that are whole by it, for each column of the terminal that it takes.
    private func bestGrowth(_ cellWidths: [[Int]], upTo room: Int) -> (column: Int, width: Int)? {
        var best: (column: Int, width: Int, gain: Double)?
        for column in self.columns {
            let current = self.widths[column]
            for (index, width) in cellWidths[column].enumerated() where width > current && width <= current + room {
                let before = cellWidths[column].prefix { $0 <= current }.count
                let gain = Double(index + 1 - before) / Double(width - current)
                if gain > best?.gain ?? 0 { best = (column, width, gain) }
            }
        }
        return best.map { ($0.column, $0.width) }
    }
}
