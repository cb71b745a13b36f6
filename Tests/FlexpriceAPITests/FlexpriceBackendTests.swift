import CommandWorker
import CustomerContract
import FlexpriceAPI
import FlexpriceSimulator
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FlexpriceBackendTests {
    private static let body = #"{"external_id":"a","name":"Acme","email":"a@b.co","metadata":{"k":"v"}}"#
    private static let allWaits: [Duration] = [
        .milliseconds(200), .milliseconds(500), .seconds(1), .seconds(2), .seconds(4),
    ]

    private let clock = JumpingClock()

    @Test func `a new customer is created without a look-up`() async throws {
        try await withBackend { (backend, flexprice) async throws in
            let answer = await backend.create(try command(Self.body), attempt: 1)
            guard case .created(.created, let customer) = answer else {
                Issue.record("\(answer)")
                return
            }
            let id = try #require(flexprice.state.customers.first?.id)
            #expect(try JSONParser.parseObject(customer.json)["id"] == .string(id))
            #expect(flexprice.state.requests.map(\.path) == ["/v1/customers"])
            #expect(flexprice.state.requests.first?.header("X-Request-ID") == "customer_commands/3/1207")
            #expect(self.clock.sleeps.isEmpty)
        }
    }

    @Test func `a 409 whose customer agrees is existing`() async throws {
        try await withBackend { (backend, flexprice) async throws in
            _ = await backend.create(try command(Self.body), attempt: 1)
            let answer = await backend.create(try command(Self.body), attempt: 2)
            guard case .created(.existing, let customer) = answer else {
                Issue.record("\(answer)")
                return
            }
            let id = try #require(flexprice.state.customers.first?.id)
            #expect(try JSONParser.parseObject(customer.json)["id"] == .string(id))
            #expect(flexprice.state.customerCount == 1)
            #expect(self.clock.sleeps.isEmpty)
        }
    }

    @Test func `a create that was carried out without an answer is existing when it is sent again`() async throws {
        try await withBackend { (backend, flexprice) async throws in
            flexprice.state.inject(.dropAfterCommit, .next(1))
            let first = await backend.create(try command(Self.body), attempt: 1)
            #expect(Self.reason(first) == "unknown_outcome")
            guard case .created(.existing, _) = await backend.create(try command(Self.body), attempt: 2) else {
                Issue.record("not existing")
                return
            }
            #expect(flexprice.state.customerCount == 1)
        }
    }

    @Test func `a 409 whose customer differs is already_exists and names the fields`() async throws {
        try await withBackend { (backend, flexprice) async throws in
            // The stub of a usage event: named like its id, without an e-mail, its metadata are others.
            flexprice.state.inject(.workflowStub, .next(1))
            let answer = await backend.create(try command(Self.body), attempt: 1)
            guard case .failed(let failure) = answer else {
                Issue.record("\(answer)")
                return
            }
            let id = try #require(flexprice.state.customer(externalID: "a")?.id)
            #expect(failure.code == .alreadyExists)
            #expect(failure.httpStatus == 409)
            #expect(!failure.retryable)
            #expect(
                failure.details?["differing_fields"]
                    == .array([.string("email"), .string("metadata.k"), .string("name")])
            )
            #expect(failure.details?["customer_id"] == .string(id))
        }
    }

    @Test func `a 409 of tax associations is rejected once no look-up has found a customer`() async throws {
        try await withBackend { (backend, flexprice) async throws in
            flexprice.state.inject(.taxAssociationConflict)
            let answer = await backend.create(try command(Self.body), attempt: 1)
            guard case .failed(let failure) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(failure.code == .rejected)
            #expect(failure.httpStatus == 409)
            #expect(failure.details?["code"] == .string("already_exists"))
            #expect(failure.message.contains("Tax association"))
            #expect(self.clock.sleeps == Self.allWaits)
            #expect(flexprice.state.statistics.requestsByRoute == ["create": 1, "search": 6])
        }
    }

    @Test func `a replica that lags is asked again until it shows the customer`() async throws {
        try await withBackend { (backend, flexprice) async throws in
            flexprice.state.inject(.replicaLag(.milliseconds(600)))
            _ = await backend.create(try command(Self.body), attempt: 1)
            guard case .created(.existing, _) = await backend.create(try command(Self.body), attempt: 2) else {
                Issue.record("not existing")
                return
            }
            #expect(self.clock.sleeps == [.milliseconds(200), .milliseconds(500)])
            #expect(flexprice.state.statistics.requestsByRoute == ["create": 2, "search": 3])
        }
    }

    @Test func `a customer that Flexprice names and no look-up shows is asked for again later`() async throws {
        try await withBackend { (backend, flexprice) async throws in
            flexprice.state.inject(.replicaLag(.seconds(60)))
            _ = await backend.create(try command(Self.body), attempt: 1)
            let answer = await backend.create(try command(Self.body), attempt: 2)
            #expect(Self.reason(answer) == "conflict_unsettled")
            #expect(self.clock.sleeps == Self.allWaits)
        }
    }

    @Test func `look-ups that fail settle nothing`() async throws {
        try await withBackend { (backend, flexprice) async throws in
            flexprice.state.inject(.taxAssociationConflict, .next(1))
            flexprice.state.inject(.edge(.badGateway), FaultScope(routes: [.search]))
            let answer = await backend.create(try command(Self.body), attempt: 1)
            #expect(Self.reason(answer) == "conflict_unsettled")
        }
    }

    @Test(
        arguments: [
            (Fault.databaseError, "http_500", nil), (.edge(.badGateway), "http_502", nil),
            (.edge(.tooManyRequests(.seconds(7))), "http_429", .seconds(7)),
            (.edge(.serviceUnavailable(.seconds(9))), "http_503", .seconds(9)),
            (.okInsteadOfCreated, "unexpected_success", nil), (.otherExternalID("b"), "another_customer", nil),
            (.truncatedBody, "unknown_outcome", nil), (.dropBeforeCommit, "unknown_outcome", nil),
        ] as [(Fault, String, Duration?)]
    )
    func `what passes is tried again, after the wait that was asked for`(
        fault: Fault,
        reason: String,
        wait: Duration?
    ) async throws {
        try await withBackend { (backend, flexprice) async throws in
            flexprice.state.inject(fault, .next(1))
            let answer = await backend.create(try command(Self.body), attempt: 1)
            guard case .transient(let said, let failure, let after) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(said == reason)
            #expect(after == wait)
            #expect(failure.code == .retriesExhausted)
            #expect(failure.retryable)
        }
    }

    @Test(arguments: [
        (Fault.unauthorized, "unauthorized"), (.forbidden(.permissions), "forbidden"),
        (.redirect(location: "http://127.0.0.1:9/"), "redirect"),
    ])
    func `what every command would meet is systemic`(fault: Fault, reason: String) async throws {
        try await withBackend { (backend, flexprice) async throws in
            flexprice.state.inject(fault, .next(1))
            let answer = await backend.create(try command(Self.body), attempt: 1)
            guard case .systemic(reason, _) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(flexprice.state.customerCount == 0)
        }
    }

    @Test(arguments: [
        (Fault.inactiveTaxRate, 400), (.unknownTaxRate, 404), (.edge(.payloadTooLarge), 413),
        (.edge(.unsupportedMediaType), 415),
    ])
    func `what Flexprice refuses for good is rejected with its status`(fault: Fault, status: Int) async throws {
        try await withBackend { (backend, flexprice) async throws in
            flexprice.state.inject(fault, .next(1))
            let answer = await backend.create(try command(Self.body), attempt: 1)
            guard case .failed(let failure) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(failure.code == .rejected)
            #expect(failure.httpStatus == status)
            #expect(!failure.retryable)
        }
    }

    /// A backend and a simulator that share one clock, on which nobody waits.
    private func withBackend(_ operation: (FlexpriceBackend, SimulatedFlexprice) async throws -> Void) async throws {
        try await withFlexprice {
            $0.clock = self.clock.simulated
        } _: { (flexprice) async throws in
            try await operation(FlexpriceBackend(client: flexprice.client, clock: self.clock), flexprice)
        }
    }

    private static func reason(_ answer: BackendAnswer) -> String? {
        guard case .transient(let reason, _, _) = answer else { return nil }
        return reason
    }
}
