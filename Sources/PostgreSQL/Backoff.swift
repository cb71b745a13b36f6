/// How long to leave a server alone that could not be reached: a value that its owner tells the time.
///
/// The first attempt after a success is made at once; then the waits double, with jitter, so that the instances of a
/// cluster do not come back all at the same moment.
package struct Backoff: Sendable {
    private static let first: Duration = .milliseconds(250)
    private static let longest: Duration = .seconds(5)

    private var failures = 0
    private var due: ContinuousClock.Instant?

    /// Nothing has failed.
    package init() {}

    /// Whether an attempt may be made.
    package func allows(at now: ContinuousClock.Instant) -> Bool { self.due.map { now >= $0 } ?? true }

    /// An attempt failed; `chance` is from 0 to 1.
    package mutating func failed(at now: ContinuousClock.Instant, chance: Double = .random(in: 0...1)) {
        let bound = min(Self.longest, Self.first * (1 << min(self.failures, 10)))
        self.failures += 1
        self.due = now + bound / 2 + bound / 2 * chance
    }

    /// An attempt succeeded.
    package mutating func succeeded() { self = Backoff() }
}
