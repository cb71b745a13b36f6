import CustomerContract
import Dispatch
import Foundation
import Synchronization
import Testing

@testable import CommandWorker

/// Whole workers against every fault at once, by seed.
///
/// `SIMULATION_SEEDS` says how many seeds are run, `SIMULATION_FIRST_SEED` with which one to begin: a failure names
/// its seed, and that seed alone makes the same run again.
@Suite struct SimulationTests {
    private static let seeds = Simulation.seeds(200)

    @Test func `whatever goes wrong, every command ends in one result`() {
        // Each core of the machine has seeds of its own: they share nothing.
        let found = Mutex<[UInt64: String]>([:])
        DispatchQueue.concurrentPerform(iterations: Self.seeds.count) { number in
            let seed = Self.seeds.lowerBound + UInt64(number)
            guard let violation = Simulation(seed: seed).run() else { return }
            found.withLock { $0[seed] = violation }
        }
        let violations = found.withLock(\.self).sorted { $0.key < $1.key }
        for (seed, violation) in violations.prefix(10) { Issue.record("seed \(seed): \(violation)") }
        #expect(violations.isEmpty, "\(violations.count) of \(Self.seeds.count) seeds")
    }

    @Test func `everything that can go wrong does`() {
        var (processes, skipped, abandoned, retries, logRestarts, held) = (0, 0, 0, 0, 0, 0)
        var created: Set<CreatedOutcome> = []
        var failed: Set<ErrorCode> = []
        for seed in 1...120 as ClosedRange<UInt64> {
            let simulation = Simulation(seed: seed)
            _ = simulation.run()
            held += simulation.heldByPauses
            processes += simulation.incarnations - simulation.profile.workers
            for counters in simulation.counters {
                skipped += counters.skipped
                abandoned += counters.abandoned
                logRestarts += counters.logRestarts
                retries += counters.retries.values.reduce(0, +)
                created.formUnion(counters.created.keys)
                failed.formUnion(counters.failed.keys)
            }
        }
        #expect(processes > 100)
        #expect(skipped > 100)
        #expect(abandoned > 1_000)
        #expect(logRestarts > 10)
        #expect(held > 5)
        #expect(retries > 1_000)
        // What the API changes instead of refusing is the backend's affair.
        #expect(created == Set(CreatedOutcome.allCases).subtracting([.updated]))
        #expect(failed == Set(ErrorCode.allCases).subtracting([.schemaFramedPayload, .payloadTooLarge]))
    }

    @Test(arguments: SimulatedAPI.Outage.Kind.allCases)
    func `an outage is nobody's dead letter, however much longer than a command's patience`(
        kind: SimulatedAPI.Outage.Kind
    ) {
        for seed in 1...30 as ClosedRange<UInt64> {
            let simulation = Simulation(seed: seed) { $0.becomeOutage(of: kind) }
            #expect(simulation.run() == nil, "seed \(seed)")
            let counters = simulation.counters
            #expect(counters.allSatisfy { $0.failed.isEmpty }, "seed \(seed): \(counters.map(\.failed))")
            #expect(simulation.outages > 0, "seed \(seed)")
            // Once it is over, the longest wait between probes, a probe's patience and the retries of what hung pass.
            #expect(simulation.now < .seconds(190 + 120 + 60), "seed \(seed) at \(simulation.now)")
        }
    }

    @Test func `a log that begins anew loses no command, and makes no customer twice`() {
        var logRestarts = 0
        for seed in 1...60 as ClosedRange<UInt64> {
            let simulation = Simulation(seed: seed) {
                $0.logRestarts = 3
                $0.faultsEnd = max($0.faultsEnd, .seconds(20))
                $0.rebalances = 8
                $0.faults.crash = 0.005
            }
            if let violation = simulation.run() { Issue.record("seed \(seed): \(violation)") }
            logRestarts += simulation.counters.reduce(0) { $0 + $1.logRestarts }
        }
        #expect(logRestarts > 50)
    }

