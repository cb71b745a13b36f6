import CustomerContract
import Ledger
import Records
import Testing

@testable import CommandWorker

/// ``Lanes`` alone.
///
/// 1. Of an external_id one command runs, in log order; other ids do not wait for it.
/// 2. What one command learnt from the ledger answers those behind it.
/// 3. An abandoned command has no result, and keeps its lane while something is under way for it.
/// 4. A lane of any length may end at once.
@Suite struct LanesTests {
    private let end = UnixMilliseconds(1_800_000_000_000)
    private let created = CommandOutcome.created(.created, CoreDriver.customer)

    private func lanes(_ commands: (offset: Int64, id: String?)...) -> Lanes {
        var lanes = Lanes()
        for command in commands { lanes.admit(.logged(command.offset, id: command.id)) }
        return lanes
    }

    // MARK: 1. Order

    @Test func `of one external_id the next command starts when the last has finished, in log order`() {
        var lanes = self.lanes((0, "a"), (1, "a"), (2, "a"))
        for offset in 0...2 as ClosedRange<Int64> {
            let started = lanes.startAll()
            #expect(started.map(lanes.offset) == [offset])
            #expect(lanes.finish(started[0], self.created, at: self.end)?.number == Int(offset))
        }
        #expect(lanes.startAll().isEmpty)
    }

    @Test func `commands of different external_ids start side by side`() {
        var lanes = self.lanes((0, "a"), (1, "b"), (2, "a"), (3, "c"))
        #expect(lanes.startAll().map(lanes.offset) == [0, 1, 3])
        #expect(lanes.startAll().isEmpty)
    }

    @Test func `a command without an external_id waits for none, and is refused`() {
        var lanes = self.lanes((0, nil), (1, nil))
        for offset in 0...1 as ClosedRange<Int64> {
            guard case .refused(let ticket, let failure)? = lanes.next() else {
                Issue.record("offset \(offset) does not start as refused")
                return
            }
            #expect(lanes.offset(ticket) == offset)
            #expect(lanes.finish(ticket, .failed(failure), at: self.end) != nil)
        }
    }

    @Test func `a refused command with an external_id waits for its turn`() {
        var lanes = self.lanes((0, "a"))
        lanes.admit(.logged(1, id: "a", isValid: false))
        let first = lanes.startAll()
        #expect(first.map(lanes.offset) == [0])
        _ = lanes.finish(first[0], self.created, at: self.end)
        guard case .refused(let ticket, _)? = lanes.next() else {
            Issue.record("nothing is refused")
            return
        }
        #expect(lanes.offset(ticket) == 1)
    }

    @Test func `a finished command stays in flight until its result is out`() throws {
        var lanes = self.lanes((0, "a"), (1, "b"))
        #expect([lanes.count, lanes.byteCount] == [2, 20])
        let ticketNow = lanes.startAll()
        let ticket = try #require(ticketNow.first)
        lanes.update(ticket) { $0.attempts = 3 }
        let resultNow = lanes.finish(ticket, self.created, at: self.end)
        let result = try #require(resultNow)
        #expect(result.result.attempts == 3)
        #expect(lanes[ticket]?.stage == .finished)
        #expect(lanes.count == 2)
        lanes.remove(ticket)
        #expect([lanes.count, lanes.byteCount] == [1, 10])
        #expect(lanes[ticket] == nil)
    }

    // MARK: 2. What a lane has learnt

    @Test func `what the ledger told one command answers those behind it, and none that comes after the lane`() throws {
        var lanes = self.lanes((0, "a"), (1, "a"))
        let firstNow = lanes.startAll()
        let first = try #require(firstNow.first)
        let command = try #require(lanes[first]?.command)
        let entry = LedgerEntry(
            command: command,
            customer: CoreDriver.customer,
            outcome: .created,
            rememberedAt: self.end
        )
        lanes.keep(entry, for: command.externalID)
        _ = lanes.finish(first, self.created, at: self.end)
        guard case .remembered(let second, _, entry)? = lanes.next() else {
            Issue.record("the second command does not know what the first has learnt")
            return
        }
        _ = lanes.finish(second, self.created, at: self.end)
        lanes.admit(.logged(2, id: "a"))
        guard case .unknown? = lanes.next() else {
            Issue.record("the lane outlived its commands")
            return
        }
    }

    // MARK: 3. Abandoned commands

