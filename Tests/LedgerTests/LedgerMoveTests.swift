import CustomerContract
import Testing

@testable import Ledger

/// From one store to another, begun again as often as need be, and compared at the end.
@Suite(.timeLimit(.minutes(1))) struct LedgerMoveTests {
    /// Ids of which the order of bytes is not the order of anything else.
    private static func entries(_ count: Int) throws -> [LedgerEntry] {
        try (0..<count).map { number in
            let id = ["acct_\(number)", "ACCT_\(number)", "\u{e9}-\(number)", "\u{1f600}\(number)"][number % 4]
            return try entry(id, offset: Int64(number), at: Int64(number))
        }
    }

    private static func source(_ entries: [LedgerEntry]) async throws -> SQLiteLedger {
        let source = try SQLiteLedger(path: ":memory:")
        _ = try await source.apply(LedgerBatch(entries: entries))
        return source
    }

    @Test(arguments: LedgerFactory.allCases)
    func `every entry arrives as it was, and both checksums are equal`(factory: LedgerFactory) async throws {
        let entries = try Self.entries(LedgerPages.size * 3 + 1)
        let source = try await Self.source(entries)
        try await factory.withLedger { target in
            let move = LedgerMove(from: source, to: target)
            #expect(try await move.copy() == .init(seen: entries.count, copied: entries.count))
            let found = try await move.compare()
            #expect(found.isComplete)
            #expect(found.source.count == entries.count)
            #expect(found.source.description == found.target.description)
            #expect(try await target.apply(LedgerBatch(lookUps: entries.map(\.externalID))).found == entries)
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `spilled sets arrive too`(factory: LedgerFactory) async throws {
        let source = try await Self.source([])
        let set = spilledSet(writer: 1 << 61 + 7, slot: 1, text: [0, 1, 255])
        try await source.keep([set])
        try await factory.withLedger { target in
            _ = try await LedgerMove(from: source, to: target).copy()
            #expect(try await target.spilledSets() == [set])
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `what is there is not copied again, and what the target has besides stays`(factory: LedgerFactory) async throws
    {
        let entries = try Self.entries(LedgerPages.size * 2)
        let source = try await Self.source(entries)
        try await factory.withLedger { target in
            let others = try ["0", "m", "\u{10ffff}"].map { try entry($0, offset: 7) }
            _ = try await target.apply(LedgerBatch(entries: Array(entries.prefix(300)) + others))
            let move = LedgerMove(from: source, to: target)
            #expect(try await move.copy() == .init(seen: entries.count, copied: entries.count - 300))
            #expect(try await move.copy() == .init(seen: entries.count, copied: 0))
            let found = try await move.compare()
            #expect(found.isComplete)
            #expect(found.others == others.count)
            #expect(try await target.count() == entries.count + others.count)
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `an entry that differs in any field is told and not overwritten, and one that is missing is told`(
        factory: LedgerFactory
    ) async throws {
        let entries = try Self.entries(40)
        let source = try await Self.source(entries)
        try await factory.withLedger { target in
            let changed = try entry(entries[5].externalID.text, offset: 5, at: 6)
            _ = try await target.apply(LedgerBatch(entries: [changed]))
            let move = LedgerMove(from: source, to: target)
            #expect(try await move.copy().copied == entries.count - 1)
            _ = try await source.apply(LedgerBatch(entries: [try entry("late")]))
            let found = try await move.compare()
            #expect(!found.isComplete)
            #expect(found.different == 1)
            #expect(found.missing == 1)
            #expect(Set(found.examples) == [changed.externalID, ExternalID("late")])
            #expect(found.source.description != found.target.description)
            #expect(try await target.entry(for: changed.externalID) == changed)
            #expect(try await move.copy().copied == 1)
            #expect(try await move.compare().missing == 0)
        }
    }

    @Test func `the checksum changes with each field and with the order`() throws {
        func checksum(_ entries: [LedgerEntry]) -> String {
            var checksum = LedgerChecksum()
            for entry in entries { checksum.add(entry) }
            return checksum.description
        }
        let (first, second) = (try entry("a", offset: 1), try entry("b", offset: 1))
        let variants = [
            [], [first], [second], [first, second], [second, first], [try entry("a", offset: 2)],
            [try entry("a", offset: 1, name: "Other")], [try entry("a", offset: 1, at: 9)],
        ]
        #expect(Set(variants.map(checksum)).count == variants.count)
        #expect(checksum([first]) == checksum([try entry("a", offset: 1)]))
    }
}
