import FlexpriceSimulator
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(1)))
struct UpdateTests {
    @Test func `only what is sent changes, and metadata is replaced as a whole`() async throws {
        try await withSimulator { harness in
            _ = try await harness.send(
                .POST,
                "/v1/customers",
                #"{"external_id":"a","name":"A","email":"a@b.co","address_city":"X","metadata":{"k":"1","l":"2"}}"#
            )
            let reply = try await harness.send(
                .PUT,
                "/v1/customers?external_customer_id=a",
                #"{"name":"B","address_city":"","metadata":{"m":"3"}}"#
            )
            #expect(reply.status == 200)
            #expect(reply.text("name") == "B")
            #expect(reply.text("email") == "a@b.co")
            #expect(reply.text("address_city") == "")
            let found = try await harness.send(.GET, "/v1/customers/external/a")
            #expect(found.body.contains(#""metadata":{"m":"3"}"#))
        }
    }

    @Test(arguments: [
        (#"{"email":""}"#, "Email"), (#"{"address_country":""}"#, "AddressCountry"), (#"{"timezone":""}"#, "Timezone"),
    ])
    func `three fields cannot be cleared`(body: String, field: String) async throws {
        try await withSimulator { harness in
            let id = try #require(try await harness.create("a").text("id"))
            let reply = try await harness.send(.PUT, "/v1/customers?id=\(id)", body)
            #expect(reply.status == 400)
            #expect(reply.body.contains("UpdateCustomerRequest.\(field)"))
        }
    }

    @Test func `a customer must be named, once, and exist`() async throws {
        try await withSimulator { harness in
            let id = try #require(try await harness.create("a").text("id"))
            try await harness.create("b")
            #expect(try await harness.send(.PUT, "/v1/customers", "{}").status == 400)
            #expect(try await harness.send(.PUT, "/v1/customers?external_customer_id=x", "{}").status == 404)
            #expect(try await harness.send(.PUT, "/v1/customers?id=cust_x", "{}").status == 404)
            let both = try await harness.send(.PUT, "/v1/customers?id=\(id)&external_customer_id=b", "{}")
            #expect(both.status == 400)
            #expect(try await harness.send(.PUT, "/v1/customers/\(id)", #"{"name":"C"}"#).status == 200)
            #expect(try await harness.send(.PUT, "/v1/customers?id=\(id)", "[]").status == 400)
            let reserved = try await harness.send(.PUT, "/v1/customers?id=\(id)", #"{"metadata":{"_fp_x":"1"}}"#)
            #expect(reserved.status == 400)
        }
    }

    @Test func `changing the external id moves the index entry`() async throws {
        try await withSimulator { harness in
            _ = try await harness.send(.POST, "/v1/customers", #"{"external_id":"a","name":"A","metadata":{}}"#)
            try await harness.create("taken")
            let path = "/v1/customers?external_customer_id=a"
            #expect(try await harness.send(.PUT, path, #"{"external_id":"taken"}"#).status == 409)
            #expect(try await harness.send(.PUT, path, #"{"external_id":"b"}"#).status == 200)
            #expect(harness.state.customer(externalID: "a") == nil)
            #expect(try await harness.create("a").status == 201)
            #expect(try await harness.create("b").status == 409)
            // Without metadata to keep the former id in, the server panics.
            let panic = try await harness.send(.PUT, path, #"{"external_id":"c"}"#)
            #expect(panic.status == 500)
            #expect(panic.body.isEmpty)
        }
    }
}
