/// Tells a second request to stop from the first one that came twice.
///
/// `timeout` and some service managers send TERM to the process and again to its group, within milliseconds.
/// So the same signal within ``repetition`` of the first is the same request.
/// Another signal, or the same one later, is a second request.
package struct StopRequests: Sendable {
    /// What one signal is.
    package enum Verdict: Sendable, Hashable {
        /// The first request.
        case first
        /// The first request once more.
        case repeated
        /// A second request.
        case second
    }

    /// How long the same signal is the same request, counted from the first.
    package static let repetition: Duration = .seconds(1)

    private var first: (signal: ProcessSignals.Signal, at: ContinuousClock.Instant)?

    /// Nothing was asked for yet.
    package init() {}

    /// Takes a signal that asks to stop.
    package mutating func take(_ signal: ProcessSignals.Signal, at now: ContinuousClock.Instant) -> Verdict {
        guard let first else {
            self.first = (signal, now)
            return .first
        }
        return signal == first.signal && now - first.at < Self.repetition ? .repeated : .second
    }
}
