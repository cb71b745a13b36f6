import FlexpriceSimulator
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(1)))
struct AccessTests {
    @Test(arguments: [
        (nil, nil, #"{"error":"Unauthorized"}"#),
        ("wrong", nil, #"{"error":"Unauthorized"}"#),
        ("sk_tesT", nil, #"{"error":"Unauthorized"}"#),
        (nil, "Bearer sk_test", #"{"error":"Invalid token"}"#),
        (nil, "Basic abc", #"{"error":"Invalid authorization header format"}"#),
    ])
    func `without the key every route of the API is a 401`(
        key: String?,
        authorization: String?,
        body: String
    )
        async throws
    {
        try await withSimulator { harness in
            let headers = authorization.map { [("Authorization", $0)] } ?? []
            for (method, path) in [
                (HTTPMethod.POST, "/v1/customers"), (.POST, "/v1/customers/search"), (.GET, "/v1/users/me"),
                (.GET, "/v1/customers/external/a"), (.PUT, "/v1/customers"),
            ] {
                let reply = try await harness.send(method, path, "{}", headers: headers, key: key)
                #expect(reply.status == 401)
                #expect(reply.body == body)
            }
        }
    }

    @Test func `a valid key wins over any Authorization header`() async throws {
        try await withSimulator { (harness) async throws in
            #expect(try await harness.create("a", headers: [("Authorization", "Basic abc")]).status == 201)
        }
    }

    @Test func `health needs no key, and users me tells that a key is right`() async throws {
        try await withSimulator { harness in
            let health = try await harness.send(.GET, "/health", key: nil)
            #expect(health.body == #"{"status":"ok"}"#)
            let me = try await harness.send(.GET, "/v1/users/me")
            #expect(me.status == 200)
            #expect(me.body.contains(#""roles":["all_writer"]"#))
        }
    }

    @Test func `checks come in the server's order`() async throws {
        try await withSimulator { harness in
            // route, key, access, format, fields, address: each request fails at the named check and
            // would fail at every later one too.
            let longCity = String(repeating: "漢", count: 50)
            let unknownRoute = try await harness.send(.POST, "/customers", "", key: nil)
            #expect(unknownRoute.status == 404)
            let badKey = try await harness.send(.POST, "/v1/customers", "", key: "wrong")
            #expect(badKey.status == 401)
            harness.state.inject(.forbidden(.permissions), .next(1))
            let badRole = try await harness.send(.POST, "/v1/customers", "")
            #expect(badRole.status == 403)
            let badFormat = try await harness.send(.POST, "/v1/customers", "")
            #expect(badFormat.text("message") == "Invalid request format")
            let badField = try await harness.send(
                .POST,
                "/v1/customers",
                #"{"external_id":"a","address_city":"\#(longCity)"}"#
            )
            #expect(badField.text("message") == "Request validation failed")
            try await harness.create("a")
            let badAddress = try await harness.send(
                .POST,
                "/v1/customers",
                #"{"external_id":"a","name":"A","address_city":"\#(longCity)"}"#
            )
            #expect(badAddress.text("message") == "City name must be less than 100 characters")
            let duplicate = try await harness.create("a")
            #expect(duplicate.status == 409)
        }
    }
}
