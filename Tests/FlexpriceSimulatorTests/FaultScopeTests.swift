import FlexpriceSimulator
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FaultScopeTests {
    @Test func `a count is used up, and what is skipped passes first`() async throws {
        try await withSimulator { harness in
            harness.state.inject(.plain(.databaseError), .init(skip: 1, requests: 2))
            let statuses = try await statuses(of: ["a", "b", "c", "d"], harness)
            #expect(statuses == [201, 500, 500, 201])
            #expect(harness.state.faults.isEmpty)
        }
    }

    @Test func `an external id is matched byte for byte, on creates, look-ups and searches`() async throws {
        try await withSimulator { (harness) async throws in
            let scope = FaultScope(routes: [.create, .lookup, .search], externalIDs: ["é"])
            harness.state.inject(.plain(.databaseError), scope)
            #expect(try await statuses(of: ["é", "e\u{301}", "E"], harness) == [500, 201, 201])
            #expect(try await harness.send(.GET, "/v1/customers/external/%C3%A9").status == 500)
            #expect(try await harness.send(.GET, "/v1/customers/external/E").status == 200)
            #expect(try await harness.search(#"{"external_ids":["E","é"]}"#).status == 500)
            #expect(try await harness.search(#"{"external_ids":["E"]}"#).status == 200)
        }
    }

    @Test func `a duration ends by the clock`() async throws {
        let time = ManualClock()
        try await withSimulator {
            $0.clock = time.clock
        } _: { (harness) async throws in
            harness.state.inject(.plain(.unauthorized), .init(duration: .seconds(10)))
            #expect(try await harness.create("a").status == 401)
            time.advance(by: .milliseconds(9_999))
            #expect(try await harness.create("a").status == 401)
            time.advance(by: .milliseconds(1))
            #expect(try await harness.create("a").status == 201)
            #expect(harness.state.faults.isEmpty)
        }
    }

    @Test func `a share is drawn from its seed`() async throws {
        func draw(seed: UInt64) async throws -> [Int] {
            var drawn: [Int] = []
            try await withSimulator { harness in
                harness.state.inject(.plain(.databaseError), .init(share: 0.2, seed: seed))
                drawn = try await statuses(of: (0..<100).map(String.init), harness)
            }
            return drawn
        }
        let first = try await draw(seed: 7)
        #expect(try await draw(seed: 7) == first)
        #expect(try await draw(seed: 8) != first)
        #expect((5...40).contains(first.filter { $0 == 500 }.count))
    }

    @Test func `of two faults that decide, the second waits for its own request`() async throws {
        try await withSimulator { harness in
            harness.state.inject(.plain(.databaseError), .next(1))
            harness.state.inject(.plain(.unauthorized), .next(1))
            harness.state.inject(.plain(.legacyErrorShape), .next(1))
            let first = try await harness.create("a")
            #expect(first.status == 500)
            #expect(first.body.hasPrefix(#"{"success":false"#))
            #expect(try await harness.create("a").status == 401)
            #expect(try await harness.create("a").status == 201)
        }
    }

    private func statuses(of ids: [String], _ harness: Harness) async throws -> [Int] {
        var statuses: [Int] = []
        for id in ids { statuses.append(try await harness.create(id).status) }
        return statuses
    }
}
