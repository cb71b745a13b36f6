import CustomerContract
import FlexpriceAPI
import JSON
import Testing

@Suite struct ErrorBodyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let body: String
        var code: String?
        var message: String?
        var details: String?

        var testDescription: String { String(self.body.prefix(60)) }
    }

    static let cases = [
        Case(
            body: #"{"code":"already_exists","message":"A customer with this identifier already exists","#
                + #""http_status_code":409,"details":{"external_id":"acct_8412"}}"#,
            code: "already_exists",
            message: "A customer with this identifier already exists",
            details: #"{"external_id":"acct_8412"}"#
        ),
        Case(
            body: #"{"code":"validation_error","message":"Invalid request format","http_status_code":400}"#,
            code: "validation_error",
            message: "Invalid request format"
        ),
        Case(body: #"{"error":"Unauthorized"}"#, message: "Unauthorized"),
        Case(
            body: #"{"error":"Access denied","message":"Invalid or inaccessible environment"}"#,
            message: "Invalid or inaccessible environment"
        ),
        Case(body: #"{"message":"insufficient permissions"}"#, message: "insufficient permissions"),
        Case(
            body: #"{"success":false,"error":{"message":"Exists","internal_error":"x","details":{"external_id":"a"}}}"#,
            message: "Exists",
            details: #"{"external_id":"a"}"#
        ),
        Case(body: #"{"success":false,"error":{}}"#),
        Case(body: #"{"code":5,"message":null,"details":[]}"#),
        Case(body: "{}"), Case(body: ""), Case(body: "null"), Case(body: "[]"), Case(body: #""text""#),
        Case(body: "<html><body>502 Bad Gateway</body></html>"), Case(body: "404 page not found"),
        Case(body: #"{"code":"already_exists","mess"#), Case(body: "{\"message\":\"\u{0}\"}"),
        Case(body: "\u{FEFF}{\"message\":\"m\"}", message: "m"),
        Case(body: #"{"error":"API key sk_01K3A7Z9Q4M8 is not valid"}"#, message: "API key sk_*** is not valid"),
        Case(
            body: #"{"code":"c","message":"task_0123456789 sk_no sk_0123456","details":{"k":["(sk_01234567)",1]}}"#,
            code: "c",
            message: "task_0123456789 sk_no sk_***",
            details: #"{"k":["(sk_***)",1]}"#
        ),
        Case(
            body: #"{"message":"\#(String(repeating: "x", count: 2_000))"}"#,
            message: String(repeating: "x", count: 1_024)
        ),
    ]

    @Test(arguments: cases)
    func `every shape is read as far as it goes, and anything else is empty`(expected: Case) {
        for isJSON in [true, false] {
            let body = AnswerReading(
                .answered(answer(409, expected.body, isJSON: isJSON)),
                of: .create,
                externalID: ExternalID("a")
            ).error
            #expect(body.code == expected.code)
            #expect(body.message == expected.message)
            #expect(body.details.map { String(decoding: JSONWriter.encode($0), as: UTF8.self) } == expected.details)
        }
    }

    @Test func `bytes that are not UTF-8 are replaced`() {
        let answer = HTTPAnswer(status: 500, body: Array(#"{"message":""#.utf8) + [0xFF, 0x22, 0x7D])
        let reading = AnswerReading(.answered(answer), of: .create, externalID: ExternalID("a"))
        #expect(reading.error.message == "\u{FFFD}")
    }
}
