import Synchronization

/// A clock on which time passes only while somebody sleeps, at once; it keeps every sleep, and ends the last one with a
/// cancellation.
final class QuickClock: Clock {
    struct Instant: InstantProtocol {
        var time: Duration

        func advanced(by duration: Duration) -> Instant { Instant(time: self.time + duration) }
        func duration(to other: Instant) -> Duration { other.time - self.time }
        static func < (left: Instant, right: Instant) -> Bool { left.time < right.time }
    }

    private let state = Mutex<(now: Duration, sleeps: [Duration])>((.zero, []))
    private let end: Duration

    /// Begins at zero; whoever would sleep beyond `end` is told that it is cancelled.
    init(until end: Duration) {
        self.end = end
    }

    var now: Instant { Instant(time: self.state.withLock { $0.now }) }
    var minimumResolution: Duration { .nanoseconds(1) }
    var sleeps: [Duration] { self.state.withLock { $0.sleeps } }

    func sleep(until deadline: Instant, tolerance: Duration?) throws {
        guard deadline.time <= self.end else { throw CancellationError() }
        self.state.withLock { state in
            state.sleeps.append(deadline.time - state.now)
            state.now = max(state.now, deadline.time)
        }
    }
}
