import CustomerContract
import GRDB
import Records
import Testing

@testable import Ledger

/// Old successes are forgotten in time and in small pieces, and nothing else is.
@Suite(.timeLimit(.minutes(1))) struct LedgerRetentionTests {
    /// The wall clock at the beginning of a test.
    private static let start: Int64 = 1_795_341_600_000

    private static func retention(
        of ledger: any Ledger,
        hours: Int,
        _ clock: QuickClock
    ) -> LedgerRetention<QuickClock> {
        LedgerRetention(of: ledger, retention: .seconds(hours * 3_600), clock: clock) {
            let passed = clock.now.time.components
            return UnixMilliseconds(Self.start + passed.seconds * 1_000 + passed.attoseconds / 1_000_000_000_000_000)
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `an entry is forgotten when its hour is over, in batches with rests between them`(
        factory: LedgerFactory
    ) async throws {
        try await factory.withLedger { ledger in
            let size = LedgerRetention<QuickClock>.batchSize
            let old = try (0..<size * 2 + 7).map { try entry("old-\($0)", offset: Int64($0), at: Self.start) }
            let later = Self.start + 30 * 60_000
            let young = try (0..<20).map { try entry("young-\($0)", offset: Int64($0), at: later) }
            for entries in [old, young] { _ = try await ledger.apply(LedgerBatch(entries: entries)) }

            let clock = QuickClock(until: .seconds(80 * 60))
            var forgotten: [(minute: Int64, count: Int)] = []
            await Self.retention(of: ledger, hours: 1, clock).run { result in
                let count = (try? result.get())?.forgotten ?? -1
                if count != 0 { forgotten.append((clock.now.time.components.seconds / 60, count)) }
            }
            // At 60 minutes to the millisecond it is not older than an hour; a minute later it is.
            #expect(forgotten.map(\.minute) == [61])
            #expect(forgotten.map(\.count) == [old.count])
            let rests = clock.sleeps.filter { $0 < LedgerRetention<QuickClock>.interval }
            #expect(rests.count == 2)
            #expect(try await ledger.count() == young.count)
            #expect(try await ledger.apply(LedgerBatch(entries: [old[3]])).earlier == [nil])
            #expect(try await ledger.apply(LedgerBatch(lookUps: young.map(\.externalID))).found == young)
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `several instances that sweep one store forget each entry once`(factory: LedgerFactory) async throws {
        try await factory.withLedgers(3) { ledgers in
            let count = LedgerRetention<QuickClock>.batchSize * 3
            let old = try (0..<count).map { try entry("old-\($0)", offset: Int64($0), at: Self.start - 7_200_000) }
            _ = try await ledgers[0].apply(LedgerBatch(entries: old))
            var left = count
            // One that finds the others at work leaves what is left to its next sweep.
            for _ in 0..<3 {
                left -= try await withThrowingTaskGroup(of: Int.self) { group in
                    for ledger in ledgers {
                        group.addTask {
                            var state = LedgerRetention<QuickClock>.State()
                            let clock = QuickClock(until: .seconds(3_600))
                            return try await Self.retention(of: ledger, hours: 1, clock).sweep(&state).forgotten
                        }
                    }
                    return try await group.reduce(0, +)
                }
            }
            #expect(left == 0)
            #expect(try await ledgers[1].count() == 0)
        }
    }

    @Test func `a store in trouble is reported, and swept again once it is well`() async throws {
        let ledger = try SQLiteLedger(path: ":memory:")
        _ = try await ledger.apply(LedgerBatch(entries: [try entry("a", at: Self.start - 7_200_000)]))
        try await ledger.database.write { try $0.execute(sql: "ALTER TABLE customers RENAME TO away") }
        let clock = QuickClock(until: .seconds(600))
        let retention = Self.retention(of: ledger, hours: 1, clock)
        var said: [String] = []
        await retention.run { result in
            said.append((try? result.get()).map { "\($0.forgotten)" } ?? "failed")
            if said.count == 3 {
                #expect(throws: Never.self) {
                    try ledger.database.write { try $0.execute(sql: "ALTER TABLE away RENAME TO customers") }
                }
            }
        }
        #expect(said.prefix(5) == ["failed", "failed", "failed", "1", "0"])
    }

    /// One sweep of a process that begins now, by a wall clock that shows something else.
    private static func sweep(
        _ ledger: any Ledger,
        hours: Int,
        wall: @escaping @Sendable () -> Int64,
        _ clock: QuickClock,
        _ state: inout LedgerRetention<QuickClock>.State
    ) async throws -> LedgerRetention<QuickClock>.Sweep {
        try await LedgerRetention(of: ledger, retention: .seconds(hours * 3_600), clock: clock) {
            UnixMilliseconds(wall())
        }.sweep(&state)
    }

    private static let year: Int64 = 365 * 86_400_000

    @Test(arguments: LedgerFactory.allCases)
    func `a clock that is years ahead at the start makes nothing old`(factory: LedgerFactory) async throws {
        try await factory.withLedger { ledger in
            let hour: Int64 = 3_600_000
            let entries = try (0..<100).map { try entry("id-\($0)", offset: $0, at: Self.start - $0 * hour) }
            _ = try await ledger.apply(LedgerBatch(entries: entries.reversed()))
            let clock = QuickClock(until: .seconds(86_400))
            var state = LedgerRetention<QuickClock>.State()
            let wrong: @Sendable () -> Int64 = { Self.start + 10 * Self.year }
            let first = try await Self.sweep(ledger, hours: 48, wall: wrong, clock, &state)
            // As old as they are by the newest of them.
            #expect(first.forgotten == 51)
            #expect(first.clockLead == .milliseconds(10 * Self.year))
            // What is remembered by the wrong clock makes it no better.
            _ = try await ledger.apply(LedgerBatch(entries: [try entry("new", offset: 100, at: wrong())]))
            let second = try await Self.sweep(ledger, hours: 48, wall: wrong, clock, &state)
            #expect(second.forgotten == 0)
            #expect(try await ledger.count() == 50)
        }
    }

    @Test func `a clock that jumps years ahead between two sweeps makes nothing old`() async throws {
        let ledger = try SQLiteLedger(path: ":memory:")
        _ = try await ledger.apply(LedgerBatch(entries: [try entry("a", at: Self.start)]))
        let clock = QuickClock(until: .seconds(86_400 * 3))
        var state = LedgerRetention<QuickClock>.State()
        _ = try await Self.sweep(ledger, hours: 24, wall: { Self.start }, clock, &state)
        let jumped = try await Self.sweep(ledger, hours: 24, wall: { Self.start + 3 * Self.year }, clock, &state)
        #expect(jumped.forgotten == 0)
        #expect(jumped.clockLead == .milliseconds(3 * Self.year))
        // Time goes on all the same, as quickly as it passes.
        try clock.sleep(until: clock.now.advanced(by: .seconds(86_400 + 3_600)), tolerance: nil)
        let later = try await Self.sweep(ledger, hours: 24, wall: { Self.start + 3 * Self.year }, clock, &state)
        #expect(later.forgotten == 1)
    }

    @Test func `a clock that is put right within the hour is believed`() async throws {
        let ledger = try SQLiteLedger(path: ":memory:")
        _ = try await ledger.apply(LedgerBatch(entries: [try entry("a", at: Self.start)]))
        let clock = QuickClock(until: .seconds(60))
        var state = LedgerRetention<QuickClock>.State()
        let hour: Int64 = 3_600_000
        _ = try await Self.sweep(ledger, hours: 2, wall: { Self.start + hour * 3 / 2 }, clock, &state)
        let right = try await Self.sweep(ledger, hours: 2, wall: { Self.start + hour * 9 / 4 }, clock, &state)
        #expect(right.clockLead == .zero)
        #expect(right.forgotten == 1)
    }

    @Test(arguments: LedgerFactory.allCases)
    func `old entries behind newer ones are found, as after a move of the store`(factory: LedgerFactory) async throws {
        try await factory.withLedger { ledger in
            let size = LedgerRetention<QuickClock>.pieceSize
            // Every tenth is old, and all of them lie behind more newer ones than a batch looks at.
            let entries = try (0..<size * 2).map { index in
                let isOld = index > size && index.isMultiple(of: 10)
                return try entry("id-\(index)", offset: Int64(index), at: Self.start - (isOld ? 7_200_000 : 0))
            }
            _ = try await ledger.apply(LedgerBatch(entries: entries))
            let clock = QuickClock(until: .seconds(600))
            var state = LedgerRetention<QuickClock>.State()
            let sweep = try await Self.retention(of: ledger, hours: 1, clock).sweep(&state)
            #expect(sweep.forgotten == size / 10 - 1)
            #expect(try await ledger.count() == size * 2 - sweep.forgotten)
            #expect(try await Self.retention(of: ledger, hours: 1, clock).sweep(&state).forgotten == 0)
        }
    }
}
