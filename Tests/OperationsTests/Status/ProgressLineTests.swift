import Testing

@testable import Operations

@Suite struct ProgressLineTests {
    @Test func `with room there is a whole bar`() {
        let line = ProgressLine(["1 of 2 sent back"], share: 0.5).text(columns: 79)
        #expect(line == "[############------------] 1 of 2 sent back")
        #expect(ProgressLine(["5 sent"], share: nil).text(columns: 79) == "5 sent")
    }

    @Test func `the bar gives way to the words`() {
        let words = String(repeating: "x", count: 60)
        #expect(ProgressLine([words], share: 1).text(columns: 79) == "[################] \(words)")
        #expect(ProgressLine([words, words], share: 1).text(columns: 130) == "\(words), \(words)")
    }

    @Test(arguments: [0, 1, 10, 40, 79, 120])
    func `no line is wider than the terminal`(_ columns: Int) {
        let parts = ["1,240,000 of 1,240,000 sent back", "193/s", "1h 47m left", "12,345 stay", "3,210 failed again"]
        for count in 1...parts.count {
            for share in [nil, -1, 0, 0.5, 1, 7] {
                let line = ProgressLine(Array(parts.prefix(count)), share: share).text(columns: columns)
                #expect(line.count <= max(1, columns))
            }
        }
    }
}
