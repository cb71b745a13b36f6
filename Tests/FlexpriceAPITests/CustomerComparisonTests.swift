import CustomerContract
import FlexpriceAPI
import JSON
import Testing

@Suite struct CustomerComparisonTests {
    private static let stored =
        #"{"id":"cust_1","external_id":"a","name":"Acme","email":"a@acme.co","contact":"1","address_line1":"L1","#
        + #""address_line2":"","address_city":"Köln","address_state":"","address_postal_code":"5","#
        + #""address_country":"DE","timezone":"UTC","metadata":{"plan":"pro","old":"x"},"status":"published"}"#

    private static func differing(_ body: String, _ customer: String = stored) throws -> [String] {
        try Self.comparison(body, customer).differing
    }

    private static func comparison(_ body: String, _ customer: String) throws -> CustomerComparison {
        CustomerComparison(of: try JSONParser.parseObject(Array(customer.utf8)), with: try command(body))
    }

    @Test(arguments: [
        #"{"external_id":"a"}"#,
        #"{"external_id":"a","name":"a"}"#,
        #"{"external_id":"a","name":"Acme","email":"a@acme.co","contact":"1","address_line1":"L1","#
            + #""address_city":"Köln"}"#,
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
            #"{"external_id":"a","name":"B","address_country":"FR","address_line1":"x","metadata":{"plan":"free","#
                + #""n":"1"}}"#,
            ["address_country", "address_line1", "metadata.n", "metadata.plan", "name"]
        ),
    ])
    func `fields that differ are named in order`(body: String, fields: [String]) throws {
        #expect(try Self.differing(body) == fields)
    }

    @Test(arguments: [
        (#"{"external_id":"a","billing_currency":"usd"}"#, #"{"billing_currency":"usd"}"#, [], []),
        (#"{"external_id":"a","billing_currency":"usd"}"#, #"{"billing_currency":"eur"}"#, ["billing_currency"], []),
        (#"{"external_id":"a","billing_currency":"usd"}"#, #"{"billing_currency":null}"#, ["billing_currency"], []),
        (#"{"external_id":"a","billing_currency":""}"#, #"{"billing_currency":null}"#, [], []),
        (#"{"external_id":"a","billing_currency":"usd"}"#, #"{}"#, [], ["billing_currency"]),
        (#"{"external_id":"a","later":{"n":1,"o":null}}"#, #"{"later":{"p":2,"n":1}}"#, [], []),
        (#"{"external_id":"a","later":{"n":1}}"#, #"{"later":{"n":2}}"#, ["later"], []),
        (
            #"{"external_id":"a","contact_persons":[{"first_name":"B"}]}"#,
            #"{"contact_persons":[{"id":"p_1","first_name":"B","is_primary":false}]}"#, [], []
        ),
        (
            #"{"external_id":"a","contact_persons":[{"first_name":"B"}]}"#, #"{"contact_persons":[]}"#,
            ["contact_persons"], []
        ),
        (
            #"{"external_id":"a","tax_rate_overrides":[],"skip_onboarding_workflow":true,"tax_treatment":"exempt"}"#,
            #"{"tax_treatment":"taxable"}"#, ["tax_treatment"], ["skip_onboarding_workflow", "tax_rate_overrides"]
        ),
    ])
    func `every field that is given back is compared, and the others are told`(
        body: String,
        customer: String,
        differing: [String],
        unverified: [String]
    ) throws {
        let comparison = try Self.comparison(body, customer)
        #expect(comparison.differing == differing)
        #expect(comparison.unverified == unverified)
    }

    @Test func `a change sends the fields that differ, and merges metadata`() throws {
        let customer = try JSONParser.parseObject(Array(Self.stored.utf8))
        let sent = #"{"external_id":"a","name":"B","email":"a@acme.co","metadata":{"plan":"free","n":"1","m":null}}"#
        let change = CustomerChange(of: customer, to: try command(sent))
        #expect(change.differing == ["metadata.n", "metadata.plan", "name"])
        #expect(
            String(decoding: JSONWriter.encode(change.body), as: UTF8.self)
                == #"{"name":"B","metadata":{"plan":"free","old":"x","n":"1"}}"#
        )
    }

    @Test func `of members of one name the last is compared, as it is for the server`() throws {
        let sent = #"{"external_id":"a","x":{"y":1,"y":2,"z":3}}"#
        #expect(try Self.differing(sent, #"{"x":{"y":2,"z":3}}"#).isEmpty)
        #expect(try Self.differing(sent, #"{"x":{"y":1,"z":3}}"#) == ["x"])
        #expect(try Self.differing(sent, #"{"x":{"y":2}}"#) == ["x"])
    }

    @Test(arguments: ["\u{301}p", "\u{200d}p", "p"])
    func `a change knows pairs of metadata from fields, whatever their names are`(key: String) throws {
        let sent = #"{"external_id":"a","metadata.p":"1","metadata":{"\#(key)":"2"}}"#
        let customer = try JSONParser.parseObject(Array(#"{"external_id":"a","metadata.p":"1"}"#.utf8))
        let change = CustomerChange(of: customer, to: try command(sent))
        #expect(change.differing == ["metadata.\(key)"])
        #expect(change.body.members.map(\.name) == ["metadata"])
        #expect(change.body["metadata"]?.objectValue?[key] == .string("2"))
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
