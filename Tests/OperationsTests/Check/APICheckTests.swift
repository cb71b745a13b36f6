import FlexpriceAPI
import Testing

@testable import Operations

@Suite struct APICheckTests {
    private static func answer(_ status: Int, _ body: String = "", isJSON: Bool = true) -> Exchange {
        .answered(HTTPAnswer(status: status, isJSON: isJSON, body: Array(body.utf8)))
    }

    @Test(arguments: [
        (answer(200, #"{"status":"ok"}"#), CheckFinding.State.fine),
        (answer(200, "<html></html>", isJSON: false), .warning), (answer(404, "x", isJSON: false), .warning),
        (answer(307), .failed(.configuration)), (.unanswered(.notConnected("refused")), .failed(.unavailable)),
        (.unanswered(.interrupted("deadline")), .failed(.unavailable)),
        (.unanswered(.notTrusted("unknown CA")), .failed(.configuration)),
    ])
    func `the answer to health says whether the API is there`(exchange: Exchange, state: CheckFinding.State) {
        let finding = APICheck.reach(exchange, "https://api/v1")
        #expect(finding.state == state)
        #expect(finding.remedy.isEmpty == (state == .fine))
    }

    @Test(arguments: [
        (answer(200, #"{"id":"u","roles":["all_writer"]}"#), CheckFinding.State.fine),
        (answer(200, #"{"id":"u","roles":["all_reader","super_admin"]}"#), .fine),
        (answer(200, #"{"id":"u","roles":["event_ingestor"]}"#), .warning),
        (answer(200, #"{"id":"u","roles":[]}"#), .warning), (answer(200, #"{"id":"u"}"#), .warning),
        (answer(403, #"{"message":"insufficient permissions"}"#), .warning),
        (answer(404, #"{"code":"not_found","message":"User was not found","http_status_code":404}"#), .warning),
        (answer(200, "<html></html>", isJSON: false), .failed(.configuration)),
        (answer(401, #"{"error":"Unauthorized"}"#), .failed(.notPermitted)), (answer(403), .failed(.notPermitted)),
        (answer(404, "404 page not found", isJSON: false), .failed(.configuration)),
        (answer(301), .failed(.configuration)), (answer(429), .failed(.unavailable)),
        (answer(503, "<html></html>", isJSON: false), .failed(.unavailable)),
        (.unanswered(.interrupted("deadline")), .failed(.unavailable)),
    ])
    func `the answer to users-me says whether the key is any good`(exchange: Exchange, state: CheckFinding.State) {
        #expect(APICheck.key(exchange).state == state)
    }

    @Test func `the code of a report is that of its first failure`() {
        #expect(Self.status([]) == .success)
        #expect(Self.status([.fine, .warning, .skipped]) == .success)
        #expect(Self.status([.warning, .failed(.unavailable), .failed(.configuration)]) == .unavailable)
        #expect(Self.status([.failed(.configuration), .failed(.notPermitted)]) == .configuration)
        #expect(Self.status([.fine, .failed(.failure)]) == .failure)
    }

    private static func status(_ states: [CheckFinding.State]) -> Operations.ExitStatus {
        states.map { CheckFinding("x", $0, "") }.status
    }
}
