import CustomerContract
import Ledger
import Records
import Testing

@testable import CommandWorker

/// ``LedgerLine`` alone.
///
/// 1. One batch is under way at a time; what comes meanwhile leaves together with the next.
/// 2. A batch that failed is tried again as it was, before anything newer.
/// 3. Little work takes turns with the results; much work, and look-ups that requests wait for, do not wait.
/// 4. A batch is bounded, and successes go first, since results wait for them.
@Suite struct LedgerLineTests {
    private static let limit = LingerSettings().limit

    private func line(batch: Int = 2_000) -> LedgerLine {
        LedgerLine(maximumBatch: batch, linger: LingerSettings(smallBatch: 3, fullBatch: 5), retryWait: .seconds(1))
    }

    private func around(
        isBehind: Bool = false,
        wantsRequests: Bool = false,
        isPublishing: Bool = false,
        hasPublishTrouble: Bool = false
    ) -> LedgerLine.Surroundings {
        .init(
            isBehind: isBehind,
            wantsRequests: wantsRequests,
            isPublishing: isPublishing,
            hasPublishTrouble: hasPublishTrouble
        )
    }

    private func answer(_ batch: LedgerWork) -> LedgerAnswer {
        .done(
            found: batch.lookUps.map { _ in nil },
            made: batch.creations.map { _ in CoreDriver.customer },
            earlier: Array(repeating: nil, count: batch.creations.count + batch.entries.count)
        )
    }

    // MARK: 1. One at a time

    @Test func `work leaves at once when nothing else goes on`() throws {
        var line = self.line()
        #expect(line.isEmpty)
        try line.lookUp(0)
        #expect(line.next(self.around(), at: .zero)?.offsets == [0])
        #expect(line.isUnderWay)
        #expect(line.due == nil)
    }

    @Test func `what comes while a batch is under way leaves together with the next`() throws {
        var line = self.line()
        try line.lookUp(0)
        let firstNow = line.next(self.around(), at: .zero)
        let first = try #require(firstNow)
        try line.lookUp(1)
        try line.create(2)
        try line.remember(3)
        #expect(line.next(self.around(), at: .zero)?.offsets == nil)
        #expect(line.answered(self.answer(first), at: .zero)?.offsets == [0])
        #expect(line.next(self.around(), at: .zero)?.offsets == [3, 2, 1])
    }

    // MARK: 2. Failures

    @Test func `a batch that failed is tried again as it was, before anything newer`() throws {
        var line = self.line()
        try line.lookUp(0)
        _ = line.next(self.around(), at: .zero)
        #expect(line.answered(.failed(LedgerError(.locked, "locked")), at: .seconds(5))?.offsets == nil)
        try line.lookUp(1)
        #expect(line.trouble != nil)
        #expect(!line.isUnderWay)
        #expect(line.due == .seconds(6))
        #expect(line.next(self.around(), at: .milliseconds(5_999))?.offsets == nil)
        let againNow = line.next(self.around(), at: .seconds(6))
        let again = try #require(againNow)
        #expect(again.offsets == [0])
        #expect(line.due == nil)
        #expect(line.answered(self.answer(again), at: .seconds(6))?.offsets == [0])
        #expect(line.trouble == nil)
        #expect(line.next(self.around(), at: .seconds(6))?.offsets == [1])
    }

    // MARK: 3. Waiting for company

    @Test func `little work waits for the results under way, up to the limit`() throws {
        var line = self.line()
        try line.remember(0)
        let around = self.around(isPublishing: true)
        #expect(line.next(around, at: .seconds(1))?.offsets == nil)
        #expect(line.due == .seconds(1) + Self.limit)
        // The wait is counted from its beginning, not from the last thing that came.
        try line.remember(1)
        #expect(line.next(around, at: .seconds(1) + Self.limit / 2)?.offsets == nil)
        #expect(line.due == .seconds(1) + Self.limit)
        #expect(line.next(around, at: .seconds(1) + Self.limit)?.offsets == [0, 1])
        #expect(line.due == nil)
    }

    @Test func `little work that waits leaves when the results are out`() throws {
        var line = self.line()
        try line.remember(0)
        #expect(line.next(self.around(isPublishing: true), at: .zero)?.offsets == nil)
        #expect(line.next(self.around(), at: .milliseconds(1))?.offsets == [0])
    }

    @Test func `more than little work does not wait for the results`() throws {
        var line = self.line()
        for offset in 0..<3 as Range<Int64> { try line.remember(offset) }
        #expect(line.next(self.around(isPublishing: true), at: .zero)?.count == 3)
    }

    @Test func `while commands wait for requests a batch gathers until it is full`() throws {
        var line = self.line()
        let around = self.around(isBehind: true)
        for offset in 0..<5 as Range<Int64> {
            #expect(line.next(around, at: .zero)?.offsets == nil)
            try line.remember(offset)
        }
        #expect(line.next(around, at: .zero)?.count == 5)
    }

    @Test func `look-ups do not wait while requests wait for them`() throws {
        var line = self.line()
        try line.lookUp(0)
        #expect(line.next(self.around(isPublishing: true), at: .zero)?.offsets == nil)
        #expect(line.next(self.around(wantsRequests: true, isPublishing: true), at: .zero)?.offsets == [0])
    }

    @Test func `nothing waits for results that do not get out`() throws {
        var line = self.line()
        try line.remember(0)
        #expect(line.next(self.around(isPublishing: true, hasPublishTrouble: true), at: .zero)?.offsets == [0])
    }

    // MARK: 4. Bounds

    @Test func `a batch takes no more than it may, successes first`() throws {
        var line = self.line(batch: 2)
        try line.lookUp(0)
        try line.create(1)
        try line.remember(2)
        let firstNow = line.next(self.around(), at: .zero)
        let first = try #require(firstNow)
        #expect(first.offsets == [2, 1])
        _ = line.answered(self.answer(first), at: .zero)
        #expect(line.count == 1)
        #expect(line.next(self.around(), at: .zero)?.offsets == [0])
    }
}

extension LedgerLine {
    private func command(_ offset: Int64) throws -> (CommandTicket, CreateCustomerCommand) {
        let command = try #require(CoreDriver.command(offset, id: "id-\(offset)"))
        return (CommandTicket(slot: Int(offset), generation: 0), command)
    }

    fileprivate mutating func lookUp(_ offset: Int64) throws {
        let (ticket, command) = try self.command(offset)
        self.lookUp(ticket, command)
    }

    fileprivate mutating func create(_ offset: Int64) throws {
        let (ticket, command) = try self.command(offset)
        self.create(ticket, command)
    }

    fileprivate mutating func remember(_ offset: Int64) throws {
        let (ticket, command) = try self.command(offset)
        let entry = LedgerEntry(
            command: command,
            customer: CoreDriver.customer,
            outcome: .created,
            rememberedAt: UnixMilliseconds(0)
        )
        self.remember(ticket, entry, superseding: nil)
    }
}

extension LedgerWork {
    /// The offsets of its commands: successes, creations, look-ups.
    fileprivate var offsets: [Int] {
        self.entries.map(\.ticket.slot) + self.creations.map(\.ticket.slot) + self.lookUps.map(\.ticket.slot)
    }
}
