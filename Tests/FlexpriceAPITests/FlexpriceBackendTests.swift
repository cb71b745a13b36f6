import CommandWorker
import CustomerContract
import FlexpriceAPI
import FlexpriceSimulator
import JSON
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
            let answer = await backend.create(try command(Self.body), attempt: 1, patience: nil).answer
            guard case .created(.created, let customer, _) = answer else {
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
            _ = await backend.create(try command(Self.body), attempt: 1, patience: nil).answer
            let answer = await backend.create(try command(Self.body), attempt: 2, patience: nil).answer
            guard case .created(.existing, let customer, _) = answer else {
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
            flexprice.state.inject(.plain(.dropAfterCommit), .next(1))
            let first = await backend.create(try command(Self.body), attempt: 1, patience: nil).answer
            #expect(Self.reason(first) == "unknown_outcome")
            guard
                case .created(.existing, _, _) = await backend.create(try command(Self.body), attempt: 2, patience: nil)
                    .answer
            else {
                Issue.record("not existing")
                return
            }
            #expect(flexprice.state.customerCount == 1)
        }
    }

    @Test func `a 409 whose customer differs is already_exists and names the fields`() async throws {
        try await withBackend { (backend, flexprice) async throws in
            // The stub of a usage event: named like its id, without an e-mail, its metadata are others.
            flexprice.state.inject(.plain(.workflowStub), .next(1))
            let answer = await backend.create(try command(Self.body), attempt: 1, patience: nil).answer
            guard case .failed(let failure, _) = answer else {
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
            #expect(failure.details?["created_by_workflow"] == .bool(true))
        }
    }

    @Test func `a 409 of tax associations is rejected once no look-up has found a customer`() async throws {
        try await withBackend { (backend, flexprice) async throws in
            flexprice.state.inject(.plain(.taxAssociationConflict))
            let answer = await backend.create(try command(Self.body), attempt: 1, patience: nil).answer
            guard case .failed(let failure, _) = answer else {
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
            flexprice.state.inject(.timed(.replicaLag, .milliseconds(600)))
            _ = await backend.create(try command(Self.body), attempt: 1, patience: nil).answer
            guard
                case .created(.existing, _, _) = await backend.create(try command(Self.body), attempt: 2, patience: nil)
                    .answer
            else {
                Issue.record("not existing")
                return
            }
            #expect(self.clock.sleeps == [.milliseconds(200), .milliseconds(500)])
            #expect(flexprice.state.statistics.requestsByRoute == ["create": 2, "search": 3])
        }
    }

    @Test func `a customer that Flexprice names and no look-up shows is asked for again later`() async throws {
        try await withBackend { (backend, flexprice) async throws in
            flexprice.state.inject(.timed(.replicaLag, .seconds(60)))
            _ = await backend.create(try command(Self.body), attempt: 1, patience: nil).answer
            let answer = await backend.create(try command(Self.body), attempt: 2, patience: nil).answer
            #expect(Self.reason(answer) == "conflict_unsettled")
            #expect(self.clock.sleeps == Self.allWaits)
        }
    }

    @Test func `look-ups that fail settle nothing`() async throws {
        try await withBackend { (backend, flexprice) async throws in
            flexprice.state.inject(.plain(.taxAssociationConflict), .next(1))
            flexprice.state.inject(.edge(.badGateway), FaultScope(routes: [.search]))
            let answer = await backend.create(try command(Self.body), attempt: 1, patience: nil).answer
            #expect(Self.reason(answer) == "conflict_unsettled")
        }
    }

    @Test func `Retry-After is passed on, of a look-up too`() async throws {
        try await withBackend { (backend, flexprice) async throws in
            flexprice.state.inject(.edge(.tooManyRequests(.seconds(7))), .next(1))
            flexprice.state.inject(.edge(.serviceUnavailable(.seconds(9))), FaultScope(routes: [.search], requests: 1))
            let first = await backend.create(try command(Self.body), attempt: 1, patience: nil)
            #expect(Self.failure(first.answer)?.after == .seconds(7))
            _ = await flexprice.create("a")
            let second = await backend.create(try command(Self.body), attempt: 2, patience: nil)
            #expect(Self.failure(second.answer)?.after == .seconds(9))
            #expect(Self.failure(second.answer)?.sign == .overload)
            // Nothing more was asked once the server wanted to be left alone.
            #expect(second.requests == 2)
            #expect(flexprice.state.statistics.requestsByRoute == ["create": 3, "search": 1])
        }
    }

    @Test func `a request is given up when its patience ends, before the time-out`() async throws {
        try await withFlexprice { (flexprice) async throws in
            let backend = FlexpriceBackend(client: flexprice.client, clock: self.clock)
            flexprice.state.inject(.plain(.blackHole), .next(1))
            let clock = ContinuousClock()
            let start = clock.now
            let reply = await backend.create(try command(Self.body), attempt: 1, patience: .milliseconds(200))
            #expect(clock.now - start < .seconds(20))
            let failure = try #require(Self.failure(reply.answer))
            #expect(failure.isInDoubt)
            #expect(failure.sign == .silence)
        }
    }

    @Test func `the replies count every request`() async throws {
        try await withBackend { (backend, flexprice) async throws in
            let first = await backend.create(try command(Self.body), attempt: 1, patience: nil)
            #expect(first.requests == 1)
            flexprice.state.inject(.timed(.replicaLag, .milliseconds(600)))
            let second = await backend.create(try command(Self.body), attempt: 2, patience: nil)
            #expect(second.requests == 4)
        }
    }

    // MARK: Archived customers

    /// What the backend made of the command's body, as memory has it.
    private func make(_ backend: FlexpriceBackend) async throws -> CustomerDocument {
        let reply = await backend.create(try command(Self.body), attempt: 1, patience: nil)
        guard case .created(.created, let customer, _) = reply.answer else {
            throw CustomerMissing()
        }
        return customer
    }

    private struct CustomerMissing: Error {}

    @Test func `a remembered customer that stands is left alone, even while the replica lags`() async throws {
        for lags in [false, true] {
            try await withBackend { (backend, flexprice) async throws in
                let customer = try await self.make(backend)
                if lags { flexprice.state.inject(.timed(.replicaLag, .seconds(3_600))) }
                let reply = await backend.create(
                    try command(Self.body),
                    attempt: 1,
                    patience: nil,
                    remembered: customer
                )
                guard case .unchanged = reply.answer else {
                    Issue.record("\(reply.answer)")
                    return
                }
                #expect(reply.requests == 1)
                #expect(flexprice.state.customerCount == 1)
            }
        }
    }

    @Test func `an archived one is made anew with another id, and an older one that is archived makes none`()
        async throws
    {
        try await withBackend { (backend, flexprice) async throws in
            let old = try await self.make(backend)
            flexprice.state.archive(externalID: "a")
            let reply = await backend.create(try command(Self.body), attempt: 1, patience: nil, remembered: old)
            guard case .created(.created, let new, _) = reply.answer else {
                Issue.record("\(reply.answer)")
                return
            }
            #expect(reply.requests == 2)
            #expect(flexprice.state.customers.map(\.status) == [.archived, .published])
            // The old one of the same external_id is archived still, and that says nothing of the new one.
            let again = await backend.create(try command(Self.body), attempt: 1, patience: nil, remembered: new)
            guard case .unchanged = again.answer else {
                Issue.record("\(again.answer)")
                return
            }
        }
    }

    @Test func `one that somebody has made anew meanwhile is existing, or already exists`() async throws {
        try await withBackend { (backend, flexprice) async throws in
            let old = try await self.make(backend)
            flexprice.state.archive(externalID: "a")
            _ = try await self.make(backend)
            let same = await backend.create(try command(Self.body), attempt: 1, patience: nil, remembered: old)
            guard case .created(.existing, _, _) = same.answer else {
                Issue.record("\(same.answer)")
                return
            }
            #expect(same.requests == 3)
            let other = try command(#"{"external_id":"a","name":"Other"}"#)
            let reply = await backend.create(other, attempt: 1, patience: nil, remembered: old)
            guard case .failed(let failure, _) = reply.answer else {
                Issue.record("\(reply.answer)")
                return
            }
            #expect(failure.code == .alreadyExists)
        }
    }

    @Test func `a remembered document without an id is not asked about`() async throws {
        try await withBackend { (backend, flexprice) async throws in
            let strange = CustomerDocument(json: Array("{}".utf8))
            let reply = await backend.create(try command(Self.body), attempt: 1, patience: nil, remembered: strange)
            guard case .unchanged = reply.answer else {
                Issue.record("\(reply.answer)")
                return
            }
            #expect(flexprice.state.requests.isEmpty)
        }
    }

    // MARK: Stubs

    @Test func `a stub is filled: what it lacks is sent, its metadata stay`() async throws {
        try await withBackend(onStub: .update) { (backend, flexprice) async throws in
            flexprice.state.insertStub(externalID: "a")
            let before = try #require(flexprice.state.customer(externalID: "a"))
            let reply = await backend.create(try command(Self.body), attempt: 1, patience: nil)
            guard case .created(.existing, let customer, _) = reply.answer else {
                Issue.record("\(reply.answer)")
                return
            }
            #expect(reply.requests == 3)
            let filled = try JSONParser.parseObject(customer.json)
            #expect(filled["id"] == .string(before.id))
            #expect(filled["name"] == .string("Acme"))
            #expect(filled["email"] == .string("a@b.co"))
            #expect(
                filled["metadata"]
                    == .object(
                        JSONObject([
                            .init(name: "created_by_workflow", value: .string("true")),
                            .init(name: "k", value: .string("v")),
                        ])
                    )
            )
            let sent = try #require(flexprice.state.requests.last)
            #expect(sent.method == "PUT")
            #expect(sent.path == "/v1/customers?id=\(before.id)")
            let body = try JSONParser.parseObject(sent.body)
            #expect(Set(body.members.map(\.name)) == ["name", "email", "metadata"])
        }
    }

    @Test func `what somebody has set meanwhile is not overwritten, whatever the policy`() async throws {
        for policy in StubPolicy.allCases {
            try await withBackend(onStub: policy) { (backend, flexprice) async throws in
                flexprice.state.insertStub(externalID: "a")
                let id = try #require(flexprice.state.customer(externalID: "a")?.id)
                let name = JSONObject([.init(name: "name", value: .string("Theirs"))])
                _ = await flexprice.client.updateCustomer(id: id, name, requestID: "somebody")
                let reply = await backend.create(try command(Self.body), attempt: 1, patience: nil)
                guard case .failed(let failure, _) = reply.answer else {
                    Issue.record("\(reply.answer)")
                    return
                }
                #expect(failure.code == .alreadyExists)
                #expect(flexprice.state.customer(externalID: "a")?.name == "Theirs")
                #expect(flexprice.state.statistics.requestsByRoute["update"] == 1)
            }
        }
    }

    @Test func `a stub that has all that the command has is the customer, whatever the policy`() async throws {
        for policy in StubPolicy.allCases {
            try await withBackend(onStub: policy) { (backend, flexprice) async throws in
                flexprice.state.insertStub(externalID: "a")
                let reply = await backend.create(try command(#"{"external_id":"a"}"#), attempt: 1, patience: nil)
                guard case .created(.existing, _, _) = reply.answer else {
                    Issue.record("\(reply.answer)")
                    return
                }
                #expect(flexprice.state.statistics.requestsByRoute["update"] == nil)
            }
        }
    }

    /// A backend and a simulator that share one clock, on which nobody waits.
    private func withBackend(
        onStub: StubPolicy = .fail,
        _ operation: (FlexpriceBackend, SimulatedFlexprice) async throws -> Void
    ) async throws {
        try await withFlexprice {
            $0.clock = self.clock.simulated
        } _: { (flexprice) async throws in
            try await operation(
                FlexpriceBackend(client: flexprice.client, onStub: onStub, clock: self.clock),
                flexprice
            )
        }
    }

    private static func reason(_ answer: BackendAnswer) -> String? {
        Self.failure(answer)?.reason
    }

    private static func failure(_ answer: BackendAnswer) -> PassingFailure? {
        guard case .transient(let failure) = answer else { return nil }
        return failure
    }
}
