import Testing

@testable import CommandWorker

@Suite struct BreakerTests {
    private static let cause = Breaker.Cause(reason: "unauthorized", certainty: .certain)
    private static let settings = BreakerSettings(window: .seconds(10), probeWaits: .seconds(1) ... .seconds(5))

    private static func opened(_ certainty: Breaker.Cause.Certainty = .certain) -> Breaker {
        var breaker = Breaker(Self.settings)
        _ = breaker.failed(.init(reason: "unauthorized", certainty: certainty), wasProbe: false, at: .zero)
        return breaker
    }

    @Test func `while it is closed there is no cause, and no probe`() {
        var breaker = Breaker(Self.settings)
        #expect(breaker.cause == nil)
        #expect(breaker.nextProbe == nil)
        let probe = breaker.admitProbe(at: .seconds(100))
        #expect(probe == nil)
        let opens = breaker.succeeded(wasProbe: false, at: .zero)
        #expect(!opens)
    }

    @Test func `open, it lets one probe go when its time has come`() {
        var breaker = Self.opened()
        #expect(breaker.cause == Self.cause)
        #expect(breaker.nextProbe == .seconds(1))
        let goes = [Duration.milliseconds(999), .seconds(1), .seconds(1)].map { breaker.admitProbe(at: $0) != nil }
        #expect(goes == [false, true, false])
        #expect(breaker.nextProbe == nil)
        let lets = breaker.succeeded(wasProbe: true, at: .seconds(2))
        #expect(lets)
        #expect(breaker.cause == nil)
    }

    @Test func `waits between probes double up to the longest, and one that hangs does not add to them`() {
        for answerTakes in [Duration.zero, .milliseconds(900), .seconds(1)] {
            var breaker = Self.opened()
            var sent: [Duration] = []
            for _ in 0..<6 {
                let due = breaker.nextProbe ?? .zero
                let probe = breaker.admitProbe(at: due)
                #expect(probe != nil)
                sent.append(due)
                _ = breaker.failed(Self.cause, wasProbe: true, at: due + answerTakes)
            }
            #expect(zip(sent.dropFirst(), sent).map { $0 - $1 } == [2, 4, 5, 5, 5].map { .seconds($0) })
        }
    }

    @Test func `a probe is cut off early, but one of eight may take its time`() {
        var breaker = Self.opened()
        var patience: [Duration?] = []
        for _ in 0..<16 {
            let due = breaker.nextProbe ?? .zero
            guard let probe = breaker.admitProbe(at: due) else { break }
            patience.append(probe.patience)
            _ = breaker.failed(Self.cause, wasProbe: true, at: due)
        }
        let cut = Array(repeating: Duration?.some(.seconds(5)), count: 7)
        #expect(patience == cut + [nil] + cut + [nil])
    }

    @Test func `answers to requests from before change nothing once it is open`() {
        var breaker = Self.opened()
        let lets = breaker.succeeded(wasProbe: false, at: .milliseconds(400))
        #expect(!lets)
        let stops = breaker.failed(Self.cause, wasProbe: false, at: .milliseconds(500))
        #expect(!stops)
        #expect(breaker.nextProbe == .seconds(1))
        let probe = breaker.admitProbe(at: .seconds(1))
        #expect(probe != nil)
        _ = breaker.succeeded(wasProbe: false, at: .seconds(1))
        _ = breaker.failed(Self.cause, wasProbe: false, at: .seconds(1))
        #expect(breaker.cause == Self.cause)
        #expect(breaker.nextProbe == nil)
    }

    @Test func `silence is over with any answer`() {
        var breaker = Self.opened(.silence)
        let lets = breaker.succeeded(wasProbe: false, at: .milliseconds(400))
        #expect(lets)
    }

    @Test func `a certain cause takes the place of a likely one`() {
        var breaker = Self.opened(.likely)
        _ = breaker.failed(.init(reason: "forbidden", certainty: .certain), wasProbe: false, at: .milliseconds(1))
        #expect(breaker.cause == .init(reason: "forbidden", certainty: .certain))
        _ = breaker.failed(.init(reason: "http_500", certainty: .likely), wasProbe: false, at: .milliseconds(2))
        #expect(breaker.cause?.reason == "forbidden")
    }

    @Test func `what fails again soon after it was let go waits on as before`() {
        var breaker = Self.opened()
        for time in [1, 3] as [Int64] {
            _ = breaker.admitProbe(at: .seconds(time))
            _ = breaker.failed(Self.cause, wasProbe: true, at: .seconds(time))
        }
        _ = breaker.admitProbe(at: .seconds(7))
        _ = breaker.succeeded(wasProbe: true, at: .seconds(7))
        var later = breaker
        _ = breaker.failed(Self.cause, wasProbe: false, at: .seconds(8))
        #expect(breaker.nextProbe == .seconds(12))
        _ = later.failed(Self.cause, wasProbe: false, at: .seconds(17))
        #expect(later.nextProbe == .seconds(18))
    }

    @Test func `a probe whose command is gone makes way for the next one`() {
        var breaker = Self.opened()
        _ = breaker.admitProbe(at: .seconds(1))
        breaker.probeWasLost()
        #expect(breaker.nextProbe == .seconds(3))
    }
}
