import FlexpriceSimulator
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CustomerCreationTests {
    @Test func `a create answers 201 with every field in the server's order`() async throws {
        let time = ManualClock()
        try await withSimulator { configuration in
            configuration.clock = time.clock
        } _: { harness in
            let reply = try await harness.send(
                .POST,
                "/v1/customers",
                #"{"external_id":"acct_8412","name":"Acme","email":"billing@acme.co"}"#
            )
            let id = try #require(reply.text("id"))
            #expect(reply.status == 201)
            #expect(
                reply.body == """
                    {"id":"\(id)","external_id":"acct_8412","name":"Acme","email":"billing@acme.co",\
                    "address_line1":"","address_line2":"","address_city":"","address_state":"",\
                    "address_postal_code":"","address_country":"","timezone":"UTC","metadata":null,\
                    "environment_id":"env_01K00000000000000000000000","tenant_id":"tenant_01K00000000000000000000000",\
                    "status":"published",\
                    "created_at":"2026-08-22T10:00:00.123456789Z","updated_at":"2026-08-22T10:00:00.123456789Z",\
                    "created_by":"user_01K00000000000000000000000","updated_by":"user_01K00000000000000000000000"}
                    """
            )
            #expect(id.wholeMatch(of: /cust_[0-9A-HJKMNP-TV-Z]{26}/) != nil)
        }
    }

    @Test func `every optional field comes back as it was sent`() async throws {
        try await withSimulator { harness in
            let reply = try await harness.send(
                .POST,
                "/v1/customers",
                """
                {"external_id":" a ","name":"<A&B>","email":"A.B+tag@Example.COM","contact":"","address_line1":"1 \
                Main St","address_line2":"2","address_city":"Pune","address_state":"MH","address_postal_code":"411001",\
                "address_country":"IN","timezone":"Asia/Kolkata","metadata":{"b":"2","a":null}}
                """
            )
            #expect(reply.status == 201)
            #expect(
                reply.body.contains(
                    #""external_id":" a ","name":"\u003cA\u0026B\u003e","email":"A.B+tag@Example.COM","contact":"""#
                        + #","address_line1":"1 Main St","address_line2":"2","address_city":"Pune","#
                        + #""address_state":"MH","address_postal_code":"411001","address_country":"IN","#
                        + #""timezone":"Asia/Kolkata","metadata":{"a":"","b":"2"},"#
                )
            )
        }
    }

    @Test func `an empty map of metadata stays an empty map`() async throws {
        try await withSimulator { harness in
            let reply = try await harness.send(
                .POST,
                "/v1/customers",
                #"{"external_id":"a","name":"A","metadata":{}}"#
            )
            #expect(reply.body.contains(#""metadata":{},"#))
        }
    }

    @Test func `a look-up shows microseconds where the create showed nanoseconds`() async throws {
        let time = ManualClock()
        try await withSimulator {
            $0.clock = time.clock
        } _: { harness in
            try await harness.create("a")
            let reply = try await harness.send(.GET, "/v1/customers/external/a")
            #expect(reply.text("created_at") == "2026-08-22T10:00:00.123457Z")
        }
    }

    @Test func `every answer carries the server's headers and echoes the request id`() async throws {
        try await withSimulator { harness in
            let reply = try await harness.create("a", headers: [("X-Request-ID", "customer_commands/0/17")])
            #expect(reply.header("X-Request-ID") == "customer_commands/0/17")
            #expect(reply.header("Content-Type") == "application/json; charset=utf-8")
            #expect(reply.header("Access-Control-Allow-Origin") == "*")
            #expect(reply.header("X-Content-Type-Options") == "nosniff")
            #expect(reply.header("X-Frame-Options") == "DENY")
            #expect(reply.header("Location") == nil)
            #expect(reply.header("Retry-After") == nil)
            let other = try await harness.create("b")
            #expect(other.header("X-Request-ID")?.count == 26)
        }
    }

    @Test func `a tax rate that does not exist is a 404, one named twice a 409, and neither leaves a customer`()
        async throws
    {
        try await withSimulator {
            $0.taxRateCodes = ["VAT"]
        } _: { harness in
            func body(_ codes: String...) -> String {
                let overrides = codes.map { #"{"tax_rate_code":"\#($0)","currency":"EUR"}"# }.joined(separator: ",")
                return #"{"external_id":"a","name":"A","tax_rate_overrides":[\#(overrides)]}"#
            }
            let unknown = try await harness.send(.POST, "/v1/customers", body("GST"))
            #expect(unknown.status == 404)
            #expect(
                unknown.body == #"{"code":"not_found","message":"Taxrate with code GST was not found","#
                    + #""http_status_code":404,"details":{"taxrate_code":"GST"}}"#
            )
            let twice = try await harness.send(.POST, "/v1/customers", body("VAT", "VAT"))
            #expect(twice.status == 409)
            #expect(twice.text("message") == "Tax association with this entity id and tax rate id already exists")
            #expect(!twice.body.contains("external_id"))
            #expect(harness.state.customerCount == 0)
            let good = try await harness.send(.POST, "/v1/customers", body("VAT"))
            #expect(good.status == 201)
        }
    }

    @Test func `a value that only the database refuses is the same 500 each time`() async throws {
        try await withSimulator { harness in
            let long = String(repeating: "a", count: 256)
            let bodies = [
                #"{"external_id":"\#(long)","name":"A"}"#,
                #"{"external_id":"a","name":"A","email":"\#(long)@b.co"}"#,
                #"{"external_id":"a\u0000","name":"A"}"#,
                #"{"external_id":"a","name":"A","metadata":{"k":"\u0000"}}"#,
                #"{"external_id":"a","name":"A","address_city":"\u0000"}"#,
            ]
            for body in bodies + bodies {
                let reply = try await harness.send(.POST, "/v1/customers", body)
                #expect(reply.status == 500)
                #expect(
                    reply.body
                        == #"{"code":"database_error","message":"Failed to create customer","http_status_code":500}"#
                )
            }
            #expect(harness.state.customerCount == 0)
        }
    }

    @Test func `255 characters fit however many bytes they take, and spaces beyond are cut off`() async throws {
        try await withSimulator { (harness) async throws in
            let wide = String(repeating: "客", count: 255)
            #expect(try await harness.create(wide).status == 201)
            let padded = String(repeating: "a", count: 255)
            let spaced = padded + "  "
            #expect(try await harness.create(spaced).status == 201)
            #expect(try await harness.create(padded).status == 409)
        }
    }
}
