import JSON
import Testing

@testable import Operations

@Suite struct StatusTrendTests {
    private func status(rate: Int, p99: Double, lag: Int) throws -> JSONObject {
        try JSONParser.parseObject(
            Array(#"{"rate_per_second":\#(rate),"latency_seconds":{"p99":\#(p99)},"lag":\#(lag)}"#.utf8)
        )
    }

    @Test func `a higher value has a higher character, and none has a blank`() {
        #expect(StatusTrend.line([0, 1, 3.5, 7, nil, 7]) == "▁▂▅█ █")
        #expect(StatusTrend.line([0, 0]) == "▁▁")
        #expect(StatusTrend.line([nil]) == " ")
        #expect(StatusTrend.line([-1, .greatestFiniteMagnitude]) == "▁█")
    }

    @Test func `each step is a character, with the largest value beside them`() throws {
        var trend = StatusTrend(interval: .milliseconds(500))
        trend.add(try self.status(rate: 10, p99: 0.02, lag: 0), at: .zero)
        #expect(trend.lines(width: 80).isEmpty)
        trend.add(try self.status(rate: 70, p99: 61, lag: 9), at: .milliseconds(900))
        trend.add(try self.status(rate: 20, p99: 0.02, lag: 0), at: .seconds(1))
        trend.add(nil, at: .seconds(3))
        trend.add(try self.status(rate: 70, p99: 0.02, lag: 9), at: .seconds(4))
        #expect(
            trend.lines(width: 80).map(\.text) == [
                "THE LAST 5s, in steps of 1s", "  rate       █▃  █  at most 70/s", "  p99        █▁  ▁  at most 1m 1s",
                "  lag        █▁  █  at most 9",
            ]
        )
    }

    @Test(arguments: [30, 80, 200])
    func `five minutes fit any terminal`(_ width: Int) throws {
        var trend = StatusTrend(interval: .seconds(1))
        for second in 0..<1_000 {
            trend.add(try self.status(rate: second, p99: 0.1, lag: 1_000 - second), at: .seconds(second))
            #expect(trend.lines(width: width).allSatisfy { $0.text.displayWidth <= max(width, 40) })
        }
        let lines = trend.lines(width: width)
        guard width > 40 else { return }
        #expect(lines[0].text.hasPrefix("THE LAST 5m 0s, in steps of "))
        #expect(lines[1].text.hasSuffix("█  at most 999/s"))
        #expect(lines[3].text.contains("  █"))
    }

    @Test func `steps are no shorter than the interval, and a pause of days is bounded`() throws {
        var trend = StatusTrend(interval: .seconds(60))
        trend.add(try self.status(rate: 1, p99: 0.1, lag: 1), at: .zero)
        trend.add(try self.status(rate: 1, p99: 0.1, lag: 1), at: .seconds(59))
        #expect(trend.lines(width: 80).isEmpty)
        trend.add(try self.status(rate: 2, p99: 0.1, lag: 1), at: .seconds(86_400 * 30))
        #expect(trend.lines(width: 80)[0].text.hasPrefix("THE LAST 5h 0m"))
    }
}
