import CustomerContract
import JSON
import Records
import Testing

/// Results as they are written when their topic refuses them in full.
@Suite struct ResultFormTests {
    private static let encoder = ResultEncoderTests.encoder
    private static let failure = CommandFailure(
        code: .rejected,
        message: "Flexprice refused the command " + String(repeating: "é", count: 2_000),
        httpStatus: 400,
        details: JSONObject([.init(name: "code", value: .string(String(repeating: "x", count: 5_000)))])
    )
    private static let spring = record(sampleBody, headers: ResultEncoderTests.spring)

    @Test func `a reduced created result is as its golden file says`() throws {
        let result = ResultEncoderTests.result(.created(.created, ResultEncoderTests.customer))
        let encoded = Self.encoder.encode(result, form: ResultForm(extent: .reduced))
        try GoldenFile("result-created-reduced").expectEqual(encoded)
        let read = try CustomerResult(decoding: try #require(encoded.value))
        #expect(read.externalID == ExternalID("acct_8412"))
    }

    @Test func `a minimal created result is as its golden file says, without trace and correlation`() throws {
        let result = ResultEncoderTests.result(.created(.existing, ResultEncoderTests.customer), of: Self.spring)
        let encoded = Self.encoder.encode(
            result,
            form: ResultForm(extent: .minimal, replyRefusal: "MSG_SIZE_TOO_LARGE")
        )
        try GoldenFile("result-created-minimal").expectEqual(encoded)
    }

    @Test func `a reduced failed result has no details, a minimal one moreover a short message`() throws {
        let result = ResultEncoderTests.result(.failed(Self.failure), of: Self.spring)
        for (extent, limit) in [(ResultForm.Extent.full, 12_000), (.reduced, 6_000), (.minimal, 1_500)] {
            let encoded = Self.encoder.encode(result, form: ResultForm(extent: extent))
            let value = try #require(encoded.value)
            #expect(value.count < limit, "\(extent): \(value.count)")
            guard case .failed(let failure) = try CustomerResult(decoding: value).outcome else {
                Issue.record("not failed")
                continue
            }
            #expect(failure.code == .rejected && failure.httpStatus == 400)
            #expect(
                (failure.details == JSONObject([.init(name: "truncated", value: .bool(true))])) == (extent != .full)
            )
            #expect(failure.message.utf8.count <= 1_024 || extent != .minimal)
            #expect(encoded.headers.contains { $0.name == "kafka_correlationId" } == (extent != .minimal))
        }
    }

    @Test func `a customer of any shape is reduced to what readers need, and to little`() throws {
        let long = String(repeating: "é", count: 100_000)
        let cases: [(String, String)] = [
            (#"{"id":"c","name":"\#(long)","metadata":{"a":"\#(long)"}}"#, "name"),
            (#"{"id":"\#(long)"}"#, "truncated"),
            (#"{"id":7,"external_id":null,"name":["x"],"status":{}}"#, "truncated"), ("no object", "truncated"),
            ("{}", "truncated"),
        ]
        for (json, member) in cases {
            let outcome = CommandOutcome.created(.created, CustomerDocument(json: Array(json.utf8)))
            let encoded = Self.encoder.encode(ResultEncoderTests.result(outcome), form: ResultForm(extent: .reduced))
            let value = try #require(encoded.value)
            #expect(value.count < 2_000)
            guard case .created(_, let customer) = try CustomerResult(decoding: value).outcome else {
                Issue.record("not created")
                continue
            }
            let object = try JSONParser.parseObject(customer.json)
            #expect(object["truncated"] == .bool(true))
            #expect(object[member] != nil)
        }
    }

    @Test func `what was done is said in headers, and nothing is said of a full result`() throws {
        func headers(_ form: ResultForm, of message: KafkaRecord) -> [String: String?] {
            let decoded = CommandReader().read(message)
            let result = CommandResult(
                context: decoded.context,
                outcome: .failed(Self.failure),
                attempts: 0,
                completedAt: ResultEncoderTests.completedAt
            )
            let headers = Self.encoder.encode(result, form: form).headers
            return Dictionary(headers.map { ($0.name.text, $0.text) }, uniquingKeysWith: { $1 })
        }
        let noID = record("{}")
        #expect(headers(.full, of: noID)["result-reduced"] == nil)
        #expect(headers(ResultForm(extent: .reduced), of: noID)["result-reduced"] == "reduced")
        #expect(headers(ResultForm(extent: .minimal, addsKey: true), of: noID)["result-reduced"] == "minimal,key-added")
        #expect(headers(ResultForm(addsKey: true), of: noID)["result-reduced"] == "key-added")
        // Its key is its own.
        #expect(headers(ResultForm(addsKey: true), of: record(sampleBody))["result-reduced"] == nil)
        #expect(
            headers(ResultForm(letterRefusal: "INVALID_RECORD"), of: noID)["dead-letter-refused"] == "INVALID_RECORD"
        )
    }

    @Test func `a key is added to a result without one, and only there`() throws {
        let (context, failure) = try refusal(record("{}"))
        let result = CommandResult(
            context: context,
            outcome: .failed(failure),
            attempts: 0,
            completedAt: UnixMilliseconds(0)
        )
        #expect(Self.encoder.encode(result).key == nil)
        let form = ResultForm(addsKey: true)
        #expect(Self.encoder.encode(result, form: form).key == Array("customer_commands/3/1207".utf8))
        let own = ResultEncoderTests.result(.created(.created, ResultEncoderTests.customer))
        #expect(Self.encoder.encode(own, form: form).key == Array("acct_8412".utf8))
    }
}
