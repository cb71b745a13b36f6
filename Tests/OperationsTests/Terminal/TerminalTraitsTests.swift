import Testing

@testable import Operations

@Suite struct TerminalTraitsTests {
    private func traits(_ environment: [String: String], columns: Int = 100, rows: Int = 30) -> TerminalTraits {
        TerminalTraits(columns: columns, rows: rows, environment: environment)
    }

    @Test func `a terminal has its own size, unless the environment or nothing says another`() {
        #expect(self.traits(["TERM": "xterm"]).columns == 100)
        #expect(self.traits(["COLUMNS": "60", "LINES": "9"]).columns == 60)
        #expect(self.traits(["COLUMNS": "60", "LINES": "9"]).rows == 30)
        #expect(self.traits(["LINES": "9"], rows: 0).rows == 9)
        #expect(self.traits([:], columns: 0, rows: 0).columns == 80)
        #expect(self.traits([:], columns: 0, rows: 0).rows == 24)
    }

    @Test(arguments: ["0", "-1", "wide", "", "99999999999999999999"])
    func `a size that is none is not taken`(_ value: String) {
        #expect(self.traits(["COLUMNS": value]).columns == 100)
    }

    @Test(arguments: [
        (["TERM": "xterm"], true, true), (["TERM": "xterm", "NO_COLOR": "1"], true, false),
        (["TERM": "dumb"], false, false),
        (["TERM": "xterm", "NO_COLOR": ""], true, true), ([:], false, false),
    ])
    func `NO_COLOR turns the colours off, and nothing is drawn on a dumb terminal`(
        _ environment: [String: String],
        _ draws: Bool,
        _ hasColours: Bool
    ) {
        #expect(self.traits(environment).canDraw == draws)
        #expect(self.traits(environment).hasColours == hasColours)
    }

    @Test func `a file is no terminal`() {
        #expect(TerminalTraits(of: -1, environment: ["TERM": "xterm", "COLUMNS": "80"]) == nil)
    }

    @Test func `a colour surrounds a line, and a plain line has none`() {
        #expect(StyledLine("a", .bad).rendered(inColour: true) == "\u{1B}[1;31ma\u{1B}[0m")
        #expect(StyledLine("a", .bad).rendered(inColour: false) == "a")
        #expect(StyledLine("a").rendered(inColour: true) == "a")
    }
}
