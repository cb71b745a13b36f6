import CustomerContract
import Records
import Testing

@testable import CommandWorker

@Suite struct InFlightTableTests {
    @Test func `a ticket finds its command until it leaves, and never another one in the same place`() {
        var table = InFlightTable()
        let first = table.insert(.sample(number: 1, size: 10))
        #expect(table[first]?.number == 1)
        table.remove(first)
        #expect(table[first] == nil)
        let second = table.insert(.sample(number: 2, size: 30))
        #expect(second.slot == first.slot)
        #expect(table[first] == nil)
        table.update(first) { $0.attempts = 9 }
        table.remove(first)
        #expect(table[second]?.attempts == 0)
        #expect(table.count == 1)
        #expect(table.byteCount == 30)
    }

    @Test func `a change is made in place`() {
        var table = InFlightTable()
        let ticket = table.insert(.sample(number: 1, size: 10))
        table.update(ticket) { $0.stage = .requesting }
        #expect(table[ticket]?.stage == .requesting)
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `it agrees with a dictionary, and uses places again`(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var table = InFlightTable()
        var model: [CommandTicket: Int] = [:]
        var highest = 0
        for number in 0..<1_000 {
            if model.count < 20, Bool.random(using: &random) {
                let ticket = table.insert(.sample(number: number, size: number))
                if model.updateValue(number, forKey: ticket) != nil {
                    Issue.record("seed \(seed): a ticket was given twice")
                }
                highest = max(highest, ticket.slot)
            } else if let ticket = model.keys.sorted(by: { $0.slot < $1.slot }).randomElement(using: &random) {
                model[ticket] = nil
                table.remove(ticket)
                if table[ticket] != nil { Issue.record("seed \(seed): a command that left is found") }
            }
        }
        #expect(table.count == model.count)
        #expect(table.byteCount == model.values.reduce(0, +))
        #expect(highest < 20)
        for (ticket, number) in model { #expect(table[ticket]?.number == number, "seed \(seed)") }
        #expect(Set(table.tickets { $0.number % 2 == 0 }) == Set(model.filter { $0.value % 2 == 0 }.keys))
        #expect(table.contains { $0.number % 2 == 0 } == model.values.contains { $0 % 2 == 0 })
    }
}

extension InFlightCommand {
    /// A command that was refused at decoding, the simplest there is.
    fileprivate static func sample(number: Int, size: Int) -> InFlightCommand {
        let message = KafkaRecord(position: .init(topic: "t", partition: 0, offset: Int64(number)), value: nil)
        return InFlightCommand(
            decoded: CommandReader().read(message),
            assignment: AssignmentID(value: 0),
            number: number,
            size: size
        )
    }
}
