import Testing

@testable import CommandWorker

@Suite struct BreakerTests {
    private let cause = Breaker.Cause(reason: "unauthorized", isCertain: true)

    @Test func `while it is closed everything may go`() {
        var breaker = Breaker(firstWait: .seconds(1), longestWait: .seconds(5))
        let goes = breaker.admit(at: .zero)
        #expect(goes)
        #expect(breaker.cause == nil)
        #expect(breaker.nextProbe == nil)
        breaker.succeeded(wasProbe: false)
        #expect(breaker.cause == nil)
    }

    @Test func `open, it lets one probe go when its time has come`() {
        var breaker = Breaker(firstWait: .seconds(1), longestWait: .seconds(5))
        breaker.failed(self.cause, wasProbe: false, at: .zero)
        #expect(breaker.cause == self.cause)
        #expect(breaker.nextProbe == .seconds(1))
        let goes = [Duration.milliseconds(999), .seconds(1), .seconds(1)].map { breaker.admit(at: $0) }
        #expect(goes == [false, true, false])
        #expect(breaker.nextProbe == nil)
        breaker.succeeded(wasProbe: true)
        #expect(breaker.cause == nil)
    }

    @Test func `waits between probes double up to the longest`() {
        var breaker = Breaker(firstWait: .seconds(1), longestWait: .seconds(5))
        breaker.failed(self.cause, wasProbe: false, at: .zero)
        var waits: [Duration] = []
        for _ in 0..<5 {
            let due = breaker.nextProbe ?? .zero
            let goes = breaker.admit(at: due)
            #expect(goes)
            breaker.failed(self.cause, wasProbe: true, at: due)
            waits.append((breaker.nextProbe ?? .zero) - due)
        }
        #expect(waits == [.seconds(2), .seconds(4), .seconds(5), .seconds(5), .seconds(5)])
    }

    @Test func `answers to requests from before change nothing once it is open`() {
        var breaker = Breaker(firstWait: .seconds(1), longestWait: .seconds(5))
        breaker.failed(self.cause, wasProbe: false, at: .zero)
        breaker.succeeded(wasProbe: false)
        breaker.failed(self.cause, wasProbe: false, at: .milliseconds(500))
        #expect(breaker.nextProbe == .seconds(1))
        let goes = breaker.admit(at: .seconds(1))
        #expect(goes)
        breaker.succeeded(wasProbe: false)
        breaker.failed(self.cause, wasProbe: false, at: .seconds(1))
        #expect(breaker.cause == self.cause)
        #expect(breaker.nextProbe == nil)
    }
}
