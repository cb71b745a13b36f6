import CustomerContract
import JSON
import Records
import Testing

@Suite struct CommandWarningsTests {
    private static func warnings(_ body: String) -> [String] {
        CommandReader().read(record(body)).context.warnings
    }

    @Test(arguments: [
        #"{"external_id":"a"}"#, #"{"external_id":"a","custom_field":1,"tax_rate_overrides":[]}"#,
        #"{"external_id":"a","tax_rate_overrides":[{"tax_rate_code":"t","auto_apply":false}]}"#,
        #"{"external_id":"a","integration_entity_mapping":[],"x":{"nam":1}}"#,
    ])
    func `a command with nothing odd has no warnings`(body: String) {
        #expect(Self.warnings(body).isEmpty)
    }

    @Test(arguments: [
        (#"{"external_id":"a b"}"#, "external_id"), (#"{"external_id":"50%"}"#, "external_id"),
        (#"{"external_id":"a","nam":"x"}"#, "nam "), (#"{"external_id":"a","meta_data":{}}"#, "meta_data "),
        (#"{"external_id":"a","emial":"x@y.co"}"#, "emial "),
        (#"{"external_id":"a","tax_rate_overrides":[{"tax_rate_code":"t"}]}"#, "tax_rate_overrides[0] "),
        (
            #"{"external_id":"a","integration_entity_mapping":[{"entity_id":"e","entity_type":"customer","#
                + #""provider_type":"stripe","provider_entity_id":"p"}]}"#, "integration_entity_mapping"
        ),
    ])
    func `what is odd and refuses nothing is told in one sentence`(body: String, start: String) {
        let warnings = Self.warnings(body)
        #expect(warnings.count == 1)
        #expect(warnings.allSatisfy { $0.hasPrefix(start) })
        guard case .command = CommandReader().read(record(body)) else {
            Issue.record("refused")
            return
        }
    }

    @Test func `warnings are bounded, whatever the command`() {
        let overrides = (0..<500).map { _ in #"{"tax_rate_code":"t"}"# }.joined(separator: ",")
        #expect(Self.warnings(#"{"external_id":"a","tax_rate_overrides":[\#(overrides)]}"#).count == 16)
    }

    @Test(arguments: [
        (#"{"tax_rate_code":"t","priority":2147483648}"#, "tax_rate_overrides[0].priority"),
        (
            #"{"tax_rate_code":"t","currency":"\#(String(repeating: "x", count: 101))"}"#,
            "tax_rate_overrides[0].currency"
        ),
    ])
    func `what is certain to be refused is refused here`(override: String, field: String) throws {
        let body = #"{"external_id":"a","tax_rate_overrides":[\#(override)]}"#
        let (_, failure) = try refusal(record(body))
        #expect(failure.details?.members.map(\.name) == [field])
    }

    @Test(arguments: [
        (#"{"external_id":""}"#, ""), (#"{"external_id":"a\u0000b"}"#, "a\0b"),
        (#"{"external_id":"\#(String(repeating: "é", count: 600))"}"#, String(repeating: "é", count: 512)),
    ])
    func `an id that breaks a rule is given back, cut`(body: String, stated: String) throws {
        let (context, failure) = try refusal(record(body))
        #expect(context.externalID == nil)
        #expect(context.statedID == ExternalID(stated))
        let result = CommandResult(
            context: context,
            outcome: .failed(failure),
            attempts: 0,
            completedAt: UnixMilliseconds(0)
        )
        let message = ResultEncoder(resultsTopic: "customer_results").encode(result)
        #expect(message.key == Array(stated.utf8))
        #expect(try CustomerResult(decoding: #require(message.value)).externalID == ExternalID(stated))
        #expect(!message.headers.contains { $0.name == HeaderName.ceSubject })
    }

    @Test func `warnings and unverified fields come back with the result`() throws {
        let context = CommandReader().read(record(#"{"external_id":"a b","tax_treatment":"exempt"}"#)).context
        let result = CommandResult(
            context: context,
            outcome: .created(.updated, CustomerDocument(JSONObject([.init(name: "id", value: .string("cust_1"))]))),
            attempts: 1,
            completedAt: UnixMilliseconds(0),
            unverified: ["tax_treatment"]
        )
        let message = ResultEncoder(resultsTopic: "customer_results").encode(result)
        let read = try CustomerResult(decoding: #require(message.value))
        #expect(read.unverified == ["tax_treatment"])
        #expect(read.warnings == context.warnings)
        #expect(read.warnings.count == 1)
    }
}
