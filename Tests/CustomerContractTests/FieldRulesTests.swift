import CustomerContract
import JSON
import Testing

@Suite struct FieldRulesTests {
    static let hundredCJK = String(repeating: "漢", count: 100)

    /// Members beside `external_id` that Flexprice takes.
    static let accepted: [String] = [
        #""name":" ""#, #""name":"\#(String(repeating: "漢", count: 255))""#, #""email":"""#, #""contact":"""#,
        #""contact":"\#(String(repeating: "漢", count: 20))""#,
        #""address_line1":"\#(String(repeating: "漢", count: 85))""#,
        #""address_line2":"\#(String(repeating: "x", count: 255))""#,
        #""address_city":"\#(String(repeating: "é", count: 50))""#,
        #""address_state":"\#(String(repeating: "x", count: 100))""#,
        #""address_postal_code":"\#(String(repeating: "9", count: 20))""#,
        #""address_country":"""#, #""address_country":"GB""#, #""address_country":"TW""#, #""address_country":"SS""#,
        #""address_country":"XK""#, #""address_country":"US""#, #""timezone":"""#, #""timezone":"UTC""#,
        #""timezone":"Asia/Kolkata""#, #""timezone":"US/Pacific""#, #""timezone":"EST""#, #""timezone":"Etc/GMT+5""#,
        #""timezone":"Europe/Kyiv""#, #""timezone":"Factory""#, #""timezone":"posixrules""#,
        #""timezone":"Asia/Calcutta""#,
        #""timezone":"America/Argentina/ComodRivadavia""#, #""metadata":{}"#, #""metadata":{"a":"","b":null,"":"x"}"#,
        #""metadata":{"gstin":"27AAMCM4148E1ZD"}"#, #""metadata":{"gstin":" 27aamcm4148e1zd ","pan":"aamcm4148e"}"#,
        #""metadata":{"gstin":"","pan":"AAMCM4148E","hsn_sac":""}"#, #""metadata":{"pan":" "}"#,
        #""metadata":{"hsn_sac":"9983"}"#, #""metadata":{"hsn_sac":" 998314\u00a0"}"#,
        #""metadata":{"hsn_sac":"99831410"}"#,
        #""metadata":{"pan":"AAMCM4148\u0131"}"#, #""metadata":{"GSTIN":"free","Pan":"free"}"#,
        #""metadata":{"place_of_supply":"x","Gstin":"y"}"#, #""skip_onboarding_workflow":true"#,
        #""onboarding_workflow_name":"""#, #""tax_rate_overrides":[]"#,
        #""tax_rate_overrides":[{"tax_rate_code":"gst","currency":"inr","priority":0,"auto_apply":false,"#
            + #""metadata":{"k":"v"}}]"#,
        #""tax_rate_overrides":[{"tax_rate_code":"gst","priority":null,"auto_apply":null,"metadata":null,"#
            + #""tax_behavior":null}]"#,
        #""tax_rate_overrides":[{"tax_rate_code":"gst","later":{"x":1}}]"#, #""integration_entity_mapping":[]"#,
        #""integration_entity_mapping":[{"entity_id":"e","entity_type":"customer","provider_type":"stripe","#
            + #""provider_entity_id":"p"}]"#,
        #""billing_currency":"inr""#, #""contact_persons":[]"#,
        #""contact_persons":[{"first_name":"A","is_primary":true},{"first_name":"B"}]"#,
        #""contact_persons":[{"first_name":"A","last_name":null,"email":"","is_primary":null}]"#,
        #""tax_treatment":"taxable""#,
        #""tax_treatment":"exempt""#, #""tax_treatment":"""#,
    ]

    @Test(arguments: accepted)
    func `what Flexprice takes is accepted`(members: String) throws {
        #expect(throws: Never.self) { try command(bodyWith(members)) }
    }

    static let names = [
        "name", "email", "contact", "address_line1", "address_line2", "address_city", "address_state",
        "address_postal_code",
        "address_country", "timezone", "metadata", "skip_onboarding_workflow", "onboarding_workflow_name",
        "tax_rate_overrides",
        "integration_entity_mapping", "billing_currency", "contact_persons", "tax_treatment",
    ]

    @Test(arguments: names)
    func `null of an optional field is the same as its absence`(name: String) throws {
        let command = try command(bodyWith("\"\(name)\":null"))
        #expect(command.unknownFields.isEmpty)
        #expect(command.fingerprint == (try CustomerContractTests.command(#"{"external_id":"a"}"#).fingerprint))
    }

