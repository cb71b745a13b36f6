/// `breaker.*`: when the requests of all commands are stopped, and how often a probe tries whether they may go again.
package struct BreakerSettings: Sendable, Hashable {
    /// Answers of so much time are counted together.
    package var window: Duration
    /// The share of failing answers in the window that stops requests, above 0 to 1.
    package var failureRatio: Double
    /// With fewer answers in the window the share is not judged; and this number of customers whose requests fail
    /// without a success of any between stops requests, however long that takes.
    package var minimumRequests: Int
    /// Valid commands of distinct ids that are refused alike, with no success between, make a trickle of the flow; 0
    /// for never.
    package var refusals: Int
    /// The first and the longest wait between probes.
    package var probeWaits: ClosedRange<Duration>

    /// Settings with the configuration's defaults.
    package init(
        window: Duration = .seconds(10),
        failureRatio: Double = 0.5,
        minimumRequests: Int = 20,
        refusals: Int = 20,
        probeWaits: ClosedRange<Duration> = .seconds(1) ... .seconds(8)
    ) {
        self.window = window
        self.failureRatio = failureRatio
        self.minimumRequests = minimumRequests
        self.refusals = refusals
        self.probeWaits = probeWaits
    }
}
