package import JSON

/// What a watch says of a worker that does not answer.
package struct Silence: Sendable {
    private let sentence: String
    private let age: Duration?

    /// - Parameters:
    ///   - sentence: of ``AdminClient/Answer``.
    ///   - age: since its last answer; `nil` before the first.
    package init(sentence: String, age: Duration?) {
        self.sentence = sentence
        self.age = age
    }

    package var text: String {
        guard let age else { return "\(self.sentence); none has answered yet" }
        let seconds = max(0, age.wholeSeconds)
        return "\(self.sentence); last seen \(seconds < 60 ? "\(seconds) s" : StatusScreen.span(Double(seconds))) ago"
    }

    /// An object as `/status` has it, of a worker that is neither live nor ready.
    package var json: JSONObject {
        JSONObject([
            "live": .bool(false), "ready": .bool(false),
            "reasons": .array([.members(["reason": .string("no_answer"), "detail": .string(self.sentence)])]),
            "last_seen_seconds": self.age.map { .integer(Int(max(0, $0.wholeSeconds))) } ?? .null,
        ])
    }
}

/// What fits a terminal of a status and its trend: no more lines than it has, and none that is wider.
///
/// Readiness and its reasons come first, then the numbers, the trend and the tables. What has no room is cut from the
/// end, and the last line says how much that is; of a table the worst rows stay.
package struct StatusPicture: Sendable {
    private let head: [StyledLine]
    private let tables: [StatusScreen.Table]
    private let columns: Int
    private let rows: Int

    package init(_ screen: StatusScreen, _ trend: StatusTrend, columns: Int, rows: Int) {
        let lines = trend.lines(width: columns)
        self.head = screen.head(columns) + screen.numbers(columns) + (lines.isEmpty ? [] : [""] + lines)
        // Who asks for commands in flight wants to see them first.
        let tables = screen.tables(columns)
        self.tables = tables.filter { $0.noun.hasSuffix("command") } + tables.filter { !$0.noun.hasSuffix("command") }
        self.columns = columns
        self.rows = rows
    }

    package init(_ silence: Silence, _ trend: StatusTrend, columns: Int, rows: Int) {
        let lines = trend.lines(width: columns)
        self.head = silence.text.wrapped(to: columns).map { StyledLine($0, .bad) } + (lines.isEmpty ? [] : [""] + lines)
        self.tables = []
        self.columns = columns
        self.rows = rows
    }

    /// The lines, from the top of the screen.
    package var lines: [StyledLine] {
        let shares = self.shares
        let isWhole = self.head.count <= self.rows && shares.allSatisfy { $0 > 0 }
        guard !isWhole else { return self.cut(self.head + zip(self.tables, shares).flatMap { self.lines(of: $0, $1) }) }
        let kept = zip(self.tables, shares).filter { $0.1 > 0 }
        let used = kept.map { $0.1 }.reduce(0, +)
        let head = self.head.prefix(max(1, self.rows - used - 1))
        var lost: [String] = []
        if head.count < self.head.count { lost.append(Self.count(self.head.count - head.count, "line")) }
        lost += zip(self.tables, shares).filter { $0.1 == 0 }.map { Self.count($0.0.count, $0.0.noun) }
        let tail = StyledLine(
            "… " + lost.joined(separator: ", ").replacing(" ", with: " more ", maxReplacements: 1),
            .faint
        )
        let lines = head + kept.flatMap { self.lines(of: $0.0, $0.1) }
        return self.cut(Array(lines) + (self.rows > 1 ? [tail] : []))
    }

    /// How many lines each table gets, the blank one above it and its headline included: all that it needs, none, or
    /// enough for its headline, a row, and the line that says what is left out.
    private var shares: [Int] {
        let needs = self.tables.map { $0.count + 2 }
        let room = self.rows - self.head.count
        if needs.reduce(0, +) <= room { return needs }
        // The line that names the tables without room.
        var left = room - 1
        var shares = needs.map { need in
            let least = min(need, 4)
            guard left >= least else { return 0 }
            left -= least
            return least
        }
        if !shares.contains(0) { left += 1 }
        while left > 0,
            let next = shares.indices.filter({ shares[$0] > 0 && shares[$0] < needs[$0] })
                .min(by: { shares[$0] < shares[$1] })
        {
            shares[next] += 1
            left -= 1
        }
        return shares
    }

    private func lines(of table: StatusScreen.Table, _ share: Int) -> [StyledLine] {
        let isWhole = share >= table.count + 2
        let lines = (isWhole ? table.text : table.worstFirst).cut(to: self.columns)
        let shown = isWhole ? table.count : share - 3
        let rows = [StyledLine(lines[0], .heading)] + lines.dropFirst().prefix(shown).map { StyledLine($0) }
        let rest = isWhole ? [] : [StyledLine("… \(Self.count(table.count - shown, "more " + table.noun))", .faint)]
        return [""] + rows + rest
    }

    private func cut(_ lines: [StyledLine]) -> [StyledLine] {
        lines.prefix(self.rows).map { StyledLine($0.text.shortened(to: self.columns), $0.style) }
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
