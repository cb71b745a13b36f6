import CustomerContract
import FlexpriceAPI
import JSON
import Records
import Testing

@testable import CommandWorker
@testable import Operations

@Suite struct StatusScreenTests {
    private func screen(_ inspection: WorkerInspection?, silence: Duration = .zero) throws -> StatusScreen {
        var activity = RecentActivity()
        if let inspection { activity.add(inspection) }
        let view = WorkerWatch.View.sample(inspection, silence: silence, activity: activity)
        let report = StatusReport(view: view, now: UnixMilliseconds(1_800_000_000_000))
        return StatusScreen(try JSONParser.parseObject(report.json))
    }

    @Test func `a worker that is well is drawn in a few lines`() throws {
        let screen = try self.screen(.sample(uptime: .seconds(11_520), created: 4))
        #expect(screen.isReady)
        #expect(
            screen.text(width: nil) == """
                customer-worker \(BuildInfo.version): ready, up 3h 12m
                  rate       -/s, latency p50 20 ms, p95 20 ms, p99 20 ms
                  results    created 4
                  in flight  0, of which none
                  oldest     0 ms
                  intake     flows
                  lag        10

                TOPIC              PARTITION  COMMITTED  LOG_END  LAG  INCOMPLETE
                customer_commands  0          90         100      10   3

                """
        )
    }

    @Test func `the slowest commands are a table of their own`() throws {
        let json =
            #"{"slowest":[{"external_id":"anna","age_seconds":12.345,"stage":"requesting","attempts":2,"#
            + #""retrying":true,"position":"c/0/7","waits_for":"the API's answer to attempt 2"}]}"#
        let screen = StatusScreen(try JSONParser.parseObject(Array(json.utf8)))
        #expect(
            screen.text(width: nil).hasSuffix(
                """
                EXTERNAL_ID  AGE_SECONDS  STAGE       ATTEMPTS  RETRYING  POSITION  WAITS_FOR
                anna         12.345       requesting  2         true      c/0/7     the API's answer to attempt 2

                """
            )
        )
    }

    @Test func `intake does not flow without brokers, and an old lag says so`() throws {
        let away = WorkerInspection.sample(stops: [.brokersUnreachable(nil)], brokerSilence: .seconds(66))
        let text = try self.screen(away).text(width: nil)
        #expect(text.contains("  intake     stopped by brokers_unreachable\n"))
        #expect(text.contains("  lag        10, as of 1m 6s ago\n"))
        // A partition without a leader stops itself alone.
        let leaderless = WorkerInspection.sample(stops: [.leaderMissing([], refusal: nil)])
        #expect(try self.screen(leaderless).text(width: nil).contains("  intake     flows\n"))
    }

    @Test(arguments: ["1e300", "-1e300", "9e18", "1e999"])
    func `numbers that no worker would tell are drawn too`(_ number: String) throws {
        let json =
            #"{"uptime_seconds":\#(number),"oldest_unfinished_seconds":\#(number),"#
            + #""latency_seconds":{"p50":\#(number)},"intake":{"blocked_by":"x","next_probe_seconds":\#(number)}}"#
        #expect(StatusScreen(try JSONParser.parseObject(Array(json.utf8))).text(width: nil).contains("up "))
    }

    @Test func `what is missing stands first`() throws {
        let screen = try self.screen(.sample { $0.intakeBlock = "http_503" })
        #expect(!screen.isReady)
        let lines = screen.text(width: nil).split(separator: "\n")
        #expect(lines[0].hasSuffix("NOT READY, up 1m 40s"))
        #expect(lines[1].hasPrefix("  intake_paused: the API is failing for all commands (http_503)"))
        #expect(screen.text(width: nil).contains("intake     stopped by http_503"))
    }

    @Test func `a stuck worker and one that has not begun are drawn too`() throws {
        #expect(try self.screen(.sample(), silence: .seconds(60)).text(width: nil).contains(": STUCK"))
        #expect(try self.screen(nil).text(width: nil).contains("starting: the loop has not begun"))
    }

    @Test func `nothing that comes from a command reaches the terminal as a control character`() throws {
        let status = try JSONParser.parseObject(
            Array(#"{"version":"1","recent_failures":[{"external_id":"a\u001b[2Jb\nc"}]}"#.utf8)
        )
        let text = StatusScreen(status).text(width: nil)
        #expect(text.contains(#"a\u001b[2Jb\nc"#))
        #expect(!text.contains("\u{1B}"))
    }

    @Test(arguments: [("acct_1", "acct_1"), ("a b&c=d", "a%20b%26c%3Dd"), ("é\n", "%C3%A9%0A"), ("~-._", "~-._")])
    func `an external_id survives the query`(_ id: String, _ encoded: String) {
        #expect(HTTPTransport.percentEncoded(id) == encoded)
    }
}
