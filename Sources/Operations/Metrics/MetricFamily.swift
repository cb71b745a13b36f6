/// All samples of one metric, as Prometheus sees them at one moment.
package struct MetricFamily: Sendable, Equatable {
    package struct Sample: Sendable, Equatable {
        /// What follows the family's name: empty, or `_bucket`, `_sum`, `_count` of a histogram.
        let suffix: String
        /// In the order in which they are written.
        let labels: [Label]
        let value: Double

        init(_ value: Double, _ labels: [Label] = [], suffix: String = "") {
            self.suffix = suffix
            self.labels = labels
            self.value = value
        }
    }

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

    /// A family of one number.
    init(_ metric: Metric, _ value: Double) { self.init(metric, [Sample(value)]) }

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
            samples.append(
                .init(Double(below), labels + [.init("le", PrometheusText.number(bound))], suffix: "_bucket")
            )
        }
        return samples + [.init(sum, labels, suffix: "_sum"), .init(Double(below), labels, suffix: "_count")]
    }
}

/// Writes metrics in Prometheus' text format, version 0.0.4 («Exposition formats» in its documentation).
package enum PrometheusText {
    /// The families in the order given; those without samples are left out.
    package static func encode(_ families: [MetricFamily]) -> String {
        var text = ""
        for family in families where !family.samples.isEmpty {
            let name = family.metric.rawValue
            text += "# HELP \(name) \(escaped(family.metric.help, quotes: false))\n"
            text += "# TYPE \(name) \(family.metric.kind.rawValue)\n"
            for sample in family.samples {
                text += name + sample.suffix
                if !sample.labels.isEmpty {
                    let pairs = sample.labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
                    text += "{\(pairs.joined(separator: ","))}"
                }
                text += " \(number(sample.value))\n"
            }
        }
        return text
    }

    /// A number as Go's `ParseFloat` reads it, whole ones without a point.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    /// A help text escapes the backslash and the line feed, a label's value the quotation mark besides.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
