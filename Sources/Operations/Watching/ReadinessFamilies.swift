import CommandWorker

/// The metrics of readiness: what `/readyz` says, in numbers.
package enum ReadinessFamilies {
    /// Every word has a series from the start, so that an alert on one ends when the reason does.
    ///
    /// - Parameters:
    ///   - health: as `/readyz` tells it.
    ///   - hold: what is left of a wait that the API asked of all callers.
    ///   - hasReloaded: whether the settings that were last read are in force.
    package static func families(_ health: Health, hold: Duration?, hasReloaded: Bool) -> [MetricFamily] {
        let words = Set(health.reasons.map(\.kind))
        return [
            MetricFamily(.ready, [.init(health.isReady ? 1 : 0)]),
            MetricFamily(
                .notReady,
                ReadinessWord.allCases.map { .init(words.contains($0) ? 1 : 0, [.init("reason", $0.rawValue)]) }
            ),
            MetricFamily(.apiHold, [.init((hold ?? .zero) / .seconds(1))]),
            MetricFamily(.lastReloadSuccess, [.init(hasReloaded ? 1 : 0)]),
        ]
    }
}
