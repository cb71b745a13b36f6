import CustomerContract
import FlexpriceAPI
import Testing

/// The table of what an answer to a create means.
@Suite struct CreateMeaningTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let status: Int
        var body = ""
        var isJSON = true
        let meaning: String

        var testDescription: String { "\(self.status) \(self.body.prefix(50)) → \(self.meaning)" }
    }

    private static let customer = #"{"id":"cust_1","external_id":"acct_8412","name":"Acme"}"#
    private static let exists =
        #"{"code":"already_exists","message":"A customer with this identifier already exists","#
        + #""http_status_code":409,"details":{"external_id":"acct_8412"}}"#
    private static let html = "<html><body><h1>Oh</h1></body></html>"

    static let rows: [Row] = [
        Row(status: 201, body: customer, meaning: "created"),
        Row(status: 201, body: customer, isJSON: false, meaning: "created"),
        Row(status: 201, body: "", meaning: "passing unreadable_answer"),
        Row(status: 201, body: #"{"id":"cust_1","external"#, meaning: "passing unreadable_answer"),
        Row(status: 201, body: html, isJSON: false, meaning: "passing unreadable_answer"),
        Row(status: 201, body: #"{"id":"cust_1","external_id":"ACCT_8412"}"#, meaning: "passing another_customer"),
        Row(status: 201, body: #"{"id":"cust_1"}"#, meaning: "passing another_customer"),
        Row(status: 201, body: #"{"external_id":"acct_8412"}"#, meaning: "passing another_customer"),
        Row(status: 201, body: #"{"id":5,"external_id":"acct_8412"}"#, meaning: "passing another_customer"),
        Row(status: 200, body: customer, meaning: "passing unexpected_success"),
        Row(status: 202, body: "{}", meaning: "passing unexpected_success"),
        Row(status: 200, body: html, isJSON: false, meaning: "everybodys wrong_base_url"),
        Row(status: 204, isJSON: false, meaning: "everybodys wrong_base_url"),
        Row(status: 301, meaning: "everybodys redirect"), Row(status: 302, meaning: "everybodys redirect"),
        Row(status: 307, meaning: "everybodys redirect"), Row(status: 308, meaning: "everybodys redirect"),
        Row(status: 400, body: #"{"code":"validation_error","message":"m"}"#, meaning: "rejected validation_error"),
        Row(status: 400, body: #"{"success":false,"error":{"message":"m"}}"#, meaning: "rejected -"),
        Row(status: 400, body: html, isJSON: false, meaning: "rejected -"),
        Row(status: 401, body: #"{"error":"Unauthorized"}"#, meaning: "everybodys unauthorized"),
        Row(status: 401, isJSON: false, meaning: "everybodys unauthorized"),
        Row(status: 403, body: #"{"message":"insufficient permissions"}"#, meaning: "everybodys forbidden"),
        Row(status: 403, body: html, isJSON: false, meaning: "everybodys forbidden"),
        Row(
            status: 404,
            body: #"{"code":"not_found","message":"Taxrate with code X was not found"}"#,
            meaning: "rejected not_found"
        ),
        Row(
            status: 404,
            body: #"{"success":false,"error":{"message":"no tax rate","details":{"taxrate_code":"X"}}}"#,
            meaning: "rejected -"
        ),
        Row(status: 404, body: "404 page not found", isJSON: false, meaning: "everybodys wrong_base_url"),
        Row(status: 404, body: #"{"message":"no Route matched"}"#, meaning: "everybodys wrong_base_url"),
        Row(status: 405, isJSON: false, meaning: "everybodys wrong_base_url"),
        Row(status: 408, body: html, isJSON: false, meaning: "passing http_408"),
        Row(status: 409, body: exists, meaning: "conflict ours"),
        Row(
            status: 409,
            body: #"{"success":false,"error":{"message":"m","details":{"external_id":"acct_8412"}}}"#,
            meaning: "conflict ours"
        ),
        Row(
            status: 409,
            body: #"{"code":"already_exists","message":"Tax association","details":{"entity_id":"cust_9"}}"#,
            meaning: "conflict another's"
        ),
        Row(status: 409, body: #"{"details":{"external_id":"Acct_8412"}}"#, meaning: "conflict another's"),
        Row(status: 409, body: html, isJSON: false, meaning: "conflict another's"),
        Row(status: 410, isJSON: false, meaning: "everybodys wrong_base_url"),
        Row(status: 413, body: html, isJSON: false, meaning: "rejected -"),
        Row(status: 415, body: html, isJSON: false, meaning: "rejected -"),
        Row(status: 422, body: #"{"message":"m"}"#, meaning: "rejected -"),
        Row(status: 425, meaning: "passing http_425"),
        Row(status: 429, body: #"{"error":"Rate limit exceeded."}"#, meaning: "passing http_429"),
        Row(status: 500, body: #"{"code":"database_error","message":"m"}"#, meaning: "passing http_500"),
        Row(status: 500, isJSON: false, meaning: "passing http_500"),
        Row(status: 501, meaning: "passing http_501"),
        Row(status: 502, body: html, isJSON: false, meaning: "passing http_502"),
        Row(status: 503, body: html, isJSON: false, meaning: "passing http_503"),
        Row(status: 504, body: html, isJSON: false, meaning: "passing http_504"),
        Row(status: 599, meaning: "passing http_599"),
    ]

    @Test(arguments: rows)
    func `an answer means`(row: Row) {
        let answer = answer(row.status, row.body, isJSON: row.isJSON)
        #expect(Self.name(CreateMeaning(answer, externalID: ExternalID("acct_8412"))) == row.meaning)
    }

    private static func name(_ meaning: CreateMeaning) -> String {
        switch meaning {
        case .created: "created"
        case .conflict(_, let isOurs): isOurs ? "conflict ours" : "conflict another's"
        case .rejected(let body): "rejected \(body.code ?? "-")"
        case .passing(let reason): "passing \(reason)"
        case .everybodys(let reason, _): "everybodys \(reason)"
        }
    }

    @Test func `a created customer is passed on with every field, known or not, in its order`() {
        let body = #"{"id":"cust_1","external_id":"acct_8412","later":{"n":1.50},"name":"Äcme <&>"}"#
        guard case .created(let customer) = CreateMeaning(answer(201, body), externalID: ExternalID("acct_8412")) else {
            Issue.record("not created")
            return
        }
        #expect(String(decoding: customer.json, as: UTF8.self) == body)
    }

    @Test func `a composed id in the answer is not the decomposed one that was sent`() {
        let body = "{\"id\":\"cust_1\",\"external_id\":\"caf\u{E9}\"}"
        let meaning = CreateMeaning(answer(201, body), externalID: ExternalID("cafe\u{301}"))
        #expect(Self.name(meaning) == "passing another_customer")
    }

    @Test(arguments: 100..<700)
    func `no status traps, and none but 201 creates`(status: Int) {
        let meaning = CreateMeaning(answer(status, Self.customer), externalID: ExternalID("acct_8412"))
        #expect((Self.name(meaning) == "created") == (status == 201))
    }
}