    @Test(arguments: [20, 64, 256])
    func `a partition whose customers all fail for minutes delays no other`(inFlight: Int) {
        for seed in 1...20 as ClosedRange<UInt64> {
            let simulation = Simulation(seed: seed) { $0.becomeStuck(inFlight: inFlight) }
            #expect(simulation.run() == nil, "seed \(seed)")
            let wait = simulation.longestWait(besides: simulation.log.names[0])
            #expect(wait < .seconds(15), "seed \(seed): \(wait)")
        }
    }

    @Test func `without shares one partition fills the table that all need`() {
        let simulation = Simulation(seed: 1) {
            $0.becomeStuck(inFlight: 20)
            $0.core.shareParts = 1_000_000
        }
        _ = simulation.run()
        #expect(simulation.longestWait(besides: simulation.log.names[0]) > .seconds(15))
    }

    @Test func `dead letters that cannot be published hold up no command that did not fail`() {
        for seed in 1...30 as ClosedRange<UInt64> {
            let simulation = Simulation(seed: seed) { $0.becomeWithoutLetters() }
            #expect(simulation.run() == nil, "seed \(seed)")
            let wait = simulation.longestWait()
            #expect(wait < .seconds(5), "seed \(seed): \(wait)")
        }
    }

    @Test func `with another name of the dead-letter topic one that takes none holds up all`() {
        let simulation = Simulation(seed: 1) {
            $0.becomeWithoutLetters()
            $0.core.deadLetterTopic = "elsewhere"
        }
        _ = simulation.run()
        #expect(simulation.longestWait() > .seconds(15))
    }

    @Test func `records that were deleted unread are counted, and gaps of a log are not`() {
        var total = 0
        for seed in 1...30 as ClosedRange<UInt64> {
            let simulation = Simulation(seed: seed) { $0.becomeShortened(jumps: seed % 3 == 0 ? 0 : 4) }
            #expect(simulation.run() == nil, "seed \(seed)")
            let counted = simulation.counters.reduce(0) { $0 + ($1.recordsSkipped[.retention] ?? 0) }
            let deleted = simulation.deletedCount
            #expect(counted >= deleted, "seed \(seed)")
            #expect(counted <= deleted + simulation.holeCount, "seed \(seed)")
            total += deleted
        }
        #expect(total > 100)
    }

    @Test func `the same seed makes the same run`() {
        for seed in Self.seeds.prefix(5) {
            let runs = (0..<2).map { _ in
                let simulation = Simulation(seed: seed)
                return "\(simulation.run() ?? "fine") \(simulation.now) \(simulation.incarnations)"
            }
            #expect(runs[0] == runs[1])
        }
    }

    @Test func `a worker that commits an older batch with a newer generation is caught at least once, too`() {
        let caught = (1...300 as ClosedRange<UInt64>).contains { seed in
            Simulation(seed: seed, sabotage: .asksLateWhoItIs) {
                $0.guarantee = .atLeastOnce
                ($0.workers, $0.kicks, $0.slowShare) = (3, 8, 0.3)
                $0.faultsEnd = max($0.faultsEnd, .seconds(40))
            }.run() != nil
        }
        #expect(caught)
    }

    @Test func `a worker that keeps a completed set over the one that is committed is caught`() {
        let run = { (seed: UInt64, sabotage: Sabotage?) in
            Simulation(seed: seed, sabotage: sabotage) {
                $0.guarantee = .exactlyOnce
                (($0.core.metadataLimit), $0.core.spillsSets) = (34, true)
                ($0.faults.publish, $0.faults.crash, $0.slowIDs) = (0.3, 0.01, 2)
                $0.faultsEnd = max($0.faultsEnd, .seconds(40))
            }.run()
        }
        #expect((1...20 as ClosedRange<UInt64>).allSatisfy { run($0, nil) == nil })
        #expect((1...200 as ClosedRange<UInt64>).contains { run($0, .keepsOneSet) != nil })
    }

    @Test(arguments: Sabotage.general)
    func `a worker that is broken on purpose is caught`(_ sabotage: Sabotage) {
        let caught = (1...200 as ClosedRange<UInt64>).contains { seed in
            Simulation(seed: seed, sabotage: sabotage) { $0.guarantee = .exactlyOnce }.run() != nil
        }
        #expect(caught)
    }
}
