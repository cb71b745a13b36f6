import Testing

@testable import CommandWorker
@testable import Operations

@Suite struct ReadinessLogTests {
    private static let silent = Health(.sample(stops: [.brokersSilent(for: .seconds(15))]), silence: .zero)
    private static let well = Health(.sample(), silence: .zero)

    @Test func `a reason has one line when it begins and one when it ends`() {
        var log = ReadinessLog()
        #expect(log.update(Self.well, at: .seconds(1)) == [.ready(after: .seconds(1))])
        #expect(log.update(Self.silent, at: .seconds(2)) == [.began(Self.silent.reasons[0])])
        #expect(log.update(Self.silent, at: .seconds(3)).isEmpty)
        #expect(log.update(Self.well, at: .seconds(12)) == [.ended(.brokersSilent, after: .seconds(10))])
        #expect(log.update(Self.well, at: .seconds(13)).isEmpty)
    }

    @Test func `a reason that comes and goes is told once a minute at most`() {
        var log = ReadinessLog()
        let lines = (0..<120).flatMap { second in
            log.update(second % 2 == 0 ? Self.silent : Self.well, at: .seconds(second))
        }
        #expect(lines.count { $0 != .ready(after: .seconds(1)) } == 4)
    }

    @Test func `a reason that comes back and stays is told when the minute is over`() {
        var log = ReadinessLog()
        _ = log.update(Self.silent, at: .seconds(0))
        #expect(log.update(Self.well, at: .seconds(1)).contains(.ready(after: .seconds(1))))
        #expect(log.update(Self.silent, at: .seconds(2)).isEmpty)
        #expect(log.update(Self.silent, at: .seconds(60)) == [.began(Self.silent.reasons[0])])
        #expect(log.update(Self.well, at: .seconds(62)) == [.ended(.brokersSilent, after: .seconds(60))])
    }

    @Test func `a start is told only if it takes long, and what has lines of its own never`() {
        var log = ReadinessLog()
        let joining = Health(.sample { $0.hasJoined = false }, silence: .zero)
        #expect(log.update(joining, at: .seconds(1)).isEmpty)
        #expect(log.update(joining, at: .seconds(16)).count == 1)
        var other = ReadinessLog()
        let paused = Health(.sample { $0.intakeBlock = "unauthorized" }, silence: .zero)
        #expect(other.update(paused, at: .seconds(60)).isEmpty)
    }
}
