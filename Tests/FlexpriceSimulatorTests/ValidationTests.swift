import FlexpriceSimulator
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ValidationTests {
    private static let invalidFormat =
        #"{"code":"validation_error","message":"Invalid request format","http_status_code":400}"#

    @Test func `all failing fields are listed at once under their Go names`() async throws {
        try await withSimulator { harness in
            let reply = try await harness.send(
                .POST,
                "/v1/customers",
                #"{"email":"nope","address_country":"usa","timezone":"utc","contact":"123456789012345678901"}"#
            )
            func detail(_ field: String, _ tag: String) -> String {
                "\"\(field)\":\"Key: 'CreateCustomerRequest.\(field)' Error:Field validation for '\(field)' failed on "
                    + "the '\(tag)' tag\""
            }
            let details = [
                detail("AddressCountry", "len"), detail("Contact", "max"), detail("Email", "email"),
                detail("ExternalID", "required"), detail("Name", "required"), detail("Timezone", "timezone"),
            ]
            #expect(reply.status == 400)
            #expect(
                reply.body == #"{"code":"validation_error","message":"Request validation failed","#
                    + #""http_status_code":400,"details":{"# + details.joined(separator: ",") + "}}"
            )
        }
    }

    @Test(arguments: [
        ("", 400), ("   ", 400), ("[]", 400), ("5", 400), (#""a""#, 400), (#"{"external_id":"a""#, 400),
        ("\u{FEFF}{}", 400), (#"{"external_id":5,"name":"A"}"#, 400), (#"{"external_id":"a","name":true}"#, 400),
        (#"{"external_id":"a","name":"A","metadata":{"k":1}}"#, 400),
        (#"{"external_id":"a","name":"A","metadata":{"k":{}}}"#, 400),
        (#"{"external_id":"a","name":"A","metadata":[]}"#, 400),
        (#"{"external_id":"a","name":"A","skip_onboarding_workflow":"true"}"#, 400),
        (#"{"external_id":"a","name":"A","contact":5}"#, 400),
        (#"{"external_id":"a","name":"A","tax_rate_overrides":{}}"#, 400),
        (#"{"external_id":"a","name":"A","tax_rate_overrides":[{"priority":1.5}]}"#, 400),
        (#"{"external_id":"a","name":01}"#, 400), (#"{"external_id":"a\x"}"#, 400),
        ("{\"external_id\":\"a\tb\",\"name\":\"A\"}", 400), (#"{"external_id":"a","name":"A",}"#, 400),
        ("{'external_id':'a'}", 400), ("nul", 400),
    ])
    func `a body that cannot be bound is an invalid format`(body: String, status: Int) async throws {
        try await withSimulator { harness in
            let reply = try await harness.send(.POST, "/v1/customers", body)
            #expect(reply.status == status)
            #expect(reply.body == Self.invalidFormat)
        }
    }

    @Test func `nesting deeper than is read is an invalid format, and the simulator lives`() async throws {
        try await withSimulator { harness in
            let deep = String(repeating: "[", count: 200_000)
            let reply = try await harness.send(.POST, "/v1/customers", #"{"external_id":"a","name":"A","x":"# + deep)
            #expect(reply.body == Self.invalidFormat)
            let allowed = String(repeating: "[", count: 510) + String(repeating: "]", count: 510)
            let good = try await harness.send(
                .POST,
                "/v1/customers",
                #"{"external_id":"a","name":"A","x":\#(allowed)}"#
            )
            #expect(good.status == 201)
        }
    }

    @Test(arguments: [
        #"{"External_ID":"acct","NAME":"A"}"#,
        "{\"external_id\":\"acct\",\"name\":\"A\",\"addre\u{17F}s_city\":\"X\"}",
        #"{"external_id":"first","external_id":"acct","name":"A"}"#,
        #"{"external_id":"acct","name":"A"} trailing bytes }{"#,
        #"{"external_id":"acct","name":"A","unknown":{"deep":[1,2.5e3,null,{"a":false}]}}"#,
        #"{"external_id":"\u0061cct","name":"\"\\\/\b\f\n\r\t","email":null,"contact":null,"metadata":null}"#,
        #"{"external_id":"acct","name":" "}"#, #"{"external_id":"acct","name":"A","email":""}"#,
        #"{"external_id":"acct","name":"A","skip_onboarding_workflow":true,"onboarding_workflow_name":"x"}"#,
        #"{"external_id":"acct","name":"A","billing_currency":"EUR","contact_persons":5,"tax_treatment":"?"}"#,
        #"{"external_id":"acct","name":"A","tax_rate_overrides":[]}"#,
    ])
    func `Go binds what others would refuse`(body: String) async throws {
        try await withSimulator { harness in
            let reply = try await harness.send(.POST, "/v1/customers", body)
            #expect(reply.status == 201)
            #expect(harness.state.customer(externalID: "acct") != nil)
        }
    }

    @Test func `null for the whole body leaves every field empty`() async throws {
        try await withSimulator { harness in
            let reply = try await harness.send(.POST, "/v1/customers", "null")
            #expect(reply.status == 400)
            #expect(reply.text("message") == "Request validation failed")
        }
    }

    /// The bytes between the quotes of the id, and what is stored.
    static let brokenTexts: [([UInt8], String)] = [
        (Array(#"a\ud800"#.utf8), "a\u{FFFD}"),
        (Array(#"\ud800\u0041"#.utf8), "\u{FFFD}A"),
        (Array(#"\udc00\ud83d\ude00"#.utf8), "\u{FFFD}😀"),
        ([0x78, 0xFF, 0xE2, 0x82], "x\u{FFFD}\u{FFFD}\u{FFFD}"),
        ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"),
    ]

    @Test(arguments: brokenTexts)
    func `what is not Unicode is stored with replacement characters`(text: [UInt8], stored: String) async throws {
        try await withSimulator { (harness) async throws in
            let body = Array(#"{"external_id":""#.utf8) + text + Array(#"","name":"A"}"#.utf8)
            #expect(try await harness.send(.POST, "/v1/customers", bytes: body).status == 201)
            #expect(harness.state.customers.map { Array($0.externalID.utf8) } == [Array(stored.utf8)])
        }
    }

    @Test(arguments: [
        ("A.B+tag@Example.COM", true), ("ü@exämple.de", true), ("a@xn--p1ai.xn--p1ai", true), (#"\"q q\"@b.co"#, true),
        ("o'brien@x.io", true), ("a@b.c", true), ("a@b", false), ("a@localhost", false), (" a@b.co", false),
        ("a@b.co ", false), ("Bob <a@b.co>", false), ("a@b.co.", false), ("a@127.0.0.1", false),
        ("a@[127.0.0.1]", false), ("a..b@c.de", false), ("a@-b.co", false), ("a@b_c.co", false), ("a@b.1co", false),
        ("a@b.co1", false), ("@b.co", false), ("a@", false), (".a@b.co", false), ("a.@b.co", false), ("a@b..co", false),
        (#"\"\"@b.co"#, false), ("a b@c.de", false), ("😀@b.co", false), ("a@@b.co", false),
    ])
    func `an e-mail address is judged as the server does`(email: String, isValid: Bool) async throws {
        try await expect(#"{"external_id":"a","name":"A","email":"\#(email)"}"#, failing: isValid ? nil : "Email")
    }

    @Test(arguments: [
        ("UTC", true), ("Asia/Kolkata", true), ("US/Pacific", true), ("EST", true), ("Etc/GMT+5", true),
        ("Europe/Kyiv", true), ("utc", false), ("asia/kolkata", false), ("Local", false), ("Z", false),
        ("+05:30", false), ("Mars/Olympus", false), ("../Europe/Kyiv", false), ("/Europe/Kyiv", false),
        ("Europe", false), ("zone.tab", false),
    ])
    func `a time zone is a name of the zone database`(zone: String, isValid: Bool) async throws {
        try await expect(
            #"{"external_id":"a","name":"A","timezone":"\#(zone)"}"#,
            failing: isValid ? nil : "Timezone"
        )
    }

    @Test(arguments: [
        ("US", nil), ("GB", nil), ("TW", nil), ("SS", nil), ("XK", nil), ("us", "iso3166_1_alpha2"),
        ("UK", "iso3166_1_alpha2"), ("EU", "iso3166_1_alpha2"), ("USA", "len"), ("U", "len"),
    ])
    func `a country is an alpha-2 code in capitals`(country: String, tag: String?) async throws {
        try await withSimulator { harness in
            let reply = try await harness.send(
                .POST,
                "/v1/customers",
                #"{"external_id":"a","name":"A","address_country":"\#(country)"}"#
            )
            #expect(reply.status == (tag == nil ? 201 : 400))
            if let tag { #expect(reply.body.contains("'AddressCountry' failed on the '\(tag)' tag")) }
        }
    }

    @Test(arguments: [
        ("name", 255, "Name"), ("contact", 20, "Contact"), ("address_line1", 255, "AddressLine1"),
        ("address_line2", 255, "AddressLine2"), ("address_city", 100, "AddressCity"),
        ("address_state", 100, "AddressState"), ("address_postal_code", 20, "AddressPostalCode"),
    ])
    func `a field's limit counts code points`(field: String, limit: Int, goName: String) async throws {
        func body(_ count: Int) -> String {
            let value = String(repeating: "a", count: count)
            return #"{"external_id":"\#(field)\#(count)","name":"A","\#(field)":"\#(value)"}"#
        }
        try await expect(body(limit), failing: nil)
        try await expect(body(limit + 1), failing: goName)
    }

    @Test(arguments: [
        ("address_line1", 100, "Address line 1 must be less than 255 characters"),
        ("address_line2", 100, "Address line 2 must be less than 255 characters"),
        ("address_city", 50, "City name must be less than 100 characters"),
        ("address_state", 50, "State name must be less than 100 characters"),
        ("address_postal_code", 10, "Postal code must be less than 20 characters"),
    ])
    func `an address field's second limit counts bytes`(field: String, count: Int, message: String) async throws {
        try await withSimulator { harness in
            let value = String(repeating: "漢", count: count)
            let reply = try await harness.send(
                .POST,
                "/v1/customers",
                #"{"external_id":"a","name":"A","\#(field)":"\#(value)"}"#
            )
            #expect(reply.status == 400)
            #expect(
                reply.body == #"{"code":"validation_error","message":"\#(message)","http_status_code":400}"#
            )
        }
    }

    @Test(arguments: [
        (#"{"gstin":" 27aamcm4148e1zd "}"#, nil),
        (#"{"gstin":"","pan":"","hsn_sac":""}"#, nil), (#"{"pan":"aamcm4148e"}"#, nil),
        (#"{"gstin":"27AAMCM4148E1ZD","pan":"AAMCM4148E"}"#, nil), (#"{"hsn_sac":" 998415 "}"#, nil),
        (#"{"gstin":"x"}"#, #"GSTIN must be 15 characters, e.g. \"27AAMCM4148E1ZD\""#),
        (#"{"pan":"x"}"#, #"PAN must be 10 characters, e.g. \"AAMCC5329F\""#),
        (#"{"hsn_sac":"12345"}"#, #"HSN/SAC must be 4, 6 or 8 digits, e.g. \"998415\""#),
        (
            #"{"gstin":"27AAMCM4148E1ZD","pan":"AAMCC5329F"}"#,
            "Characters 3-12 of the GSTIN are the PAN; either correct the PAN or omit it"
        ),
    ])
    func `metadata keys of tax identity are checked`(metadata: String, message: String?) async throws {
        try await withSimulator { harness in
            let reply = try await harness.send(
                .POST,
                "/v1/customers",
                #"{"external_id":"a","name":"A","metadata":\#(metadata)}"#
            )
            #expect(reply.status == (message == nil ? 201 : 400))
            if let message { #expect(reply.body.contains(#""message":"\#(message)""#)) }
        }
    }

    @Test func `overrides and mappings are validated after the fields`() async throws {
        try await withSimulator { harness in
            let negative = try await harness.send(
                .POST,
                "/v1/customers",
                #"{"external_id":"a","name":"A","tax_rate_overrides":[{"priority":-1}]}"#
            )
            #expect(negative.text("message") == "Priority cannot be less than 0")
            let mapping = try await harness.send(
                .POST,
                "/v1/customers",
                #"{"external_id":"a","name":"A","integration_entity_mapping":[{"entity_id":"x"}]}"#
            )
            #expect(mapping.status == 400)
            #expect(mapping.body.contains("'ProviderEntityID' failed on the 'required' tag"))
            #expect(!mapping.body.contains("'EntityID' failed"))
        }
    }

    private func expect(_ body: String, failing field: String?) async throws {
        try await withSimulator { harness in
            let reply = try await harness.send(.POST, "/v1/customers", body)
            #expect(reply.status == (field == nil ? 201 : 400))
            if let field { #expect(reply.body.contains("Field validation for '\(field)' failed")) }
        }
    }
}
