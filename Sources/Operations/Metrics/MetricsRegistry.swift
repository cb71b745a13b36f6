package import CoreMetrics
import Synchronization

/// The backend of swift-metrics: keeps what components record until it is scraped.
///
/// Written here since no Prometheus library is among this project's packages. Only metrics of ``Metric/recorded`` are
/// kept: a name that is not there is a mistake of ours in a debug build, and goes nowhere in a release.
/// Asking twice for the same labels gives the same series, and a series once made is never forgotten: labels are
/// bounded by whoever makes them.
package final class MetricsRegistry: MetricsFactory {
    private struct Series: Sendable {
        var counters: [[MetricFamily.Label]: CounterSeries] = [:]
        var histograms: [[MetricFamily.Label]: HistogramSeries] = [:]
    }

    private let state = Mutex<[Metric: Series]>([:])

    package init() {}

    /// Everything that was recorded so far, by name and labels.
    package func families() -> [MetricFamily] {
        self.state.withLock { state in
            state.sorted { $0.key.rawValue < $1.key.rawValue }.map { metric, series in
                let counters = Self.sorted(series.counters).map { MetricFamily.Sample(Double($1.value), $0) }
                return MetricFamily(metric, counters + Self.sorted(series.histograms).flatMap { $1.samples($0) })
            }
        }
    }

    /// The counts of a counter with one label, by that label's value.
    func counts(of metric: Metric) -> [(status: String, count: Int)] {
        let counters = self.state.withLock { $0[metric]?.counters ?? [:] }
        return Self.sorted(counters).compactMap { labels, counter in
            labels.first.map { ($0.value, Int(counter.value)) }
        }
    }

    private static func sorted<Made>(_ series: [[MetricFamily.Label]: Made]) -> [([MetricFamily.Label], Made)] {
        series.sorted { $0.key.map(\.value).lexicographicallyPrecedes($1.key.map(\.value)) }.map { ($0.key, $0.value) }
    }

    private static func metric(_ label: String, _ kind: Metric.Kind) -> Metric? {
        let metric = Metric.recorded.first { $0.rawValue == label && $0.kind == kind }
        assert(metric != nil, "no \(kind.rawValue) \(label) is declared in Metric.recorded")
        return metric
    }

    // MARK: MetricsFactory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        guard let metric = Self.metric(label, .counter) else { return NOOPMetricsHandler.instance }
        return self.series(metric, dimensions, \.counters) { CounterSeries() }
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        guard let metric = Self.metric(label, .histogram) else { return NOOPMetricsHandler.instance }
        return self.series(metric, dimensions, \.histograms) { HistogramSeries(bounds: metric.buckets) }
    }

    /// The series of these labels, made when they come for the first time.
    private func series<Made: Sendable>(
        _ metric: Metric,
        _ dimensions: [(String, String)],
        _ path: WritableKeyPath<Series, [[MetricFamily.Label]: Made]>,
        make: () -> Made
    ) -> Made {
        let labels = dimensions.map { MetricFamily.Label($0.0, $0.1) }
        return self.state.withLock { state in
            if let known = state[metric]?[keyPath: path][labels] { return known }
            let made = make()
            state[metric, default: Series()][keyPath: path][labels] = made
            return made
        }
    }

    /// Nothing of ours records other values.
    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        assertionFailure("no recorder \(label) is declared")
        return NOOPMetricsHandler.instance
    }

    /// Series stay until the process ends: a counter that came back would start again from zero.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
}

private final class CounterSeries: CounterHandler {
    private let stored = Atomic<Int64>(0)

    var value: Int64 { self.stored.load(ordering: .relaxed) }

    func increment(by amount: Int64) { self.stored.wrappingAdd(amount, ordering: .relaxed) }

    func reset() { self.stored.store(0, ordering: .relaxed) }
}

private final class HistogramSeries: TimerHandler {
    private struct State {
        var counts: [Int]
        var sum: Double = 0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        self.state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    func recordNanoseconds(_ duration: Int64) {
        let seconds = Double(max(duration, 0)) / 1_000_000_000
        let index = self.bounds.firstIndex { seconds <= $0 } ?? self.bounds.count
        self.state.withLock { state in
            state.counts[index] += 1
            state.sum += seconds
        }
    }

    func samples(_ labels: [MetricFamily.Label]) -> [MetricFamily.Sample] {
        let (counts, sum) = self.state.withLock { ($0.counts, $0.sum) }
        return MetricFamily.histogram(bounds: self.bounds, counts: counts, sum: sum, labels: labels)
    }
}
