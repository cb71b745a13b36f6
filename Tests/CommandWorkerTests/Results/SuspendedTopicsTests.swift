import Synchronization
import Testing

@testable import CommandWorker

@Suite struct SuspendedTopicsTests {
    private final class Clock: Sendable {
        private let stored = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { self.stored.withLock { $0 } }
        func wait(_ duration: Duration) { self.stored.withLock { $0 += duration } }
    }

    @Test func `a topic that fails again is left out twice as long, up to ten minutes, until it takes a reply`() {
        let clock = Clock()
        var topics = SuspendedTopics { clock.now }
        #expect(topics.reason("a") == nil)
        for seconds in [30, 60, 120, 240, 480, 600, 600] {
            topics.suspend("a", "no leader")
            clock.wait(.seconds(seconds - 1))
            #expect(topics.reason("a") == "no leader", "\(seconds)")
            // The same failure, told by another batch.
            topics.suspend("a", "other")
            clock.wait(.seconds(1))
            #expect(topics.reason("a") == nil, "\(seconds)")
        }
        topics.succeeded(["b"])
        topics.suspend("a", "x")
        topics.succeeded(["a"])
        topics.suspend("a", "x")
        clock.wait(.seconds(30))
        #expect(topics.reason("a") == nil)
    }

    @Test func `however many topics fail, a bounded number is remembered`() {
        let clock = Clock()
        var topics = SuspendedTopics { clock.now }
        for number in 0..<(SuspendedTopics.mostTopics + 10) {
            topics.suspend("\(number)", "x")
            clock.wait(.microseconds(1))
        }
        #expect(topics.reason("9") == nil)
        #expect(topics.reason("10") == "x")
    }
}
