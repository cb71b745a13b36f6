import Ledger
import Records
import Testing

/// A set of a partition of `commands`, with a few bytes for a text.
func spilledSet(
    group: String = "workers",
    partition: Int32 = 3,
    writer: Int64,
    slot: Int = 0,
    text: [UInt8] = [1],
    origin: Int64? = nil,
    at moment: Int64 = 0
) -> SpilledSet {
    let place = SpilledSet.Place(
        group: group,
        topicPartition: TopicPartition(topic: "commands", partition: partition),
        writer: writer,
        slot: slot
    )
    return SpilledSet(place: place, text: text, origin: origin, keptAt: UnixMilliseconds(moment))
}

/// What every ledger promises of completed sets that have no room beside their offset.
@Suite(.timeLimit(.minutes(1))) struct SpilledSetTests {
    private static let day: Int64 = 86_400_000

    @Test(arguments: LedgerFactory.allCases)
    func `a set is found at its place alone, and takes the place of an earlier one`(
        factory: LedgerFactory
    ) async throws {
        try await factory.withLedgers(2) { ledgers in
            #expect(ledgers[0].keepsSpilledSets)
            let places = [
                spilledSet(writer: 1, slot: 0, text: [1]), spilledSet(writer: 1, slot: 1, text: [2]),
                spilledSet(writer: 2, slot: 0, text: [3]), spilledSet(partition: 4, writer: 1, slot: 0, text: [4]),
                spilledSet(group: "others", writer: 1, slot: 0, text: [0, 255]),
            ]
            try await ledgers[0].keep(places)
            for set in places { #expect(try await ledgers[1].spilledSet(at: set.place) == set.text) }
            #expect(try await ledgers[1].spilledSet(at: spilledSet(writer: 2, slot: 1).place) == nil)
            let long = [UInt8](repeating: 7, count: 1 << 20)
            try await ledgers[1].keep([spilledSet(writer: 1, slot: 1, text: long)])
            #expect(try await ledgers[0].spilledSet(at: places[1].place) == long)
            #expect(try await ledgers[0].spilledSets().count == places.count)
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `sets of other writers go after a day, but for the one that the assignment began with`(
        factory: LedgerFactory
    ) async throws {
        try await factory.withLedger { ledger in
            let others = [
                spilledSet(writer: 1), spilledSet(writer: 2), spilledSet(writer: 3, at: 1),
                spilledSet(partition: 4, writer: 1), spilledSet(group: "others", writer: 1),
            ]
            try await ledger.keep(others)
            try await ledger.keep([spilledSet(writer: 9, origin: 2, at: Self.day + 1)])
            let left = try await ledger.spilledSets().map(\.place)
            #expect(Set(left) == Set(others.dropFirst().map(\.place) + [spilledSet(writer: 9).place]))
        }
    }
}