    @Test(arguments: [CommandStage.waitingForRequest, .backingOff])
    func `an abandoned command for which nothing is under way leaves at once`(stage: CommandStage) throws {
        var lanes = self.lanes((0, "a"))
        let ticketNow = lanes.startAll()
        let ticket = try #require(ticketNow.first)
        lanes.update(ticket) { $0.stage = stage }
        lanes.abandon([AssignmentID(value: 0)])
        #expect(lanes.count == 0)
        // Its lane is free for the same id in another assignment.
        lanes.admit(.logged(0, id: "a", assignment: 1))
        #expect(lanes.startAll().count == 1)
    }

    @Test(arguments: [CommandStage.atLedger, .requesting])
    func `an abandoned command keeps its lane until its answer comes, and has no result`(
        stage: CommandStage
    ) throws {
        var lanes = self.lanes((0, "a"))
        let ticketNow = lanes.startAll()
        let ticket = try #require(ticketNow.first)
        lanes.update(ticket) { $0.stage = stage }
        lanes.abandon([AssignmentID(value: 0)])
        lanes.admit(.logged(0, id: "a", assignment: 1))
        #expect(lanes.startAll().isEmpty)
        #expect(lanes.finish(ticket, self.created, at: self.end) == nil)
        #expect(lanes.startAll().compactMap { lanes[$0]?.assignment.value } == [1])
    }

    @Test func `an abandoned command in the middle of its lane is passed over when its turn comes`() throws {
        var lanes = Lanes()
        for assignment in 0...2 { lanes.admit(.logged(Int64(assignment), id: "a", assignment: assignment)) }
        let firstNow = lanes.startAll()
        let first = try #require(firstNow.first)
        lanes.abandon([AssignmentID(value: 1)])
        #expect(lanes.offsets == [0, 1, 2])
        _ = lanes.finish(first, self.created, at: self.end)
        #expect(lanes.startAll().map(lanes.offset) == [2])
        #expect(lanes.offsets == [0, 2])
    }

    @Test func `a finished command that is abandoned leaves, and does not move its lane a second time`() throws {
        var lanes = self.lanes((0, "a"), (1, "a"), (2, "a"))
        let firstNow = lanes.startAll()
        let first = try #require(firstNow.first)
        _ = lanes.finish(first, self.created, at: self.end)
        let secondNow = lanes.startAll()
        let second = try #require(secondNow.first)
        lanes.update(second) { $0.stage = .requesting }
        lanes.abandon([AssignmentID(value: 0)])
        #expect(lanes[first] == nil)
        #expect(lanes.startAll().isEmpty)
        #expect(lanes[second]?.isAbandoned == true)
    }

    @Test func `only commands for which nothing is under way are abandoned as idle`() {
        var lanes = Lanes()
        let stages: [CommandStage] = [.atLedger, .waitingForRequest, .requesting, .backingOff]
        for (offset, stage) in stages.enumerated() {
            lanes.admit(.logged(Int64(offset), id: "\(offset)"))
            for ticket in lanes.startAll() { lanes.update(ticket) { $0.stage = stage } }
        }
        lanes.abandonIdle { _ in true }
        #expect(lanes.offsets == [0, 2])
        #expect(lanes.abandonedCount == 2)
        #expect(lanes.commands.allSatisfy { !$0.command.isAbandoned })
    }

    @Test func `a command is counted as abandoned once, however often it is given up`() throws {
        var lanes = self.lanes((0, "a"))
        let ticketNow = lanes.startAll()
        let ticket = try #require(ticketNow.first)
        lanes.abandon([AssignmentID(value: 0)])
        lanes.abandon([AssignmentID(value: 0)])
        lanes.giveUp(ticket)
        #expect(lanes.abandonedCount == 1)
        #expect(lanes.count == 0)
    }

    // MARK: 4. Length

    @Test func `a lane of ten thousand abandoned commands ends in one turn`() throws {
        var lanes = Lanes()
        for offset in 0..<10_000 as Range<Int64> { lanes.admit(.logged(offset, id: "a")) }
        let firstNow = lanes.startAll()
        let first = try #require(firstNow.first)
        lanes.abandon([AssignmentID(value: 0)])
        #expect(lanes.finish(first, self.created, at: self.end) == nil)
        #expect(lanes.startAll().isEmpty)
        #expect(lanes.count == 0)
    }
}
