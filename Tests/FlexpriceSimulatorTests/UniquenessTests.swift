import FlexpriceSimulator
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(1)))
struct UniquenessTests {
    @Test func `a second create of an id is a 409 that names the id and not the customer`() async throws {
        try await withSimulator { harness in
            try await harness.create("acct_8412")
            let reply = try await harness.create("acct_8412")
            #expect(reply.status == 409)
            #expect(
                reply.body
                    == #"{"code":"already_exists","message":"A customer with this identifier already exists","#
                    + #""http_status_code":409,"details":{"external_id":"acct_8412"}}"#
            )
            #expect(harness.state.statistics.duplicates == 1)
            #expect(harness.state.statistics.customersCreated == 1)
        }
    }

    @Test func `ids differ by any byte`() async throws {
        try await withSimulator { (harness) async throws in
            let ids = ["x", "X", "x ", " x", "é", "e\u{301}", "K", "\u{212A}", "ß", "ss"]
            for id in ids { #expect(try await harness.create(id).status == 201) }
            for id in ids { #expect(try await harness.create(id).status == 409) }
            #expect(harness.state.customerCount == ids.count)
        }
    }

    @Test func `an archived customer frees its id for a new one`() async throws {
        try await withSimulator { harness in
            let first = try #require(try await harness.create("a").text("id"))
            #expect(harness.state.archive(externalID: "a"))
            #expect(!harness.state.archive(externalID: "a"))
            #expect(try await harness.send(.GET, "/v1/customers/external/a").status == 404)
            let second = try await harness.create("a")
            #expect(second.status == 201)
            #expect(second.text("id") != first)
            #expect(harness.state.customers.map(\.status) == [.archived, .published])
        }
    }

    @Test func `deleting archives, once`() async throws {
        try await withSimulator { harness in
            let id = try #require(try await harness.create("a").text("id"))
            #expect(try await harness.send(.DELETE, "/v1/customers/\(id)").status == 204)
            #expect(try await harness.send(.DELETE, "/v1/customers/\(id)").text("message") == "Customer does not exist")
            #expect(try await harness.send(.GET, "/v1/customers/\(id)").text("status") == "archived")
            let unknown = try await harness.send(.DELETE, "/v1/customers/cust_x")
            #expect(
                unknown.body == #"{"code":"not_found","message":"Customer with ID cust_x was not found","#
                    + #""http_status_code":404,"details":{"customer_id":"cust_x"}}"#
            )
        }
    }

    @Test func `of simultaneous creates of one id exactly one succeeds`() async throws {
        try await withSimulator { harness in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<32 { group.addTask { try await harness.create("a").status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [201] + Array(repeating: 409, count: 31))
            #expect(harness.state.customerCount == 1)
        }
    }

    @Test func `a workflow's stub looks as the server makes it and holds the id`() async throws {
        try await withSimulator { harness in
            #expect(harness.state.insertStub(externalID: "a"))
            #expect(!harness.state.insertStub(externalID: "a"))
            #expect(try await harness.create("a").status == 409)
            let found = try await harness.send(.GET, "/v1/customers/external/a")
            #expect(found.text("name") == "a")
            #expect(found.text("email") == "")
            #expect(found.body.contains(#""metadata":{"created_by_workflow":"true"}"#))
        }
    }
}
