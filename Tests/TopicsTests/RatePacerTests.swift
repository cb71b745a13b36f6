import Testing
import Topics

@testable import Topics

@Suite struct RatePacerTests {
    /// Sends batches when they are due, each of which takes `cost`; returns how many went and how long it took.
    private static func drive(rate: Double, batch: Int, batches: Int, cost: Duration) -> Duration {
        var pacer = RatePacer(rate: rate)
        var now = Duration.zero
        for _ in 0..<batches {
            now = max(now, pacer.due)
            pacer.sent(batch, at: now)
            now += cost
        }
        return now
    }

    @Test(arguments: [1.0, 3, 100, 1_234.5], [1, 10, 100])
    func `the average is the rate`(_ rate: Double, _ batch: Int) {
        let batches = 200
        let took = Self.drive(rate: rate, batch: batch, batches: batches, cost: .zero)
        let expected = Duration.seconds(Double(batch * (batches - 1)) / rate)
        #expect(abs((took - expected) / expected) < 0.001)
    }

    @Test func `batches that take time do not slow it down as long as they can be made up for`() {
        let took = Self.drive(rate: 100, batch: 25, batches: 400, cost: .milliseconds(100))
        #expect(took < .seconds(101) && took > .seconds(99))
    }

    @Test func `after an outage only a second's worth is made up for`() {
        var pacer = RatePacer(rate: 100)
        pacer.sent(25, at: .zero)
        var now = Duration.seconds(3_600)
        var sentAtOnce = 0
        while pacer.due <= now {
            pacer.sent(25, at: now)
            sentAtOnce += 25
        }
        #expect(sentAtOnce <= 125)
        now += .seconds(1)
        #expect(pacer.due <= now)
    }

    @Test func `without a rate everything is due`() {
        var pacer = RatePacer(rate: nil)
        pacer.sent(1_000_000, at: .zero)
        #expect(pacer.due == .zero)
    }
}
