import Testing

@testable import Operations

@Suite struct ProgressLineTests {
    private let news = ProgressNews(
        done: 1_250,
        total: 5_000,
        elapsed: .seconds(7),
        parts: ["1,250 of 5,000 sent back", "98/s", "38s left", "12 left there", "3 failed again"]
    )

    @Test(arguments: [
        (
            110,
            "[######------------------] 1,250 of 5,000 sent back, 98/s, 38s left, 12 left there, 3 failed again"
        ),
        (91, "[####------------] 1,250 of 5,000 sent back, 98/s, 38s left, 12 left there, 3 failed again"),
        (75, "1,250 of 5,000 sent back, 98/s, 38s left, 12 left there, 3 failed again"),
        (70, "1,250 of 5,000 sent back, 98/s, 38s left, 12 left there, …"),
        (40, "1,250 of 5,000 sent back, 98/s, …"), (20, "1,250 of 5,000 sen…"),
    ])
    func `a line gives up its bar, then its last phrases`(_ columns: Int, _ line: String) {
        #expect(self.news.line(columns: columns) == line)
    }

    @Test(arguments: 0...130)
    func `no line reaches the last column`(_ columns: Int) {
        #expect(self.news.line(columns: columns).displayWidth <= max(0, columns - 1))
    }

    @Test func `a bar is full at its end and when there is nothing to do, and never overflows`() {
        for (done, total) in [(5, 5), (0, 0), (9, 5)] {
            let news = ProgressNews(done: done, total: total, elapsed: .zero, parts: ["sent"])
            #expect(news.line(columns: 80) == "[########################] sent")
        }
        #expect(ProgressNews(done: 5, total: nil, elapsed: .zero, parts: ["5 rows"]).line(columns: 80) == "5 rows")
    }
}
