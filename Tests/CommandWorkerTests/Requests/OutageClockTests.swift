import Testing

@testable import CommandWorker

/// ``OutageClock`` alone: time without the spans in which requests were stopped.
@Suite struct OutageClockTests {
    @Test func `while requests flow it goes as time does`() {
        var clock = OutageClock()
        #expect(clock.activeTime(at: .seconds(5)) == .seconds(5))
        clock.update(isStopped: false, until: nil, at: .seconds(6))
        #expect(clock.activeTime(at: .seconds(8)) == .seconds(8))
    }

    @Test func `it does not move while requests are stopped, however often that is said`() {
        var clock = OutageClock()
        clock.update(isStopped: true, until: nil, at: .seconds(10))
        #expect(clock.activeTime(at: .seconds(100)) == .seconds(10))
        clock.update(isStopped: true, until: nil, at: .seconds(50))
        #expect(clock.activeTime(at: .seconds(100)) == .seconds(10))
        clock.update(isStopped: false, until: nil, at: .seconds(110))
        #expect(clock.activeTime(at: .seconds(115)) == .seconds(15))
    }

    @Test func `of a stop whose end is known it goes on at that end`() {
        var clock = OutageClock()
        clock.update(isStopped: false, until: .seconds(30), at: .seconds(10))
        #expect(clock.activeTime(at: .seconds(20)) == .seconds(10))
        #expect(clock.activeTime(at: .seconds(31)) == .seconds(11))
        clock.update(isStopped: false, until: .seconds(30), at: .seconds(40))
        #expect(clock.activeTime(at: .seconds(41)) == .seconds(21))
    }

    @Test func `a stop whose end is known and that is lifted earlier ends then`() {
        var clock = OutageClock()
        clock.update(isStopped: false, until: .seconds(30), at: .seconds(10))
        clock.update(isStopped: false, until: .seconds(12), at: .seconds(12))
        #expect(clock.activeTime(at: .seconds(20)) == .seconds(18))
    }

    @Test func `stops that overlap count once`() {
        var clock = OutageClock()
        // A hold until 30, an outage from 20 to 40.
        clock.update(isStopped: false, until: .seconds(30), at: .seconds(10))
        clock.update(isStopped: true, until: .seconds(30), at: .seconds(20))
        clock.update(isStopped: false, until: .seconds(30), at: .seconds(40))
        #expect(clock.activeTime(at: .seconds(50)) == .seconds(20))
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `it agrees with a model, and never goes back or faster than time`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var clock = OutageClock()
        // What the clock is told, second by second.
        var (isStopped, end, model) = (false, 0, 0)
        for second in 0..<500 {
            let active = clock.activeTime(at: .seconds(second))
            if active != .seconds(model) {
                Issue.record("seed \(seed), second \(second): \(active), not \(model)")
                return
            }
            if Int.random(in: 0..<5, using: &random) == 0 {
                isStopped.toggle()
            } else if Int.random(in: 0..<5, using: &random) == 0 {
                end = max(end, second + Int.random(in: 1...20, using: &random))
            }
            clock.update(isStopped: isStopped, until: .seconds(end), at: .seconds(second))
            if !isStopped, end <= second { model += 1 }
        }
    }
}
