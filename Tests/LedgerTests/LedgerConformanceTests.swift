import CustomerContract
import JSON
import Ledger
import Records
import Testing

/// What every ledger promises.
@Suite(.timeLimit(.minutes(1))) struct LedgerConformanceTests {
    @Test(arguments: LedgerFactory.allCases)
    func `an empty ledger knows nobody`(factory: LedgerFactory) async throws {
        try await factory.withLedger { ledger in
            let answers = try await ledger.apply(
                LedgerBatch(lookUps: [ExternalID("a"), ExternalID("b")])
            )
            #expect(answers.found == [nil, nil])
            #expect(answers.earlier.isEmpty)
            #expect(try await ledger.entry(for: ExternalID("a")) == nil)
            #expect(try await ledger.count() == 0)
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `an empty batch has empty answers`(factory: LedgerFactory) async throws {
        try await factory.withLedger { ledger in
            let answers = try await ledger.apply(LedgerBatch())
            #expect(answers.found.isEmpty)
            #expect(answers.earlier.isEmpty)
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `what was remembered is found, in the order of the look-ups`(
        factory: LedgerFactory
    )
        async throws
    {
        try await factory.withLedger { ledger in
            let (first, second) = (try entry("a", offset: 1), try entry("b", offset: 2))
            #expect(try await ledger.apply(LedgerBatch(entries: [first, second])).earlier == [nil, nil])
            let ids = ["b", "absent", "a", "b"].map { ExternalID($0) }
            #expect(
                try await ledger.apply(LedgerBatch(lookUps: ids)).found == [second, nil, first, second]
            )
            #expect(try await ledger.entry(for: ExternalID("a")) == first)
            #expect(try await ledger.count() == 2)
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `a second entry of an external_id leaves the first and returns it`(
        factory: LedgerFactory
    )
        async throws
    {
        try await factory.withLedger { ledger in
            let first = try entry("a", offset: 1)
            _ = try await ledger.apply(LedgerBatch(entries: [first]))
            let other = try entry("b", offset: 3)
            let answers = try await ledger.apply(
                LedgerBatch(entries: [try entry("a", offset: 2), other])
            )
            #expect(answers.earlier == [first, nil])
            #expect(try await ledger.entry(for: ExternalID("a")) == first)
            #expect(try await ledger.entry(for: ExternalID("b")) == other)
            #expect(try await ledger.count() == 2)
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `a superseded entry makes room for the next one, and only as long as it is what is remembered`(
        factory: LedgerFactory
    )
        async throws
    {
        try await factory.withLedger { ledger in
            let (first, second, third) = (
                try entry("a", offset: 1), try entry("a", offset: 2), try entry("a", offset: 3)
            )
            let other = try entry("b", offset: 4)
            _ = try await ledger.apply(LedgerBatch(entries: [first, other]))
            let batch = LedgerBatch(lookUps: [ExternalID("a")], superseded: [first], entries: [second])
            let answers = try await ledger.apply(batch)
            #expect(answers.found == [first])
            #expect(answers.earlier == [nil])
            #expect(try await ledger.entry(for: ExternalID("a")) == second)
            // Whoever knows only the first comes too late.
            let late = try await ledger.apply(LedgerBatch(superseded: [first], entries: [third]))
            #expect(late.earlier == [second])
            // A batch that is tried again finds itself.
            #expect(try await ledger.apply(batch).earlier == [second])
            #expect(try await ledger.entry(for: ExternalID("b")) == other)
            #expect(try await ledger.count() == 2)
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `the look-ups of a batch see the state before its entries`(
        factory: LedgerFactory
    )
        async throws
    {
        try await factory.withLedger { ledger in
            let first = try entry("a", offset: 1)
            let batch = LedgerBatch(lookUps: [ExternalID("a")], entries: [first])
            let answers = try await ledger.apply(batch)
            #expect(answers.found == [nil])
            #expect(answers.earlier == [nil])
            let again = try await ledger.apply(batch)
            #expect(again.found == [first])
            #expect(again.earlier == [first])
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `in batches of any size each entry is the first of its external_id, or gets the one that was`(
        factory: LedgerFactory
    ) async throws {
        try await factory.withLedger { ledger in
            var first: [ExternalID: LedgerEntry] = [:]
            for batch in 0..<20 {
                // Ids come again within a batch and in later ones.
                let entries = try (0..<batch * 7 % 60 + 1).map { number in
                    let id = (number * 31 + batch * 17) % 97 % (batch + 40)
                    return try entry("id\(id)", offset: Int64(batch * 100 + number))
                }
                var earlier: [LedgerEntry?] = []
                for entry in entries {
                    earlier.append(first[entry.externalID])
                    first[entry.externalID] = first[entry.externalID] ?? entry
                }
                #expect(try await ledger.apply(LedgerBatch(entries: entries)).earlier == earlier)
            }
            #expect(try await ledger.count() == first.count)
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `of the same external_id twice in a batch the first stays`(
        factory: LedgerFactory
    )
        async throws
    {
        try await factory.withLedger { ledger in
            let (first, second) = (try entry("a", offset: 1), try entry("a", offset: 2))
            #expect(
                try await ledger.apply(LedgerBatch(entries: [first, second])).earlier == [nil, first]
            )
            #expect(try await ledger.entry(for: ExternalID("a")) == first)
            #expect(try await ledger.count() == 1)
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `a batch of 2,000 entries is remembered in one call`(factory: LedgerFactory) async throws {
        try await factory.withLedger { ledger in
            let entries = try (0..<2_000).map { try entry("acct_\($0)", offset: Int64($0)) }
            let ids = entries.map(\.externalID)
            let answers = try await ledger.apply(LedgerBatch(lookUps: ids, entries: entries))
            #expect(answers.found == Array(repeating: nil, count: 2_000))
            #expect(answers.earlier == Array(repeating: nil, count: 2_000))
            #expect(try await ledger.apply(LedgerBatch(lookUps: ids)).found == entries)
            #expect(try await ledger.count() == 2_000)
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `external ids that differ in any byte are different customers`(
        factory: LedgerFactory
    )
        async throws
    {
        let texts = [
            "caf\u{e9}", "cafe\u{301}", "a", "A", "a ", " a", "a\n", "\u{1f600}",
            "\u{1f468}\u{200d}\u{1f469}",
            "\u{212b}", "\u{c5}", "1", "01", "1.0", "%", "_", "'; DROP TABLE customers; --", "NULL",
            "\u{fffd}",
            String(repeating: "\u{1f600}", count: 255), String(repeating: "\u{1f600}", count: 254),
        ]
        try await factory.withLedger { ledger in
            let entries = try texts.enumerated().map { try entry($1, offset: Int64($0)) }
            let answers = try await ledger.apply(LedgerBatch(entries: entries))
            #expect(answers.earlier == Array(repeating: nil, count: texts.count))
            let found = try await ledger.apply(LedgerBatch(lookUps: texts.map { ExternalID($0) })).found
            #expect(found == entries)
            #expect(try await ledger.count() == texts.count)
        }
    }

    @Test(arguments: LedgerFactory.allCases, [nil, 0, -1, 1_795_341_600_000, Int64.max] as [Int64?])
    func `every field comes back as it was`(factory: LedgerFactory, timestamp: Int64?) async throws {
        let body = JSONObject(
            [.init(name: "external_id", value: .string("caf\u{e9} \u{1f600}"))]
                + (0..<40).map { .init(name: "unknown_\($0)", value: .string("\($0)")) }
        )
        let command = try command(
            String(decoding: JSONWriter.encode(body), as: UTF8.self),
            topic: "customer.commands-v2",
            partition: .max,
            offset: .max,
            timestamp: timestamp
        )
        let json =
            #"{"id":"cust_1","n":1.50,"e":"\u0000\u00e9","u":"\#u{e9} \#u{1f600}","metadata":null}"#
        try await factory.withLedger { ledger in
            for (index, outcome) in CreatedOutcome.allCases.enumerated() {
                let entry = LedgerEntry(
                    command: command,
                    customer: CustomerDocument(json: Array(json.utf8)),
                    outcome: outcome,
                    rememberedAt: UnixMilliseconds(Int64(index) - 1)
                )
                _ = try await ledger.apply(LedgerBatch(entries: [entry]))
                let read = try #require(try await ledger.entry(for: command.externalID))
                #expect(read.externalID == command.externalID)
                #expect(read.fingerprint == command.fingerprint)
                #expect(read.fieldDigests == command.fieldDigests)
                #expect(read.customer.json == Array(json.utf8))
                #expect(read.outcome == outcome)
                #expect(read.commandID == CommandID("customer.commands-v2/2147483647/9223372036854775807"))
                #expect(read.position == command.context.message.position)
                #expect(read.recordTimestamp == timestamp.map { UnixMilliseconds($0) })
                #expect(read.rememberedAt == UnixMilliseconds(Int64(index) - 1))
                #expect(try await ledger.forget(command.externalID))
            }
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `a forgotten external_id is new again, and the others stay`(
        factory: LedgerFactory
    )
        async throws
    {
        try await factory.withLedger { ledger in
            let (first, second) = (try entry("a", offset: 1), try entry("A", offset: 2))
            _ = try await ledger.apply(LedgerBatch(entries: [first, second]))
            #expect(try await ledger.forget(ExternalID("a")))
            #expect(try await ledger.forget(ExternalID("a")) == false)
            #expect(try await ledger.forget(ExternalID("absent")) == false)
            #expect(try await ledger.entry(for: ExternalID("a")) == nil)
            #expect(try await ledger.entry(for: ExternalID("A")) == second)
            #expect(try await ledger.count() == 1)
            let later = try entry("a", offset: 9)
            #expect(try await ledger.apply(LedgerBatch(entries: [later])).earlier == [nil])
            #expect(try await ledger.entry(for: ExternalID("a")) == later)
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `of several instances with the same external ids one wins each, and the others get its entry`(
        factory: LedgerFactory
    ) async throws {
        try await factory.withLedgers(4) { ledgers in
            let ids = (0..<300).map { "acct_\($0)" }
            let answers = try await withThrowingTaskGroup(of: (Int, [LedgerEntry?]).self) { group in
                for (instance, ledger) in ledgers.enumerated() {
                    group.addTask {
                        // Each in an order of its own: whoever waits for another must not be waited for by it.
                        let entries = try ids.shuffled().map {
                            try entry($0, offset: Int64(instance), name: "Instance \(instance)")
                        }
                        let earlier = try await ledger.apply(LedgerBatch(entries: entries)).earlier
                        return (instance, zip(entries, earlier).map { $1 ?? $0 })
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            let standing = try await ledgers[0].apply(LedgerBatch(lookUps: ids.map { ExternalID($0) })).found
            let byID = Dictionary(uniqueKeysWithValues: standing.compactMap { $0 }.map { ($0.externalID, $0) })
            #expect(byID.count == ids.count)
            for told in answers.values {
                #expect(told.count == ids.count)
                #expect(told.allSatisfy { $0.map { byID[$0.externalID] == $0 } == true })
            }
            #expect(try await ledgers[3].count() == ids.count)
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `pages go through all entries in the order of their bytes, each once`(factory: LedgerFactory) async throws {
        try await factory.withLedger { ledger in
            #expect(try await ledger.entries(after: nil, limit: 10).isEmpty)
            let texts = ["b", "a", "A", "caf\u{e9}", "cafe\u{301}", "\u{1f600}", "\u{fffd}", "a ", "1"]
            let entries = try texts.enumerated().map { try entry($1, offset: Int64($0)) }
            _ = try await ledger.apply(LedgerBatch(entries: entries))
            for size in [1, 2, 4, 100] {
                var seen: [LedgerEntry] = []
                while true {
                    let page = try await ledger.entries(after: seen.last?.externalID, limit: size)
                    #expect(page.count <= size)
                    if page.isEmpty { break }
                    seen += page
                }
                let sorted = entries.sorted {
                    $0.externalID.text.utf8.lexicographicallyPrecedes($1.externalID.text.utf8)
                }
                #expect(seen == sorted)
            }
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `old entries are forgotten in pieces, and younger ones stay`(factory: LedgerFactory) async throws {
        try await factory.withLedger { ledger in
            for (moment, ids) in [(1_000, 0..<50), (2_000, 50..<70), (3_000, 70..<100)] as [(Int64, Range<Int64>)] {
                let entries = try ids.map { try entry("acct_\($0)", offset: $0, at: moment) }
                _ = try await ledger.apply(LedgerBatch(entries: entries))
            }
            let limit = UnixMilliseconds(2_001)
            #expect(try await ledger.forget(rememberedBefore: UnixMilliseconds(1_000), limit: 30) == 0)
            #expect(try await ledger.forget(rememberedBefore: limit, limit: 30) == 30)
            #expect(try await ledger.count() == 70)
            #expect(try await ledger.forget(rememberedBefore: limit, limit: 30) == 30)
            #expect(try await ledger.forget(rememberedBefore: limit, limit: 30) == 10)
            #expect(try await ledger.forget(rememberedBefore: limit, limit: 30) == 0)
            let left = try await ledger.entries(after: nil, limit: 100)
            #expect(left.count == 30)
            #expect(left.allSatisfy { $0.rememberedAt == UnixMilliseconds(3_000) })
            // What was forgotten is new.
            #expect(try await ledger.apply(LedgerBatch(entries: [try entry("acct_1")])).earlier == [nil])
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `a healthy ledger has a size that grows, and no damage`(factory: LedgerFactory) async throws {
        try await factory.withLedger { ledger in
            let before = try await ledger.byteCount()
            let entries = try (0..<2_000).map { try entry("acct_\($0)", offset: Int64($0)) }
            _ = try await ledger.apply(LedgerBatch(entries: entries))
            #expect(try await ledger.byteCount() > before + 2_000 * 100)
            #expect(try await ledger.damage().isEmpty)
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `a command id with a NUL in it is kept`(factory: LedgerFactory) async throws {
        try await factory.withLedger { ledger in
            let command = try command(#"{"external_id":"a","name":"A"}"#, id: "x\u{0}y")
            let customer = CustomerDocument(json: Array(#"{"id":"cust_1"}"#.utf8))
            let entry = LedgerEntry(
                command: command,
                customer: customer,
                outcome: .existing,
                rememberedAt: UnixMilliseconds(1)
            )
            _ = try await ledger.apply(LedgerBatch(entries: [entry]))
            #expect(try await ledger.entry(for: ExternalID("a")) == entry)
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `of concurrent callers with the same external ids one wins each`(
        factory: LedgerFactory
    )
        async throws
    {
        try await factory.withLedger { ledger in
            let callers: Int64 = 8
            let ids = (0..<100).map { "acct_\($0)" }
            let winners = try await withThrowingTaskGroup(of: [Int].self) { group in
                for caller in 0..<callers {
                    group.addTask {
                        let entries = try ids.map { try entry($0, offset: caller) }
                        let answers = try await ledger.apply(LedgerBatch(entries: entries))
                        return answers.earlier.indices.filter { answers.earlier[$0] == nil }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(winners.sorted() == Array(ids.indices))
        }
    }
}
