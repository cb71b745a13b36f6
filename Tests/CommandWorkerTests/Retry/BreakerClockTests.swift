import Testing

@testable import CommandWorker

@Suite struct BreakerClockTests {
    @Test func `it stands still while the breaker is open`() {
        var clock = BreakerClock()
        #expect(clock.activeTime(at: .seconds(5)) == .seconds(5))
        clock.open(at: .seconds(10))
        clock.open(at: .seconds(12))
        #expect(clock.activeTime(at: .seconds(100)) == .seconds(10))
        clock.close(at: .seconds(110))
        clock.close(at: .seconds(115))
        #expect(clock.activeTime(at: .seconds(115)) == .seconds(15))
        clock.open(at: .seconds(120))
        clock.close(at: .seconds(121))
        #expect(clock.activeTime(at: .seconds(125)) == .seconds(24))
    }
}
