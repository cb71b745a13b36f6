import Logging
import Synchronization
import Testing

@testable import WorkerLogging

@Suite(.timeLimit(.minutes(1))) struct TroubleLogTests {
    private static let denied = Trouble("Results were not published", end: "results are published")

    /// A clock that moves when it is told to.
    private final class ManualClock: Sendable {
        private let start = ContinuousClock.now
        private let passed = Mutex(Duration.zero)
        var now: ContinuousClock.Instant { self.start + self.passed.withLock { $0 } }
        func move(to time: Duration) { self.passed.withLock { $0 = time } }
    }

    private let capture = LogCapture()
    private let clock = ManualClock()

    private func log(_ level: Logger.Level = .info) -> TroubleLog {
        TroubleLog(self.capture.logger(.json, level: level)) { [clock] in clock.now }
    }

    @Test func `a trouble is told at once, once a minute with the number of times, and when it is over`() {
        let log = self.log()
        for second in 0...65 {
            self.clock.move(to: .seconds(second))
            log.tell(.warning, Self.denied, ["error": "no"])
        }
        self.clock.move(to: .seconds(66))
        log.end(Self.denied)
        #expect(self.capture.lines.count == 3)
        #expect(self.capture.lines[0].contains(#""error":"no""#) && !self.capture.lines[0].contains("times"))
        #expect(self.capture.lines[1].contains(#""times":"60""#) && self.capture.lines[1].contains(#""lasting":"60s""#))
        #expect(self.capture.lines[2].contains("Recovered: results are published"))
        #expect(self.capture.lines[2].contains(#""duration":"66s""#))
        log.end(Self.denied)
        #expect(self.capture.lines.count == 3)
    }

    @Test func `a trouble that comes and goes is told once a minute at most, and its end only if it was told`() {
        let log = self.log()
        for second in 0..<120 {
            self.clock.move(to: .seconds(second))
            if second % 2 == 0 { log.tell(.warning, Self.denied, [:]) } else { log.end(Self.denied) }
        }
        #expect(self.capture.lines.count == 4)
        #expect(self.capture.lines[2].contains(#""times":"30""#))
    }

    @Test func `troubles of several subjects have lines of their own, and one end`() {
        let log = self.log()
        log.tell(.warning, Self.denied.of("a"), [:])
        self.clock.move(to: .seconds(5))
        log.tell(.warning, Self.denied.of("b"), [:])
        self.clock.move(to: .seconds(9))
        log.end(Self.denied)
        #expect(self.capture.lines.count == 3)
        #expect(self.capture.lines[2].contains(#""duration":"9s""#))
        log.tell(.warning, Self.denied.of("c"), [:])
        log.end(Self.denied.of("d"))
        #expect(self.capture.lines.count == 4)
    }

    @Test func `one that was not heard of for five minutes is a new one`() {
        let log = self.log()
        log.tell(.warning, Self.denied, [:])
        log.tell(.warning, Self.denied, [:])
        self.clock.move(to: .seconds(301))
        log.tell(.warning, Self.denied, [:])
        #expect(self.capture.lines.count == 2)
        #expect(self.capture.lines.allSatisfy { !$0.contains("times") && !$0.contains("lasting") })
    }

    @Test func `what the level hides has no end either`() {
        let log = self.log(.error)
        log.tell(.warning, Self.denied, [:])
        log.end(Self.denied)
        #expect(self.capture.lines.isEmpty)
    }

    @Test func `however many there are, the table does not grow, and the one told first is forgotten`() {
        var book = TroubleBook()
        for number in 0..<TroubleBook.limit {
            #expect(book.happened(Self.denied.of("\(number)"), at: self.clock.now + .milliseconds(number)) != nil)
        }
        #expect(book.happened(Self.denied.of("new"), at: self.clock.now + .seconds(1)) != nil)
        #expect(book.happened(Self.denied.of("1"), at: self.clock.now + .seconds(1)) == nil)
        #expect(book.happened(Self.denied.of("0"), at: self.clock.now + .seconds(1)) != nil)
    }
}
