import Testing

@testable import Producing

@Suite struct ResultPatienceTests {
    @Test func `it looks again more and more seldom and from further and further back, and then gives up`() {
        var patience = ResultPatience(limit: .seconds(60))
        let steps = (1...60).map { patience.step(at: .seconds($0)) }
        let looks = steps.enumerated().filter { $0.element != .wait }.map { ($0.offset + 1, $0.element) }
        #expect(looks.map(\.0) == [5, 10, 20, 40, 60])
        #expect(
            looks.map(\.1) == [
                .lookAgain(records: 1_000), .lookAgain(records: 4_000), .lookAgain(records: 16_000),
                .lookAgain(records: 64_000), .giveUp,
            ]
        )
    }

    @Test func `a result begins the time anew`() {
        var patience = ResultPatience(limit: .seconds(4))
        for second in 1...100 {
            if second.isMultiple(of: 3) { patience.answered(at: .seconds(second)) }
            #expect(patience.step(at: .seconds(second)) == .wait)
        }
        #expect(patience.step(at: .seconds(102)) == .wait)
        #expect(patience.step(at: .seconds(103)) == .giveUp)
    }
}
