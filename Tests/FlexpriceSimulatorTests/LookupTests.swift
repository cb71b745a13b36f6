import FlexpriceSimulator
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(1)))
struct LookupTests {
    @Test(arguments: ["external", "lookup"])
    func `a look-up finds a published customer by its exact id`(route: String) async throws {
        try await withSimulator { harness in
            let id = try #require(try await harness.create("acct_8412").text("id"))
            let found = try await harness.send(.GET, "/v1/customers/\(route)/acct_8412")
            #expect(found.status == 200)
            #expect(found.text("id") == id)
            let missed = try await harness.send(.GET, "/v1/customers/\(route)/ACCT_8412")
            #expect(missed.status == 404)
            #expect(
                missed.body == #"{"code":"not_found","message":"Customer with lookup key ACCT_8412 was not found","#
                    + #""http_status_code":404,"details":{"lookup_key":"ACCT_8412"}}"#
            )
        }
    }

    @Test(arguments: [
        ("a b", "a%20b"), ("a?b", "a%3Fb"), ("a#b", "a%23b"), ("a%b", "a%25b"), ("a+b", "a+b"), ("a;b", "a;b"),
        ("ü", "%C3%BC"), (".", "%2E"), ("..", "%2E%2E"), ("a%2Fb", "a%252Fb"),
    ])
    func `a percent-encoded id is found`(id: String, path: String) async throws {
        try await withSimulator { harness in
            try await harness.create(id)
            let reply = try await harness.send(.GET, "/v1/customers/external/\(path)")
            #expect(reply.status == 200)
            #expect(reply.text("external_id") == id)
        }
    }

    @Test(arguments: ["a%2Fb", "%2Fa", "a%2Fb%2Fc"])
    func `an id with a slash in it has no route`(path: String) async throws {
        try await withSimulator { harness in
            try await harness.create("a/b")
            let reply = try await harness.send(.GET, "/v1/customers/external/\(path)")
            #expect(reply.status == 404)
            #expect(reply.header("Content-Type") == "text/plain")
            #expect(reply.body == "404 page not found")
        }
    }

    @Test func `an id that ends in a slash is redirected to another customer`() async throws {
        try await withSimulator { harness in
            try await harness.create("a")
            let reply = try await harness.send(.GET, "/v1/customers/external/a%2F")
            #expect(reply.status == 301)
            #expect(reply.header("Location") == "/v1/customers/external/a")
            let spaced = try await harness.send(.GET, "/v1/customers/external/a%20b/?x=1")
            #expect(spaced.header("Location") == "/v1/customers/external/a%20b?x=1")
        }
    }

    @Test(arguments: ["x%2Fentitlements", "x%2Fsubscriptions"])
    func `an id that ends in a sub-route answers with another resource`(path: String) async throws {
        try await withSimulator { harness in
            try await harness.create("x")
            let reply = try await harness.send(.GET, "/v1/customers/external/\(path)")
            #expect(reply.status == 200)
            #expect(reply.text("external_id") == nil)
        }
    }

    @Test(arguments: [
        (HTTPMethod.POST, "/customers"), (.GET, "/v1"), (.GET, "/"), (.PATCH, "/v1/customers"), (.GET, "/v2/customers"),
        (.POST, "/v1/customers/external/a"), (.DELETE, "/v1/customers"), (.GET, "/v1/users"), (.POST, "/health"),
        (.GET, "/V1/customers"), (.POST, "//v1/customers"), (.GET, "/_simulator"),
    ])
    func `an unknown path or method is a plain 404, key or not`(method: HTTPMethod, path: String) async throws {
        try await withSimulator { harness in
            let reply = try await harness.send(method, path, method == .GET ? nil : "{}", key: nil)
            #expect(reply.status == 404)
            #expect(reply.body == "404 page not found")
        }
    }

    @Test func `a HEAD is answered without a body, as an unknown method`() async throws {
        try await withSimulator { (harness) async throws in
            let reply = try await harness.send(.HEAD, "/health")
            #expect(reply.status == 404)
            #expect(reply.header("Content-Length") == "18")
            #expect(reply.body.isEmpty)
            #expect(try await harness.send(.GET, "/health").status == 200)
        }
    }

    @Test func `a trailing slash is a 307 for a create and a 301 for a read`() async throws {
        try await withSimulator { harness in
            let create = try await harness.send(.POST, "/v1/customers/", #"{"external_id":"a","name":"A"}"#, key: nil)
            #expect(create.status == 307)
            #expect(create.header("Location") == "/v1/customers")
            #expect(create.body.isEmpty)
            let health = try await harness.send(.GET, "/health/")
            #expect(health.status == 301)
            #expect(health.body == "<a href=\"/health\">Moved Permanently</a>.\n\n")
            #expect(harness.state.customerCount == 0)
        }
    }

    @Test func `dots that a client resolved reach the list`() async throws {
        try await withSimulator { harness in
            try await harness.create("a")
            let reply = try await harness.send(.GET, "/v1/customers?external_id=a&limit=1")
            #expect(reply.status == 200)
            #expect(reply.body.contains(#""pagination":{"total":1,"limit":1,"offset":1}"#))
        }
    }
}