    @Test(arguments: names)
    func `a value of another JSON type is named by its kind`(name: String) throws {
        let isText = ![
            "metadata", "skip_onboarding_workflow", "tax_rate_overrides", "integration_entity_mapping",
            "contact_persons",
        ]
        .contains(name)
        let sentence = try #require(try details(bodyWith("\"\(name)\":5"))[name])
        #expect(sentence.contains("found a number"))
        #expect(sentence.contains("must be a string") == isText)
        #expect(try details(bodyWith("\"\(name)\":\(isText ? "{}" : "\"x\"")"))[name]?.contains("found a") == true)
    }

    /// A body's member, the field that is to be named, and words of its sentence.
    static let refused: [(String, String, String)] = [
        (#""name":"""#, "name", "must not be empty"),
        (#""name":"\#(String(repeating: "x", count: 256))""#, "name", "at most 255 characters; found 256"),
        (#""contact":"\#(String(repeating: "1", count: 21))""#, "contact", "at most 20 characters"),
        (#""address_line1":"\#(hundredCJK)""#, "address_line1", "found 300 bytes (100 characters)"),
        (#""address_line2":"\#(String(repeating: "x", count: 256))""#, "address_line2", "at most 255 bytes"),
        (#""address_city":"\#(String(repeating: "é", count: 51))""#, "address_city", "at most 100 bytes"),
        (#""address_state":"\#(String(repeating: "x", count: 101))""#, "address_state", "at most 100 bytes"),
        (#""address_postal_code":"\#(String(repeating: "9", count: 21))""#, "address_postal_code", "at most 20 bytes"),
        (#""address_country":"us""#, "address_country", "lower-case"),
        (#""address_country":"UK""#, "address_country", "GB"),
        (#""address_country":"EU""#, "address_country", "ISO 3166-1 alpha-2"),
        (#""address_country":"USA""#, "address_country", "found 3"),
        (#""address_country":"U""#, "address_country", "found 1 character"),
        (#""address_country":"ÜS""#, "address_country", "ISO"),
        (#""address_country":" US""#, "address_country", "found 3"), (#""timezone":"utc""#, "timezone", "IANA"),
        (#""timezone":"asia/kolkata""#, "timezone", "exact spelling"), (#""timezone":"Local""#, "timezone", "IANA"),
        (#""timezone":"Z""#, "timezone", "IANA"), (#""timezone":"+05:30""#, "timezone", "IANA"),
        (#""timezone":"UTC ""#, "timezone", "IANA"),
        (#""timezone":"../etc/passwd""#, "timezone", "IANA"),
        (#""timezone":"Asia/Kolkata Asia/Dubai""#, "timezone", "IANA"),
        (#""metadata":[]"#, "metadata", "found an array"), (#""metadata":{"k":1}"#, "metadata.k", "found a number"),
        (#""metadata":{"k":true}"#, "metadata.k", "found a boolean"),
        (#""metadata":{"k":{}}"#, "metadata.k", "found an object"),
        (#""metadata":{"k":[]}"#, "metadata.k", "double quotes"),
        (#""metadata":{"k":"1","k":"2"}"#, "metadata.k", "more than once"),
        (#""metadata":{"gstin":"27AAMCM4148E1Z"}"#, "metadata.gstin", "GSTIN"),
        (#""metadata":{"gstin":"27AAMCM4148E0YD"}"#, "metadata.gstin", "15"),
        (#""metadata":{"pan":"premium"}"#, "metadata.pan", "reserves this key"),
        (#""metadata":{"hsn_sac":"99831"}"#, "metadata.hsn_sac", "4, 6 or 8"),
        (#""metadata":{"hsn_sac":"99 83"}"#, "metadata.hsn_sac", "digits"),
        (#""metadata":{"pan":"AAMCM4148\u212a"}"#, "metadata.pan", "PAN"),
        (#""metadata":{"gstin":"27AAMCM4148E1ZD","pan":"AAMCM4148F"}"#, "metadata.pan", "metadata.gstin"),
        (#""tax_rate_overrides":{}"#, "tax_rate_overrides", "found an object"),
        (#""tax_rate_overrides":[null]"#, "tax_rate_overrides[0]", "found null"),
        (#""tax_rate_overrides":[{}]"#, "tax_rate_overrides[0].tax_rate_code", "is required"),
        (
            #""tax_rate_overrides":[{"tax_rate_code":"a"},{"tax_rate_code":""}]"#,
            "tax_rate_overrides[1].tax_rate_code", "not be empty"
        ),
        (#""tax_rate_overrides":[{"tax_rate_code":"a","priority":-1}]"#, "tax_rate_overrides[0].priority", "negative"),
        (#""tax_rate_overrides":[{"tax_rate_code":"a","priority":1.0}]"#, "tax_rate_overrides[0].priority", "fraction"),
        (#""tax_rate_overrides":[{"tax_rate_code":"a","priority":1e0}]"#, "tax_rate_overrides[0].priority", "exponent"),
        (
            #""tax_rate_overrides":[{"tax_rate_code":"a","priority":9223372036854775808}]"#,
            "tax_rate_overrides[0].priority", "too large"
        ),
        (
            #""tax_rate_overrides":[{"tax_rate_code":"a","priority":"1"}]"#, "tax_rate_overrides[0].priority",
            "found a string"
        ),
        (
            #""tax_rate_overrides":[{"tax_rate_code":"a","auto_apply":1}]"#, "tax_rate_overrides[0].auto_apply",
            "true or false"
        ),
        (
            #""tax_rate_overrides":[{"tax_rate_code":"a","currency":1}]"#, "tax_rate_overrides[0].currency",
            "must be a string"
        ),
        (
            #""tax_rate_overrides":[{"tax_rate_code":"a","metadata":{"k":1}}]"#, "tax_rate_overrides[0].metadata.k",
            "must be a string"
        ),
        (
            #""tax_rate_overrides":[{"tax_rate_code":"a","Priority":1}]"#, "tax_rate_overrides[0].Priority",
            "must be written priority"
        ),
        (
            #""tax_rate_overrides":[{"tax_rate_code":"a","tax_rate_code":"b"}]"#, "tax_rate_overrides[0].tax_rate_code",
            "more than once"
        ),
        (
            #""integration_entity_mapping":[{"entity_id":"e","entity_type":"t","provider_type":"p"}]"#,
            "integration_entity_mapping[0].provider_entity_id", "is required"
        ),
        (
            #""integration_entity_mapping":[{"entity_id":"","entity_type":"t","provider_type":"p","#
                + #""provider_entity_id":"i"}]"#,
            "integration_entity_mapping[0].entity_id", "must not be empty"
        ),
        (#""contact_persons":[{"last_name":"B"}]"#, "contact_persons[0].first_name", "is required"),
        (#""contact_persons":[{"first_name":"A","mobile":1}]"#, "contact_persons[0].mobile", "must be a string"),
        (
            #""contact_persons":[{"first_name":"A","is_primary":true},{"first_name":"B","is_primary":true}]"#,
            "contact_persons", "at most one"
        ),
        (#""tax_treatment":"Exempt""#, "tax_treatment", "taxable or exempt"),
        (#""email":"","email":"a@b.co""#, "email", "more than once"),
        (#""x":1,"y":2,"x":1"#, "x", "more than once"),
    ]

    @Test(arguments: refused)
    func `a broken rule is told at its field`(members: String, field: String, words: String) throws {
        let details = try details(bodyWith(members))
        #expect(details.keys.sorted() == [field])
        #expect(details[field]?.contains(words) == true, "\(details)")
    }

    @Test(arguments: [
        ("{}", "is required"), (#"{"external_id":null}"#, "is required"), (#"{"external_id":""}"#, "must not be empty"),
        (#"{"external_id":5}"#, "must be a string; found a number"), (#"{"external_id":["a"]}"#, "found an array"),
        (#"{"external_id":"\#(String(repeating: "x", count: 256))"}"#, "at most 255 characters; found 256"),
        (#"{"external_id":"\#(String(repeating: "\u{1F600}", count: 256))"}"#, "found 256"),
        (#"{"external_id":"a\u0000"}"#, "U+0000"), (#"{"external_id":"a","external_id":"a"}"#, "more than once"),
    ])
    func `external_id is required and bounded`(body: String, words: String) throws {
        let details = try details(body)
        #expect(details.keys.sorted() == ["external_id"])
        #expect(details["external_id"]?.contains(words) == true, "\(details)")
    }

    @Test func `external_id may have 255 characters of any width`() throws {
        let id = String(repeating: "\u{1F600}", count: 255)
        #expect(try command("{\"external_id\":\"\(id)\"}").externalID == ExternalID(id))
    }

    @Test(arguments: [
        ("External_ID", "external_id"), ("EXTERNAL_ID", "external_id"), ("Name", "name"),
        ("addre\u{17f}s_city", "address_city"),
        ("\u{17f}kip_onboarding_workflow", "skip_onboarding_workflow"),
        ("s\u{212a}ip_onboarding_workflow", "skip_onboarding_workflow"),
        ("Metadata", "metadata"), ("taX_treatment", "tax_treatment"),
    ])
    func `a name that Flexprice would take for one of ours is refused`(name: String, known: String) throws {
        let details = try details(bodyWith("\"\(name)\":\"x\""))
        #expect(details.keys.sorted() == [name])
        #expect(details[name]?.contains("must be written \(known)") == true)
    }

    @Test(arguments: [
        "external-id", "externalid", "external_id ", "names", "\u{130}d", "emaıl", String(repeating: "N", count: 300),
    ])
    func `a name that only resembles one of ours is unknown`(name: String) throws {
        #expect(try command(bodyWith("\"\(name)\":1")).unknownFields == [name])
    }

    @Test(arguments: [
        (#""name":"\u0000""#, "name"), (#""address_city":"a\u0000b""#, "address_city"),
        (#""metadata":{"k":"\u0000"}"#, "metadata.k"),
        (#""metadata":{"\u0000":"k"}"#, "metadata.\u{fffd}"), (#""x":{"y":[0,"\u0000"]}"#, "x.y[1]"),
        (#""\u0000":1"#, "\u{fffd}"),
        (#""contact_persons":[{"first_name":"\u0000"}]"#, "contact_persons[0].first_name"),
    ])
    func `U+0000 is refused wherever it stands`(members: String, field: String) throws {
        let details = try details(bodyWith(members))
        #expect(details.keys.sorted() == [field])
        #expect(details[field]?.contains("U+0000") == true)
    }

    @Test func `all failing fields are told at once, in the body's order`() throws {
        let body = #"{"email":"x","address_country":"us","name":"","metadata":{"k":1,"l":2},"timezone":"Z"}"#
        let failure = try refusal(record(body)).failure
        let fields = ["email", "address_country", "name", "metadata.k", "metadata.l", "timezone", "external_id"]
        #expect(failure.details?.members.map(\.name) == fields)
        #expect(failure.message.hasPrefix("7 fields break a rule: (1) email must be"))
        #expect(failure.message.contains("(7) external_id is required"))
    }

    @Test func `a single failing field is told in the message as it is in the details`() throws {
        let failure = try refusal(record(bodyWith(#""address_country":"us""#))).failure
        #expect(failure.message.hasPrefix("address_country must be an ISO 3166-1 alpha-2 code, upper case"))
        #expect(failure.details?["address_country"]?.stringValue.map { "address_country \($0)" } == failure.message)
    }

    @Test func `thousands of mistakes are counted and not all listed`() throws {
        let entries = (0..<10_000).map { "\"k\($0)\":1" }.joined(separator: ",")
        let failure = try refusal(record(bodyWith("\"metadata\":{\(entries)}"))).failure
        let details = try #require(failure.details)
        #expect(details.members.count == 65)
        #expect(details["(more)"] == .string("and 9936 more that are not listed"))
        #expect(failure.message.hasPrefix("10000 fields break a rule: "))
        #expect(failure.message.utf8.count <= 1_024)
    }

    @Test func `a producer's own long names are cut in the details`() throws {
        let name = String(repeating: "é", count: 5_000)
        let details = try details(bodyWith("\"metadata\":{\"\(name)\":1}"))
        #expect(details.keys.allSatisfy { $0.utf8.count <= 128 && $0.hasPrefix("metadata.é") })
    }

    @Test func `no sentence repeats a value`() throws {
        let secret = "Zw0lle"
        let members = Self.names.map { "\"\($0)\":\"\(secret)\(String(repeating: "x", count: 300))\"" }.joined(
            separator: ","
        )
        let failure = try refusal(
            record(bodyWith(members + ",\"contact_persons\":[{\"first_name\":{\"\(secret)\":1}}]"))
        ).failure
        #expect(failure.message.contains(secret) == false)
        let details = try #require(failure.details)
        #expect(String(decoding: JSONWriter.encode(details), as: UTF8.self).contains(secret) == false)
        // billing_currency and onboarding_workflow_name take any string.
        #expect(details.members.count == Self.names.count - 2)
    }
}
