import JSON
import Testing

@testable import Operations

@Suite struct StatusPictureTests {
    private func status(partitions: Int = 3, failures: Int = 2, reason: String? = nil) throws -> JSONObject {
        let rows = (0..<partitions).map { number in
            #"{"topic":"customer_commands","partition":\#(number),"committed":5,"log_end":9,"incomplete":0,"#
                + #""lag":\#(number == 7 ? 900 : number)}"#
        }
        let failed = (0..<failures).map { number in
            #"{"at":"2027-01-15T08:00:0\#(number % 10).123Z","code":"rejected","external_id":"acct_\#(number)","#
                + #""position":"customer_commands/1/\#(number)"}"#
        }
        let reasons = reason.map { #"[{"reason":"intake_paused","detail":"\#($0)"}]"# } ?? "[]"
        let json =
            #"{"version":"1.2.3","live":true,"ready":\#(reason == nil),"reasons":\#(reasons),"uptime_seconds":60,"#
            + #""time":"2027-01-15T08:01:00.000Z","rate_per_second":2,"lag":10,"in_flight":0,"#
            + #""partitions":[\#(rows.joined(separator: ","))],"recent_failures":[\#(failed.joined(separator: ","))]}"#
        return try JSONParser.parseObject(Array(json.utf8))
    }

    private func lines(_ status: JSONObject, _ columns: Int, _ rows: Int) -> [String] {
        var trend = StatusTrend(interval: .seconds(1))
        for second in 0..<90 { trend.add(status, at: .seconds(second)) }
        return StatusPicture(StatusScreen(status), trend, columns: columns, rows: rows).lines.map(\.text)
    }

    @Test func `a terminal of 24 lines has the numbers, the trend, and what has room of the tables`() throws {
        let lines = self.lines(try self.status(partitions: 60, failures: 10), 80, 24)
        #expect(lines.count == 24)
        #expect(lines[0] == "customer-worker 1.2.3: ready, up 1m 0s")
        #expect(lines[8] == "THE LAST 1m 30s, in steps of 2s")
        #expect(lines[13].hasPrefix("TOPIC"))
        // The worst first, since not all are there.
        #expect(lines[14].hasPrefix("customer_commands  7 "))
        #expect(lines[15].hasPrefix("customer_commands  59 "))
        #expect(lines[17] == "… 57 more partitions")
        #expect(lines[19] == "AT         CODE      EXTERNAL_ID  POSITION")
        #expect(lines[20].hasPrefix("08:00:00Z  rejected  acct_0       customer_commands/1/0"))
        #expect(lines[23] == "… 7 more recent failures")
    }

    @Test func `with room for all of them the partitions are in their order`() throws {
        let lines = self.lines(try self.status(partitions: 12), 200, 50)
        #expect(lines.firstIndex { $0.hasPrefix("customer_commands  7 ") } == 21)
        #expect(!lines.contains { $0.contains("…") })
    }

    @Test func `reasons come before everything else, whole`() throws {
        let reason = "the API is failing for all commands (http_503); probes continue until it has recovered"
        #expect(
            self.lines(try self.status(reason: reason), 40, 6) == [
                "NOT READY, up 1m 0s", "  intake_paused: the API is failing for", "    all commands (http_503); probes",
                "    continue until it has recovered", "  rate       2/s, latency p50 -, p95 -,",
                "… 11 more lines, 3 partitions, 2 recent…",
            ]
        )
        #expect(self.lines(try self.status(reason: reason), 10, 1) == ["NOT READY"])
    }

    @Test func `what is left out is counted in the last line`() throws {
        #expect(self.lines(try self.status(), 80, 13).last == "… 3 more partitions, 2 recent failures")
        #expect(self.lines(try self.status(), 80, 10).last == "… 3 more lines, 3 partitions, 2 recent failures")
        #expect(self.lines(try self.status(), 80, 1) == ["customer-worker 1.2.3: ready, up 1m 0s"])
    }

    @Test func `no size makes it larger than the terminal`() throws {
        let status = try self.status(
            partitions: 20,
            failures: 9,
            reason: "a sentence of some length that has to be wrapped"
        )
        for columns in [1, 2, 5, 13, 20, 40, 66, 80, 200] {
            for rows in 1...60 {
                let lines = self.lines(status, columns, rows)
                #expect(lines.count <= rows && !lines.isEmpty, "\(columns)x\(rows)")
                #expect(lines.allSatisfy { $0.displayWidth <= columns }, "\(columns)x\(rows)")
            }
        }
    }

    @Test func `a worker that does not answer is told with its age, and the trend stays`() throws {
        var trend = StatusTrend(interval: .seconds(1))
        for second in 0..<9 { trend.add(try self.status(), at: .seconds(second)) }
        let silence = Silence(sentence: "no worker answers at 127.0.0.1:9464 (refused)", age: .seconds(12))
        let lines = StatusPicture(silence, trend, columns: 80, rows: 24).lines.map(\.text)
        #expect(lines[0] == "no worker answers at 127.0.0.1:9464 (refused); last seen 12 s ago")
        #expect(lines[2].hasPrefix("THE LAST 9s"))
        #expect(Silence(sentence: "nothing", age: .seconds(125)).text == "nothing; last seen 2m 5s ago")
        #expect(Silence(sentence: "nothing", age: nil).text == "nothing; none has answered yet")
        #expect(silence.json["ready"] == .bool(false))
        #expect(silence.json["last_seen_seconds"] == .integer(12))
        #expect(Silence(sentence: "nothing", age: nil).json["last_seen_seconds"] == .null)
    }

    @Test func `plain status fits the terminal's width too, and loses nothing`() throws {
        let screen = StatusScreen(
            try self.status(partitions: 2, failures: 2, reason: "a sentence that is too long for it")
        )
        for width in [30, 50, 80] {
            let text = screen.text(width: width)
            #expect(text.split(separator: "\n").allSatisfy { String($0).displayWidth <= width }, "\(text)")
            #expect(text.contains("acct_1"))
        }
        #expect(screen.text(width: 80, inColour: true).hasPrefix("\u{1B}[1;31mcustomer-worker"))
    }
}
