import CustomerContract
import GRDB
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
                let count = (try? result.get()) ?? -1
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
                            try await Self.retention(of: ledger, hours: 1, QuickClock(until: .seconds(3_600))).sweep()
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
            said.append((try? result.get()).map { "\($0)" } ?? "failed")
            if said.count == 3 {
                #expect(throws: Never.self) {
                    try ledger.database.write { try $0.execute(sql: "ALTER TABLE away RENAME TO customers") }
                }
            }
        }
        #expect(said.prefix(5) == ["failed", "failed", "failed", "1", "0"])
    }
}
