import FlexpriceSimulator
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FaultScriptTests {
    @Test func `a script changes the faults step by step, each for as long as it says`() async throws {
        let clock = ManualClock()
        var configuration = SimulatorConfiguration(apiKey: "k")
        configuration.clock = clock.clock
        let state = FlexpriceSimulator(configuration).state
        let script = try FaultScript(
            json: Array(
                #"""
                [{"faults":[{"fault":"unauthorized"}]},
                 {"after_milliseconds":5000,"faults":[{"fault":"panic"},{"fault":"black_hole"}]},
                 {"after_milliseconds":1000,"faults":[]}]
                """#.utf8
            )
        )
        let playing = Task { try await script.play(on: state) }
        await clock.untilSomebodySleeps()
        #expect(state.faults.map(\.fault) == [.plain(.unauthorized)])
        clock.advance(by: .seconds(5))
        await clock.untilSomebodySleeps()
        #expect(state.faults.map(\.fault) == [.plain(.panic), .plain(.blackHole)])
        clock.advance(by: .seconds(1))
        try await playing.value
        #expect(state.faults.isEmpty)
    }

    @Test(arguments: [
        "{}", "[5]", #"[{"faults":[{"fault":"nonsense"}]}]"#, #"[{"after_milliseconds":-1,"faults":[]}]"#,
        #"[{"after_milliseconds":5}]"#, #"[{"faults":[{"fault":"answer","status":99}]}]"#,
    ])
    func `a script that makes no sense is refused as a whole`(json: String) {
        #expect(throws: FaultSyntaxError.self) { try FaultScript(json: Array(json.utf8)) }
    }

    @Test func `any answer is given as it is, without the server's own headers`() async throws {
        try await withSimulator { harness in
            harness.state.inject(.answer(status: 418, contentType: "text/html", body: "<p>no</p>"), .next(1))
            let reply = try await harness.send(.POST, "/v1/customers", #"{"external_id":"a","name":"A"}"#)
            #expect(reply.status == 418)
            #expect(reply.body == "<p>no</p>")
            #expect(reply.header("Content-Type") == "text/html")
            #expect(reply.header("X-Request-ID") == nil)
            #expect(harness.state.customerCount == 0)
        }
    }
}
