import CustomerContract
import Ledger
import Records
import Testing

/// What every ledger promises of pauses.
@Suite(.timeLimit(.minutes(1))) struct PauseTests {
    private func pause(
        _ scope: Pause.Scope,
        group: String = "workers",
        reason: String = "",
        at: Int64 = 1,
        until: Int64? = nil
    ) -> Pause {
        Pause(
            group: group,
            scope: scope,
            reason: reason,
            author: "ops@host",
            beganAt: UnixMilliseconds(at),
            endsAt: until.map { UnixMilliseconds($0) }
        )
    }

    @Test(arguments: LedgerFactory.allCases)
    func `pauses are kept as they are until they are ended, each in the place of an earlier one of its scope`(
        factory: LedgerFactory
    ) async throws {
        try await factory.withLedgers(2) { ledgers in
            let pauses = [
                self.pause(.all, reason: "Flexprice moves «today»\n", at: 1, until: 5_000),
                self.pause(.partition(3), at: 2), self.pause(.externalID(ExternalID("acct_é'\"")), at: 3),
                self.pause(.externalIDPrefix("acct_"), at: 4), self.pause(.externalID(ExternalID("acct_")), at: 5),
                self.pause(.all, group: "others", at: 6),
            ]
            for pause in pauses { try await ledgers[0].keep(pause) }
            #expect(try await ledgers[1].pauses() == pauses)

            let later = self.pause(.partition(3), reason: "again", at: 7)
            try await ledgers[1].keep(later)
            #expect(try await ledgers[0].pauses().last == later)
            #expect(try await ledgers[0].pauses().count == pauses.count)

            #expect(try await ledgers[1].endPause(.all, of: "workers"))
            #expect(try await !ledgers[1].endPause(.all, of: "workers"))
            #expect(try await !ledgers[1].endPause(.externalIDPrefix("acct"), of: "workers"))
            #expect(
                try await ledgers[0].pauses().map(\.scope) == pauses.dropFirst().map(\.scope).filter {
                    $0 != .partition(3)
                } + [.partition(3)]
            )
        }
    }

    @Test(arguments: LedgerFactory.allCases)
    func `a move takes pauses along`(factory: LedgerFactory) async throws {
        let source = try SQLiteLedger(path: ":memory:")
        try await source.keep(self.pause(.partition(3)))
        try await factory.withLedger { target in
            _ = try await LedgerMove(from: source, to: target).copy()
            #expect(try await target.pauses() == [self.pause(.partition(3))])
        }
    }
}
