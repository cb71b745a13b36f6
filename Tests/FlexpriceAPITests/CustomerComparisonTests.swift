import CustomerContract
import FlexpriceAPI
import Testing

@Suite struct CustomerComparisonTests {
    private static let stored =
        #"{"id":"cust_1","external_id":"a","name":"Acme","email":"a@acme.co","contact":"1","address_line1":"L1","#
        + #""address_line2":"","address_city":"Köln","address_state":"","address_postal_code":"5","address_country":"DE","#
        + #""timezone":"UTC","metadata":{"plan":"pro","old":"x"},"status":"published"}"#

    private static func differing(_ body: String, _ customer: String = stored) throws -> [String] {
        CustomerComparison.differingFields(
            of: try JSONParser.parseObject(Array(customer.utf8)),
            from: try command(body)
        )
    }

    @Test(arguments: [
        #"{"external_id":"a"}"#,
        #"{"external_id":"a","name":"a"}"#,
        #"{"external_id":"a","name":"Acme","email":"a@acme.co","contact":"1","address_line1":"L1","address_city":"Köln"}"#,
        #"{"external_id":"a","address_line2":"","address_state":null,"email":null,"metadata":null}"#,
        #"{"external_id":"a","metadata":{}}"#, #"{"external_id":"a","metadata":{"plan":"pro"}}"#,
        #"{"external_id":"a","metadata":{"absent":""}}"#, #"{"external_id":"a","metadata":{"absent":null}}"#,
        #"{"external_id":"a","timezone":"UTC"}"#, #"{"external_id":"a","timezone":""}"#,
        #"{"external_id":"a","skip_onboarding_workflow":true,"onboarding_workflow_name":"x","later":[1]}"#,
    ])
    func `a customer agrees over what the command sent`(body: String) throws {
        #expect(try Self.differing(body).isEmpty)
    }

    @Test(arguments: [
        (#"{"external_id":"a","name":"acme"}"#, ["name"]), (#"{"external_id":"a","email":"b@acme.co"}"#, ["email"]),
        (#"{"external_id":"a","email":""}"#, ["email"]), (#"{"external_id":"a","contact":"2"}"#, ["contact"]),
        (#"{"external_id":"a","timezone":"Asia/Kolkata"}"#, ["timezone"]),
        ("{\"external_id\":\"a\",\"address_city\":\"Ko\u{308}ln\"}", ["address_city"]),
        (
            #"{"external_id":"a","name":"B","address_country":"FR","address_line1":"x","metadata":{"plan":"free","n":"1"}}"#,
            ["address_country", "address_line1", "metadata.n", "metadata.plan", "name"]
        ),
    ])
    func `fields that differ are named in order`(body: String, fields: [String]) throws {
        #expect(try Self.differing(body) == fields)
    }

    @Test func `a stub of a workflow lacks what the command sent`() throws {
        let stub =
            #"{"id":"cust_1","external_id":"a","name":"a","email":"","timezone":"UTC","#
            + #""metadata":{"created_by_workflow":"true"}}"#
        #expect(try Self.differing(#"{"external_id":"a"}"#, stub).isEmpty)
        let sent = #"{"external_id":"a","name":"Acme","email":"a@acme.co","metadata":{"plan":"pro"}}"#
        #expect(try Self.differing(sent, stub) == ["email", "metadata.plan", "name"])
    }

    @Test func `a customer without metadata, or of another shape, is compared without a trap`() throws {
        let sent = #"{"external_id":"a","email":"a@acme.co","metadata":{"plan":"pro"}}"#
        #expect(try Self.differing(sent, #"{"metadata":null}"#) == ["email", "metadata.plan"])
        #expect(try Self.differing(sent, #"{"email":5,"metadata":[1]}"#) == ["email", "metadata.plan"])
    }
}
