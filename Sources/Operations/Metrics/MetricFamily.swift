/// All samples of one metric, as Prometheus sees them at one moment.
package struct MetricFamily: Sendable, Equatable {
    /// One number with its labels.
    package struct Sample: Sendable, Equatable {
        /// What follows the family's name: empty, or `_bucket`, `_sum`, `_count` of a histogram.
        let suffix: String
        /// Names and values, in the order in which they are written.
        let labels: [Label]
        let value: Double

        init(_ value: Double, _ labels: [Label] = [], suffix: String = "") {
            self.suffix = suffix
            self.labels = labels
            self.value = value
        }
    }

    /// One label.
    package struct Label: Sendable, Hashable {
        let name: String
        let value: String

        init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    let metric: Metric
    var samples: [Sample]

    init(_ metric: Metric, _ samples: [Sample] = []) {
        self.metric = metric
        self.samples = samples
    }

    /// The samples of one histogram: cumulative buckets, the sum and the count.
    ///
    /// - Parameters:
    ///   - bounds: upper bounds in seconds, ascending.
    ///   - counts: for each bound how many values lie between it and the one before, and last how many above.
    static func histogram(bounds: [Double], counts: [Int], sum: Double, labels: [Label] = []) -> [Sample] {
        var samples: [Sample] = []
        var below = 0
        for (bound, count) in zip(bounds + [.infinity], counts) {
            below += count
            let text = PrometheusText.number(bound)
            samples.append(Sample(Double(below), labels + [Label("le", text)], suffix: "_bucket"))
        }
        samples.append(Sample(sum, labels, suffix: "_sum"))
        samples.append(Sample(Double(below), labels, suffix: "_count"))
        return samples
    }
}
