import Testing

@testable import CommandWorker

@Suite struct BackOffQueueTests {
    @Test func `nothing comes before it is due, and the soonest comes first`() {
        var queue = BackOffQueue()
        #expect(queue.count == 0)
        queue.insert(Self.ticket(3), due: .seconds(3))
        queue.insert(Self.ticket(1), due: .seconds(1))
        queue.insert(Self.ticket(2), due: .seconds(2))
        #expect(queue.nextDue == .seconds(1))
        let early = queue.popDue(at: .milliseconds(999))
        #expect(early == nil)
        let due = (1...3).map { _ in queue.popDue(at: .seconds(2)) }
        #expect(due == [Self.ticket(1), Self.ticket(2), nil])
        #expect(queue.nextDue == .seconds(3))
    }

    @Test func `everything put in comes out in the order of time`() {
        var random = SplitMix64(seed: 1)
        var queue = BackOffQueue()
        let dues = (0..<500).map { _ in Duration.milliseconds(Int.random(in: 0...100, using: &random)) }
        for (slot, due) in dues.enumerated() { queue.insert(Self.ticket(slot), due: due) }
        var popped: [Duration] = []
        while let ticket = queue.popDue(at: .seconds(1)) { popped.append(dues[ticket.slot]) }
        #expect(popped == dues.sorted())
        #expect(queue.count == 0)
    }

    @Test func `a hold that is lifted leaves a command's own wait, and touches no other's`() {
        var queue = BackOffQueue()
        queue.insert(Self.ticket(1), due: .seconds(31), heldUntil: .seconds(30))
        queue.insert(Self.ticket(2), due: .seconds(20))
        queue.liftHold(at: .seconds(5))
        #expect(queue.dues(of: [Self.ticket(1)])[Self.ticket(1)] == .seconds(6))
        #expect(queue.dues(of: [Self.ticket(2)])[Self.ticket(2)] == .seconds(20))
        // What is over already cannot be lifted.
        queue.insert(Self.ticket(3), due: .seconds(9), heldUntil: .seconds(7))
        queue.liftHold(at: .seconds(8))
        #expect(queue.dues(of: [Self.ticket(3)])[Self.ticket(3)] == .seconds(9))
    }

    private static func ticket(_ slot: Int) -> CommandTicket { CommandTicket(slot: slot, generation: 0) }
}
