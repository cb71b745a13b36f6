import CustomerContract
import FlexpriceAPI
import JSON
import Testing

/// What answers lead to, by hand: more of them than a simulator gives.
@Suite struct AnswerReadingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let status: Int
        var body = ""
        var isJSON = true
        let decision: AnswerDecision
        var reason: String?
        var row: String?

        var testDescription: String { "\(self.status) \(self.body.prefix(50)) → \(self.decision.rawValue)" }
    }

    private static let customer = #"{"id":"cust_1","external_id":"acct_8412","name":"Acme"}"#
    private static let exists =
        #"{"code":"already_exists","message":"A customer with this identifier already exists","#
        + #""http_status_code":409,"details":{"external_id":"acct_8412"}}"#
    /// The customer with an unknown member of arrays in arrays.
    private static func deep(_ customer: String, _ depth: Int) -> String {
        let brackets = String(repeating: "[", count: depth) + "\"]\\\"[\"" + String(repeating: "]", count: depth)
        return customer.dropLast() + #","later":\#(brackets),"last":1}"#
    }
    private static let html = "<html><body><h1>Oh</h1></body></html>"

    static let rows: [Row] = [
        Row(status: 201, body: customer, decision: .created),
        Row(status: 201, body: customer, isJSON: false, decision: .created),
        Row(status: 201, body: "\u{FEFF}" + customer, decision: .created),
        Row(status: 201, body: deep(customer, 10_000), decision: .created),
        Row(status: 201, body: "", decision: .lookUp, reason: "unreadable_answer"),
        Row(status: 201, body: #"{"id":"cust_1","external"#, decision: .lookUp, reason: "unreadable_answer"),
        Row(status: 201, body: html, isJSON: false, decision: .lookUp, reason: "unreadable_answer"),
        Row(
            status: 201,
            body: #"{"id":"cust_1","external_id":"ACCT_8412"}"#,
            decision: .retryInDoubt,
            reason: "another_customer"
        ),
        Row(status: 201, body: #"{"id":"cust_1"}"#, decision: .lookUp, reason: "unreadable_answer"),
        Row(status: 201, body: #"{"external_id":"acct_8412"}"#, decision: .lookUp, reason: "unreadable_answer"),
        Row(status: 201, body: #"{"id":"","external_id":"acct_8412"}"#, decision: .lookUp),
        Row(status: 201, body: #"{"id":5,"external_id":"acct_8412"}"#, decision: .lookUp),
        Row(status: 201, body: #"{"id":"c","external_id":"acct_8412","status":"archived"}"#, decision: .lookUp),
        Row(status: 201, body: #"{"id":"c","external_id":"acct_8412","status":"deleted"}"#, decision: .lookUp),
        Row(status: 202, isJSON: false, decision: .configurationError, reason: "not_the_api"),
        Row(status: 200, body: customer, decision: .retryInDoubt, reason: "unexpected_success"),
        Row(status: 202, body: "{}", decision: .retryInDoubt, reason: "unexpected_success"),
        Row(status: 200, body: html, isJSON: false, decision: .configurationError, reason: "not_the_api"),
        Row(status: 204, isJSON: false, decision: .configurationError, reason: "not_the_api"),
        Row(status: 301, decision: .configurationError, reason: "redirect"),
        Row(status: 302, decision: .configurationError, reason: "redirect"),
        Row(status: 307, decision: .configurationError, reason: "redirect"),
        Row(status: 308, decision: .configurationError, reason: "redirect"),
        Row(status: 400, body: #"{"code":"validation_error","message":"m"}"#, decision: .rejected),
        Row(status: 400, body: #"{"success":false,"error":{"message":"m"}}"#, decision: .rejected),
        Row(status: 400, body: #"{"message":"Bad Request"}"#, decision: .retry, reason: "foreign_refusal"),
        Row(status: 400, body: #"{"error":{"message":"m"}}"#, decision: .retry, reason: "foreign_refusal"),
        Row(status: 400, isJSON: false, decision: .retry, reason: "foreign_refusal"),
        Row(status: 400, body: html, isJSON: false, decision: .retry, reason: "foreign_refusal"),
        Row(status: 402, body: html, isJSON: false, decision: .retry, reason: "foreign_refusal"),
        Row(status: 407, body: html, isJSON: false, decision: .configurationError, reason: "proxy_login"),
        Row(status: 401, body: #"{"error":"Unauthorized"}"#, decision: .pause, reason: "unauthorized"),
        Row(status: 401, isJSON: false, decision: .pause, reason: "unauthorized"),
        Row(status: 403, body: #"{"message":"insufficient permissions"}"#, decision: .pause, reason: "forbidden"),
        Row(status: 403, body: html, isJSON: false, decision: .pause, reason: "blocked"),
        Row(
            status: 404,
            body: #"{"code":"not_found","message":"Taxrate with code X was not found"}"#,
            decision: .rejected
        ),
        Row(
            status: 404,
            body: #"{"success":false,"error":{"message":"no tax rate","details":{"taxrate_code":"X"}}}"#,
            decision: .rejected
        ),
        Row(
            status: 404,
            body: "404 page not found",
            isJSON: false,
            decision: .configurationError,
            reason: "wrong_base_url"
        ),
        Row(
            status: 404,
            body: #"{"message":"no Route matched"}"#,
            decision: .configurationError,
            reason: "wrong_base_url"
        ),
        Row(status: 405, isJSON: false, decision: .configurationError, reason: "not_the_api"),
        Row(
            status: 400,
            body: "Client sent an HTTP request to an HTTPS server.\n",
            isJSON: false,
            decision: .configurationError,
            reason: "wants_tls"
        ),
        Row(status: 408, body: html, isJSON: false, decision: .retry, reason: "http_408"),
        Row(status: 409, body: exists, decision: .lookUp, row: "create.conflict"),
        Row(
            status: 409,
            body: #"{"success":false,"error":{"message":"m","details":{"external_id":"acct_8412"}}}"#,
            decision: .lookUp,
            row: "create.conflict"
        ),
        Row(
            status: 409,
            body: #"{"code":"already_exists","message":"Tax association","details":{"entity_id":"cust_9"}}"#,
            decision: .lookUp,
            row: "create.other_conflict"
        ),
        Row(
            status: 409,
            body: #"{"details":{"external_id":"Acct_8412"}}"#,
            decision: .lookUp,
            row: "create.another_conflict"
        ),
        Row(status: 409, body: html, isJSON: false, decision: .lookUp, row: "create.foreign_conflict"),
        Row(status: 409, body: #"{"message":"Conflict"}"#, decision: .lookUp, row: "create.foreign_conflict"),
        Row(status: 410, isJSON: false, decision: .configurationError, reason: "wrong_base_url"),
        Row(status: 413, body: html, isJSON: false, decision: .rejected),
        Row(status: 415, body: html, isJSON: false, decision: .rejected),
        Row(status: 422, body: #"{"message":"m"}"#, decision: .retry, reason: "foreign_refusal"),
        Row(status: 422, body: #"{"code":"validation_error","message":"m"}"#, decision: .rejected),
        Row(status: 425, decision: .retry, reason: "http_425"),
        Row(status: 429, body: #"{"error":"Rate limit exceeded."}"#, decision: .slowDown, reason: "http_429"),
        Row(status: 500, body: #"{"code":"database_error","message":"m"}"#, decision: .retry, reason: "http_500"),
        Row(status: 500, isJSON: false, decision: .retryInDoubt, reason: "http_500"),
        Row(status: 500, body: html, isJSON: false, decision: .retry, reason: "http_500"),
        Row(status: 501, decision: .retry, reason: "http_501"),
        Row(status: 502, body: html, isJSON: false, decision: .retryInDoubt, reason: "http_502"),
        Row(status: 503, body: html, isJSON: false, decision: .slowDown, reason: "http_503"),
        Row(status: 504, body: html, isJSON: false, decision: .retryInDoubt, reason: "http_504"),
        Row(status: 499, decision: .retryInDoubt, reason: "http_499"),
        Row(status: 519, decision: .retry, reason: "http_519"),
        Row(status: 520, body: html, isJSON: false, decision: .retryInDoubt, reason: "http_520"),
        Row(status: 524, decision: .retryInDoubt, reason: "http_524"),
        Row(status: 527, decision: .retryInDoubt, reason: "http_527"),
        Row(status: 528, decision: .retry, reason: "http_528"),
        Row(status: 530, decision: .retryInDoubt, reason: "http_530"),
        Row(status: 598, decision: .retryInDoubt, reason: "http_598"),
        Row(status: 599, decision: .retryInDoubt, reason: "http_599"),
        Row(status: 600, decision: .retry, reason: "http_invalid"),
    ]

    @Test(arguments: rows)
    func `an answer leads to`(row: Row) {
        let reading = Self.reading(answer(row.status, row.body, isJSON: row.isJSON))
        let found = reading.row
        #expect(found.decision == row.decision)
        if let reason = row.reason { #expect(found.reason(status: row.status) == reason) }
        if let id = row.row { #expect(found.id == id) }
    }

    @Test func `a created customer is passed on with every field, known or not, in its order`() throws {
        let body = #"{"id":"cust_1","external_id":"acct_8412","later":{"n":1.50},"name":"Äcme <&>"}"#
        let customer = try #require(Self.reading(answer(201, body)).object)
        #expect(String(decoding: CustomerDocument(customer).json, as: UTF8.self) == body)
    }

    @Test func `a composed id in the answer is not the decomposed one that was sent`() {
        let body = "{\"id\":\"cust_1\",\"external_id\":\"caf\u{E9}\"}"
        #expect(Self.reading(answer(201, body), id: "cafe\u{301}").row.id == "create.another_customer")
    }

    @Test(arguments: 100..<700)
    func `no status traps, and none but 201 creates`(status: Int) {
        let decision = Self.reading(answer(status, Self.customer)).row.decision
        #expect((decision == .created) == (status == 201))
        for request in AnswerRow.Request.allCases {
            let reading = AnswerReading(.answered(answer(status)), of: request, externalID: ExternalID("a"))
            #expect(reading.row.request == request)
            #expect(reading.row.decision != .created)
        }
    }

    @Test(arguments: [
        (200, #"{"items":[{"id":"cust_1","external_id":"a"}],"pagination":{"total":1}}"#, "cust_1"),
        (200, #"{"items":[{"id":"cust_1","external_id":"A"},{"id":"cust_2","external_id":"a"}]}"#, "cust_2"),
        (200, #"{"items":[5,null,{"id":"cust_2","external_id":"a"}]}"#, "cust_2"), (200, #"{"items":[]}"#, "none"),
        (200, #"{"items":[{"id":"cust_1","external_id":"a "}]}"#, "none"),
        (200, #"{"items":[{"id":"cust_1","external_id":"a","status":"archived"}]}"#, "none"),
        (200, #"{"items":[{"external_id":"a"},{"id":"cust_2","external_id":"a","status":"published"}]}"#, "cust_2"),
        (200, #"{"items":[{"id":"cust_1","external_id":null}]}"#, "none"), (200, #"{"items":null}"#, "retry"),
        (200, "{}", "retry"), (200, "", "retry"), (200, "[]", "retry"), (200, "<html></html>", "retry"),
        (200, #"{"items":[{"id":"cust_1","external_id":"a"}"#, "retry"), (201, #"{"items":[]}"#, "retry"),
        (204, "", "retry"), (400, #"{"items":[]}"#, "retry"), (401, #"{"error":"Unauthorized"}"#, "pause"),
        (403, "", "pause"), (404, #"{"code":"not_found"}"#, "retry"), (429, "", "slow_down"), (500, "", "retry"),
        (503, "", "slow_down"),
    ])
    func `an answer to a search leads to`(status: Int, body: String, expected: String) {
        let reading = AnswerReading(.answered(answer(status, body)), of: .search, externalID: ExternalID("a"))
        let decision = reading.row.decision
        let found = reading.foundCustomer?["id"]?.stringValue ?? "none"
        #expect((decision == .lookUp ? found : decision.rawValue) == expected)
    }

    private static func reading(_ answer: HTTPAnswer, id: String = "acct_8412") -> AnswerReading {
        AnswerReading(.answered(answer), of: .create, externalID: ExternalID(id))
    }
}
