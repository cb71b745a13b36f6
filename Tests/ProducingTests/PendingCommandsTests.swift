import CustomerContract
import Records
import Testing

@testable import Producing

@Suite struct PendingCommandsTests {
    private func place(_ line: Int) -> RowPlace { RowPlace(line: line, offset: Int64(line) * 100) }

    private func position(_ offset: Int64) -> RecordPosition {
        RecordPosition(topic: "customer_commands", partition: 0, offset: offset)
    }

    @Test func `a result answers its row once, and nobody else's`() {
        var pending = PendingCommands()
        pending.expect(CommandID("a"), at: self.place(2))
        pending.expect(CommandID("b"), at: self.place(3))
        let stranger = pending.answer(CommandID("c"), command: self.position(0))
        let first = pending.answer(CommandID("a"), command: self.position(1))
        let again = pending.answer(CommandID("a"), command: self.position(1))
        #expect(stranger == nil && first == self.place(2) && again == nil)
        #expect(pending.count == 1 && pending.first(10) == [self.place(3)])
    }

    @Test func `equal rows have a result each, and one that comes twice counts once`() {
        var pending = PendingCommands()
        for line in [2, 5, 9] { pending.expect(CommandID("a"), at: self.place(line)) }
        let answers = [10, 10, 11, 10, 11, 12, 12].map {
            pending.answer(CommandID("a"), command: self.position($0))?.line
        }
        #expect(answers == [2, nil, 5, nil, nil, 9, nil])
        #expect(pending.count == 0)
    }

    @Test func `what was not sent is not waited for`() {
        var pending = PendingCommands()
        for line in [2, 5] { pending.expect(CommandID("a"), at: self.place(line)) }
        pending.expect(CommandID("b"), at: self.place(3))
        pending.forget(CommandID("a"), at: self.place(2))
        pending.forget(CommandID("b"), at: self.place(3))
        pending.forget(CommandID("b"), at: self.place(4))
        #expect(pending.count == 1 && pending.first(10) == [self.place(5)])
        let answer = pending.answer(CommandID("a"), command: nil)
        #expect(answer == self.place(5) && pending.count == 0)
    }

    @Test func `the place of an element of an array survives`() {
        var pending = PendingCommands()
        let place = RowPlace(line: 1, element: 40_000, offset: 3_000_000_000)
        pending.expect(CommandID("a"), at: place)
        #expect(pending.first(1) == [place])
    }
}
