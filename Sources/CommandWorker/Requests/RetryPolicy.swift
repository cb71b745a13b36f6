/// Retry: how often and for how long a transient failure is tried again; exponential, with full jitter.
///
/// Full jitter (a wait between zero and the bound, evenly) spreads clients that failed together over the whole
/// interval; see «Exponential Backoff And Jitter», AWS Architecture Blog.
package struct RetryPolicy: Sendable, Hashable {
    /// The bound of the first wait.
    package var initialInterval: Duration
    /// No bound grows beyond this.
    package var maximumInterval: Duration
    /// By how much the bound grows; at least 1.
    package var multiplier: Double
    /// After this the command fails as `retries_exhausted`; what a server asked to wait does not count.
    package var maximumElapsedTime: Duration
    /// The longest wait that the server may ask of all callers.
    package var maximumHold: Duration

    /// Sets a policy; the defaults are those of the configuration.
    package init(
        initialInterval: Duration = .seconds(1),
        maximumInterval: Duration = .seconds(30),
        multiplier: Double = 2,
        maximumElapsedTime: Duration = .seconds(900),
        maximumHold: Duration = .seconds(300)
    ) {
        self.initialInterval = initialInterval
        self.maximumInterval = maximumInterval
        self.multiplier = multiplier
        self.maximumElapsedTime = maximumElapsedTime
        self.maximumHold = maximumHold
    }

    /// The bound of the wait after an attempt, from 1; finite for any number.
    func bound(afterAttempt attempt: Int) -> Duration {
        var bound = min(self.initialInterval, self.maximumInterval)
        guard self.multiplier > 1, bound > .zero else { return bound }
        for _ in 1..<max(attempt, 1) {
            // Compared before it is multiplied: a duration that overflows traps.
            guard bound < self.maximumInterval / self.multiplier else { return self.maximumInterval }
            bound = bound * self.multiplier
        }
        return bound
    }

    /// How long to wait after an attempt: what the server asked for, up to the longest interval, and jitter on top of
    /// it.
    ///
    /// Only the jitter is the policy's own, and counts against ``maximumElapsedTime``.
    func wait(
        afterAttempt attempt: Int,
        serverAsked: Duration?,
        using generator: inout SplitMix64
    ) -> (asked: Duration, jitter: Duration) {
        let jitter = self.bound(afterAttempt: attempt) * Double.random(in: 0...1, using: &generator)
        guard let serverAsked else { return (.zero, jitter) }
        return (min(serverAsked, self.maximumInterval), min(jitter, self.initialInterval))
    }
}
