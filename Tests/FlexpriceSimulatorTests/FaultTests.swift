import FlexpriceSimulator
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FaultTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let fault: Fault
        let status: Int
        let body: String
        var isCommitted = false

        var testDescription: String { fault.name }
    }

    static let answers: [Case] = [
        Case(fault: .plain(.unauthorized), status: 401, body: #"{"error":"Unauthorized"}"#),
        Case(
            fault: .forbidden(.environment),
            status: 403,
            body: #"{"error":"Access denied","message":"Invalid or inaccessible environment"}"#
        ),
        Case(
            fault: .forbidden(.environmentAccess),
            status: 403,
            body: #"{"error":"Access denied","message":"You don't have access to this environment"}"#
        ),
        Case(fault: .forbidden(.suspended), status: 403, body: #"{"message":"tenant account is suspended"}"#),
        Case(fault: .forbidden(.permissions), status: 403, body: #"{"message":"insufficient permissions"}"#),
        Case(
            fault: .plain(.environmentLookupFailed),
            status: 500,
            body: #"{"error":"Internal server error","message":"Failed to resolve environment"}"#
        ),
        Case(fault: .plain(.tenantCheckFailed), status: 500, body: #"{"message":"failed to verify tenant access"}"#),
        Case(
            fault: .plain(.databaseError),
            status: 500,
            body: #"{"code":"database_error","message":"Failed to create customer","http_status_code":500}"#
        ),
        Case(
            fault: .plain(.internalError),
            status: 500,
            body: #"{"code":"internal_error","message":"An unexpected error occurred","http_status_code":500}"#
        ),
        Case(fault: .plain(.panic), status: 500, body: ""),
        Case(
            fault: .plain(.constraintViolation),
            status: 409,
            body: #"{"code":"already_exists","message":"Failed to create customer","http_status_code":409,"#
                + #""details":{"email":"","external_id":"a"}}"#
        ),
        Case(
            fault: .plain(.inactiveTaxRate),
            status: 400,
            body: #"{"code":"validation_error","message":"Tax rate is not active","http_status_code":400}"#
        ),
        Case(
            fault: .plain(.unknownTaxRate),
            status: 404,
            body: #"{"code":"not_found","message":"Taxrate with code  was not found","http_status_code":404,"#
                + #""details":{"taxrate_code":""}}"#
        ),
        Case(
            fault: .edge(.tooManyRequests(nil)),
            status: 429,
            body: #"{"error":"Rate limit exceeded. Try again later."}"#
        ),
    ]

    @Test(arguments: answers)
    func `a fault that refuses has the body of the real thing and leaves no customer`(expected: Case) async throws {
        try await withSimulator { harness in
            harness.state.inject(expected.fault, .next(1))
            let reply = try await harness.create("a")
            #expect(reply.status == expected.status)
            #expect(reply.body == expected.body)
            #expect(harness.state.customerCount == 0)
            #expect(try await harness.create("a").status == 201)
            #expect(harness.state.statistics.faults == [expected.fault.name: 1])
        }
    }

    @Test(arguments: [
        (EdgeAnswer.requestTimeout, 408), (.payloadTooLarge, 413), (.unsupportedMediaType, 415), (.badGateway, 502),
        (.serviceUnavailable(nil), 503), (.gatewayTimeout, 504),
    ])
    func `an edge answers with a page of its own, before or after the commit`(
        edge: EdgeAnswer,
        status: Int
    )
        async throws
    {
        try await withSimulator { harness in
            for isCommitted in [false, true] {
                harness.state.inject(.edge(edge, afterCommit: isCommitted), .next(1))
                let reply = try await harness.create("a")
                #expect(reply.status == status)
                #expect(reply.header("Content-Type") == "text/html")
                #expect(reply.header("X-Request-ID") == nil)
                #expect(reply.body.contains("<h1>\(status) "))
                #expect(harness.state.customerCount == (isCommitted ? 1 : 0))
            }
        }
    }

    @Test func `Retry-After comes in seconds or as a date`() async throws {
        let time = ManualClock()
        try await withSimulator {
            $0.clock = time.clock
        } _: { (harness) async throws in
            harness.state.inject(.edge(.tooManyRequests(.seconds(7))), .next(1))
            harness.state.inject(.edge(.serviceUnavailable(.date(secondsFromNow: 90))), .next(1))
            #expect(try await harness.create("a").header("Retry-After") == "7")
            #expect(try await harness.create("a").header("Retry-After") == "Sat, 22 Aug 2026 10:01:30 GMT")
        }
    }

    @Test func `reads work while writes are forbidden`() async throws {
        try await withSimulator { (harness) async throws in
            for reason in [ForbiddenReason.suspended, .permissions] {
                harness.state.replaceFaults(with: [FaultRule(.forbidden(reason), .init(routes: [.create, .search]))])
                #expect(try await harness.create("a").status == 403)
                #expect(try await harness.search("{}").status == 200)
            }
        }
    }

    @Test func `a drop before the commit leaves nothing, a drop after it leaves the customer`() async throws {
        try await withSimulator { (harness) async throws in
            harness.state.inject(.plain(.dropBeforeCommit), .next(1))
            await #expect(throws: (any Error).self) { try await harness.create("a") }
            #expect(harness.state.customerCount == 0)
            harness.state.inject(.plain(.dropAfterCommit), .next(1))
            await #expect(throws: (any Error).self) { try await harness.create("a") }
            #expect(harness.state.customerCount == 1)
            #expect(try await harness.create("a").status == 409)
            #expect(harness.state.statistics.answersByStatus == [0: 2, 409: 1])
        }
    }

    @Test func `a delay before the commit holds back the insert, not only the answer`() async throws {
        let time = ManualClock()
        try await withSimulator {
            $0.clock = time.clock
        } _: { harness in
            harness.state.inject(.timed(.delayBeforeCommit, .seconds(3)), .next(1))
            async let delayed = harness.create("a")
            await time.untilSomebodySleeps()
            #expect(harness.state.customerCount == 0)
            #expect(harness.state.statistics.inFlight == 1)
            // Another create of the same id overtakes it, so the delayed one meets a committed row.
            #expect(try await harness.create("a").status == 201)
            time.advance(by: .seconds(3))
            let overtaken = try await delayed
            #expect(overtaken.status == 409)
        }
    }

    @Test func `a client that hangs up before the commit rolls it back`() async throws {
        let time = ManualClock()
        try await withSimulator {
            $0.clock = time.clock
        } _: { harness in
            harness.state.inject(.timed(.delayBeforeCommit, .seconds(3)), .next(1))
            let impatient = Task { try await harness.create("a") }
            await time.untilSomebodySleeps()
            impatient.cancel()
            await #expect(throws: (any Error).self) { try await impatient.value }
            try await harness.untilIdle()
            time.advance(by: .seconds(3))
            #expect(harness.state.customerCount == 0)
            #expect(try await harness.create("a").status == 201)
        }
    }

    @Test func `a delay after the commit leaves the customer though nobody waits for the answer`() async throws {
        let time = ManualClock()
        try await withSimulator {
            $0.clock = time.clock
        } _: { (harness) async throws in
            harness.state.inject(.timed(.delayAfterCommit, .seconds(3)), .next(1))
            let impatient = Task { try await harness.create("a") }
            await time.untilSomebodySleeps()
            impatient.cancel()
            await #expect(throws: (any Error).self) { try await impatient.value }
            #expect(harness.state.customerCount == 1)
            #expect(try await harness.create("a").status == 409)
        }
    }

    @Test func `a black hole never answers, and ends with the client's patience`() async throws {
        try await withSimulator { harness in
            harness.state.inject(.plain(.blackHole), .next(1))
            let impatient = Task { try await harness.create("a") }
            try await harness.state.requestsReceived(atLeast: 1)
            #expect(harness.state.statistics.inFlight == 1)
            impatient.cancel()
            await #expect(throws: (any Error).self) { try await impatient.value }
            try await harness.untilIdle()
            #expect(harness.state.statistics.answersByStatus == [0: 1])
            #expect(try await harness.create("a").status == 201)
        }
    }

    @Test func `a simulator stops although a black hole holds a request`() async throws {
        let simulator = FlexpriceSimulator(.init(apiKey: Harness.apiKey))
        let client: Task<Reply, any Error> = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await simulator.run() }
            let harness = Harness(simulator: simulator, port: try await simulator.port)
            simulator.state.inject(.plain(.blackHole))
            let client = Task { try await harness.create("a") }
            try await simulator.state.requestsReceived(atLeast: 1)
            group.cancelAll()
            return client
        }
        await #expect(throws: (any Error).self) { try await client.value }
    }

    @Test func `a workflow's stub that comes first makes a create a 409`() async throws {
        try await withSimulator { harness in
            harness.state.inject(.plain(.workflowStub), .next(1))
            let reply = try await harness.create("a")
            #expect(reply.status == 409)
            #expect(reply.body.contains(#""details":{"external_id":"a"}"#))
            #expect(harness.state.customer(externalID: "a")?.name == "a")
            let found = try await harness.send(.GET, "/v1/customers/external/a")
            #expect(found.body.contains(#""metadata":{"created_by_workflow":"true"}"#))
        }
    }

    @Test func `a tax association's 409 does not name the id, and the customer is not there`() async throws {
        try await withSimulator { harness in
            harness.state.inject(.plain(.taxAssociationConflict))
            let reply = try await harness.create("a")
            #expect(reply.status == 409)
            #expect(reply.text("message") == "Tax association with this entity id and tax rate id already exists")
            #expect(!reply.body.contains("external_id"))
            #expect(try await harness.send(.GET, "/v1/customers/external/a").status == 404)
            harness.state.replaceFaults(with: [])
            try await harness.create("a")
            // The insert comes first: a duplicate is reported as one although the taxes would fail too.
            harness.state.inject(.plain(.taxAssociationConflict))
            #expect(try await harness.create("a").body.contains(#""details":{"external_id":"a"}"#))
        }
    }

    @Test func `a redirect leads where it is told`() async throws {
        try await withSimulator { harness in
            harness.state.inject(.redirect(location: "https://x.example/v1/customers"), .init(routes: [.create, .me]))
            let create = try await harness.create("a")
            #expect(create.status == 307)
            #expect(create.header("Location") == "https://x.example/v1/customers")
            #expect(try await harness.send(.GET, "/v1/users/me").status == 301)
        }
    }

    @Test func `the legacy shape nests the same error`() async throws {
        try await withSimulator { harness in
            try await harness.create("a")
            harness.state.inject(.plain(.legacyErrorShape))
            let reply = try await harness.create("a")
            #expect(reply.status == 409)
            #expect(
                reply.body == #"{"success":false,"error":{"message":"A customer with this identifier already exists","#
                    + #""internal_error":"already_exists: A customer with this identifier already exists","#
                    + #""details":{"external_id":"a"}}}"#
            )
        }
    }

    @Test func `a replica that lags misses what is new, while a create does not`() async throws {
        let time = ManualClock()
        try await withSimulator {
            $0.clock = time.clock
        } _: { harness in
            harness.state.inject(.timed(.replicaLag, .milliseconds(500)))
            try await harness.create("a")
            #expect(try await harness.send(.GET, "/v1/customers/external/a").status == 404)
            #expect(try await harness.search(#"{"external_ids":["a"]}"#).body.contains(#""total":0"#))
            #expect(try await harness.send(.PUT, "/v1/customers?external_customer_id=a", "{}").status == 404)
            #expect(try await harness.create("a").status == 409)
            time.advance(by: .milliseconds(499))
            #expect(try await harness.send(.GET, "/v1/customers/external/a").status == 404)
            time.advance(by: .milliseconds(1))
            #expect(try await harness.send(.GET, "/v1/customers/external/a").status == 200)
            #expect(try await harness.search(#"{"external_ids":["a"]}"#).body.contains(#""total":1"#))
        }
    }

    @Test func `a slow body arrives whole, a truncated one does not`() async throws {
        let time = ManualClock()
        try await withSimulator {
            $0.clock = time.clock
        } _: { harness in
            harness.state.inject(.timed(.slowBody, .seconds(2)), .next(1))
            async let slow = harness.create("a")
            await time.untilSomebodySleeps()
            time.advance(by: .seconds(2))
            let reply = try await slow
            #expect(reply.status == 201)
            #expect(reply.body.hasSuffix("}"))
            harness.state.inject(.plain(.truncatedBody), .next(1))
            await #expect(throws: (any Error).self) { try await harness.create("b") }
            #expect(harness.state.customerCount == 2)
        }
    }

    @Test func `200 for 201, and an answer about another customer`() async throws {
        try await withSimulator { harness in
            harness.state.inject(.plain(.okInsteadOfCreated), .next(1))
            harness.state.inject(.otherExternalID("b"), .next(1))
            let ok = try await harness.create("a")
            #expect(ok.status == 200)
            #expect(ok.text("external_id") == "a")
            let other = try await harness.create("c")
            #expect(other.status == 201)
            #expect(other.text("external_id") == "b")
            #expect(harness.state.customers.map(\.externalID) == ["a", "c"])
        }
    }

    @Test func `latency holds back every request`() async throws {
        let time = ManualClock()
        try await withSimulator {
            $0.clock = time.clock
            $0.latency = .milliseconds(5)
        } _: { harness in
            async let reply = harness.create("a")
            await time.untilSomebodySleeps()
            #expect(harness.state.customerCount == 0)
            time.advance(by: .milliseconds(5))
            let late = try await reply
            #expect(late.status == 201)
        }
    }
}

extension Harness {
    /// Waits until no request is in flight.
    func untilIdle() async throws { try await state.untilIdle() }
}
