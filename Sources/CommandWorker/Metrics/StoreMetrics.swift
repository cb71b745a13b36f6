package import CoreMetrics
import Records

/// What the ledger costs: one duration for each batch, by what the batch did.
///
/// - `customer_worker_store_duration_seconds{operation}`: `look_up` (only lookups), `remember` (only successes),
///   `look_up_and_remember`. Failed batches count too.
package struct StoreMetrics: Sendable {
    private let lookUp: CoreMetrics.Timer
    private let remember: CoreMetrics.Timer
    private let both: CoreMetrics.Timer

    /// Makes the timers once; a batch looks none up.
    package init(factory: any MetricsFactory) {
        func timer(_ operation: String) -> CoreMetrics.Timer {
            CoreMetrics.Timer(
                label: "customer_worker_store_duration_seconds",
                dimensions: [("operation", operation)],
                factory: factory
            )
        }
        self.lookUp = timer("look_up")
        self.remember = timer("remember")
        self.both = timer("look_up_and_remember")
    }

    /// Metrics that go nowhere.
    package static var none: StoreMetrics { StoreMetrics(factory: NOOPMetricsHandler.instance) }

    func record(_ duration: Duration, looksUp: Bool, remembers: Bool) {
        let timer = looksUp && remembers ? self.both : looksUp ? self.lookUp : self.remember
        timer.recordNanoseconds(duration.boundedNanoseconds)
    }
}
