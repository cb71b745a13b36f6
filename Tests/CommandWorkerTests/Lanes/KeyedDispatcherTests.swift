import CustomerContract
import Testing

@testable import CommandWorker

@Suite struct KeyedDispatcherTests {
    @Test func `of one id one runs, and the others follow in the order in which they came`() {
        var dispatcher = KeyedDispatcher()
        let lane = ExternalID("a")
        let starts = (1...3).map { dispatcher.enqueue(Self.ticket($0), in: lane) }
        #expect(starts == [true, false, false])
        let second = dispatcher.finish(lane: lane)
        #expect(second == Self.ticket(2))
        let fourthStarts = dispatcher.enqueue(Self.ticket(4), in: lane)
        #expect(!fourthStarts)
        let rest = (1...3).map { _ in dispatcher.finish(lane: lane) }
        #expect(rest == [Self.ticket(3), Self.ticket(4), nil])
        #expect(dispatcher.laneCount == 0)
    }

    @Test func `different ids do not know each other, and equal looks are not equal bytes`() {
        var dispatcher = KeyedDispatcher()
        let starts = ["a", "A", "\u{E9}", "e\u{301}"].enumerated().map { slot, id in
            dispatcher.enqueue(Self.ticket(slot), in: ExternalID(id))
        }
        #expect(starts == [true, true, true, true])
        #expect(dispatcher.laneCount == 4)
    }

    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func `with any mix of ids and any order of endings each lane is a queue`(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var dispatcher = KeyedDispatcher()
        var model: [Int: [Int]] = [:]
        for number in 0..<400 {
            let lane = Int.random(in: 0..<8, using: &random)
            if Bool.random(using: &random) {
                let runs = dispatcher.enqueue(Self.ticket(number), in: ExternalID("\(lane)"))
                if runs != (model[lane] ?? []).isEmpty {
                    Issue.record("seed \(seed): \(number) runs: \(runs)")
                    return
                }
                model[lane, default: []].append(number)
            } else if let queue = model[lane], !queue.isEmpty {
                model[lane]?.removeFirst()
                let next = dispatcher.finish(lane: ExternalID("\(lane)"))
                if next != model[lane]?.first.map(Self.ticket) {
                    Issue.record("seed \(seed): wrong one after \(number)")
                    return
                }
            }
        }
        #expect(dispatcher.laneCount == model.values.count { !$0.isEmpty }, "seed \(seed)")
    }

    private static func ticket(_ slot: Int) -> CommandTicket { CommandTicket(slot: slot, generation: 0) }
}
