import CustomerContract
import Records
import Testing

@testable import CommandWorker

/// How far a failure reaches: worlds with one fault, by seed.
///
/// 1. An outage fails no command, however few there are and however much longer than a command's time it lasts.
/// 2. A healthy command waits for one that fails by itself for three probes at most.
/// 3. A refusal that all commands get costs a few commands and not the topic.
/// 4. A wait that the API asks for fails no command.
///
/// Each rule is broken on purpose as well, to see that it is noticed.
@Suite struct CircleTests {
    private static let seeds = Simulation.seeds(20, atMost: 20)

    // MARK: 1. Outages

    @Test(arguments: SimulatedAPI.Outage.Kind.allCases, [1, 5, 500])
    func `an outage fails no command, however much longer than a command's time`(
        kind: SimulatedAPI.Outage.Kind,
        commands: Int
    ) {
        for seed in Self.seeds {
            let simulation = Simulation(seed: seed) { $0.becomeOutage(of: kind, commands: commands) }
            #expect(simulation.run() == nil, "seed \(seed)")
            let counters = simulation.counters
            #expect(counters.allSatisfy { $0.failed.isEmpty }, "seed \(seed): \(counters.map(\.failed))")
            #expect(simulation.outages > 0, "seed \(seed)")
            // Once it is over, the longest wait between probes, a probe's timeout and the retries of what hung pass.
            #expect(simulation.now < .seconds(190 + 120 + 60), "seed \(seed) at \(simulation.now)")
        }
    }

    @Test func `an outage that is taken for one command's failure is noticed`() {
        let caught = Self.seeds.contains { seed in
            let simulation = Simulation(seed: seed, sabotage: .believesInHealth) {
                $0.becomeOutage(of: .serverError, commands: 1)
            }
            return simulation.run()?.contains("was given up") == true
        }
        #expect(caught)
    }

    // MARK: 2. Poison

    private static let poisoned: [[Int]] = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [2, 0, 1]]

    /// How long the healthy command waited that waited longest.
    private func longestWait(_ simulation: Simulation) -> Duration {
        var longest = Duration.zero
        for command in simulation.log.partitions.values.joined() {
            let context = command.decoded.context
            guard let id = context.externalID, !simulation.api.fails(id) else { continue }
            guard let result = simulation.broker.results[command.eventID] else { return .seconds(1_000_000) }
            let began = max(command.visibleFrom, simulation.api.firstRequest ?? .zero)
            longest = max(longest, result.at - began)
        }
        return longest
    }

    @Test(arguments: poisoned)
    func `a healthy command waits for one that fails by itself for three probes at most`(fates: [Int]) {
        for seed in Self.seeds {
            let simulation = Simulation(seed: seed) {
                $0.becomePoisoned(blocked: fates[0], worst: fates[1], poison: fates[2])
            }
            #expect(simulation.run() == nil, "seed \(seed)")
            let bound = simulation.profile.threeProbes(of: fates.reduce(0, +))
            let waited = self.longestWait(simulation)
            #expect(waited < bound, "seed \(seed)")
            let failed = simulation.counters.reduce(into: Set<ErrorCode>()) { $0.formUnion($1.failed.keys) }
            #expect(failed.isSubset(of: [.retriesExhausted]), "seed \(seed)")
        }
    }

    @Test func `a worker that probes with one command alone is noticed`() {
        let caught = Self.seeds.contains { seed in
            let simulation = Simulation(seed: seed, sabotage: .probesOneID) {
                $0.becomePoisoned(blocked: 0, worst: 1, poison: 0)
            }
            return simulation.run() != nil || self.longestWait(simulation) >= simulation.profile.threeProbes(of: 1)
        }
        #expect(caught)
    }

    // MARK: 3. Alike refusals

    /// Commands that ended as refused in the words that all got.
    private func refused(_ simulation: Simulation) -> Int {
        simulation.broker.results.values.count { result in
            if case .failed(let failure) = result.outcome { failure.code == .rejected } else { false }
        }
    }

    @Test func `a refusal that all commands get costs as many as tell of it, and one a second`() {
        for seed in Self.seeds {
            let simulation = Simulation(seed: seed) { $0.becomeRefusedAlike() }
            #expect(simulation.run() == nil, "seed \(seed)")
            #expect(self.refused(simulation) >= simulation.profile.core.breaker.refusals, "seed \(seed)")
            #expect(self.refused(simulation) <= simulation.profile.core.breaker.refusals + 61, "seed \(seed)")
        }
    }

    @Test func `a worker that judges what all are refused for is noticed`() {
        let simulation = Simulation(seed: 1, sabotage: .judgesAlikeRefusals) { $0.becomeRefusedAlike() }
        _ = simulation.run()
        #expect(self.refused(simulation) > simulation.profile.core.breaker.refusals + 61)
    }

    // MARK: 4. Waits that servers ask for

    @Test func `waits that the API asks for fail no command, however long`() {
        for seed in Self.seeds {
            let simulation = Simulation(seed: seed) { $0.becomeHeld() }
            #expect(simulation.run() == nil, "seed \(seed)")
            #expect(simulation.counters.allSatisfy { $0.failed.isEmpty }, "seed \(seed)")
        }
    }

    @Test func `a worker that holds them against its commands is noticed`() {
        let caught = Self.seeds.contains { seed in
            let simulation = Simulation(seed: seed, sabotage: .countsHolds) { $0.becomeHeld() }
            return simulation.run() != nil || simulation.counters.contains { !$0.failed.isEmpty }
        }
        #expect(caught)
    }
}
