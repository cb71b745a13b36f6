/// What one operation cost on one store.
struct Report {
    private let count: Int
    private let operation: String
    private let batch: Int
    private let milliseconds: [Double]

    init(_ count: Int, _ operation: String, _ durations: [Duration], batch: Int) {
        self.count = count
        self.operation = operation
        self.batch = batch
        self.milliseconds = durations.map { $0 / .milliseconds(1) }.sorted()
    }

    /// Microseconds for an entry, and milliseconds for a batch.
    var json: String {
        let mean = self.milliseconds.reduce(0, +) / Double(self.milliseconds.count)
        let values = [
            ("mean_us", mean * 1_000 / Double(self.batch)), ("p50_ms", self.quantile(0.5)),
            ("p99_ms", self.quantile(0.99)),
        ]
        let texts = values.map { "\"\($0)\":\(($1 * 1_000).rounded() / 1_000)" }.joined(separator: ",")
        return "{\"entries\":\(self.count),\"operation\":\"\(self.operation)\",\(texts)}"
    }

    private func quantile(_ part: Double) -> Double {
        self.milliseconds[min(Int(Double(self.milliseconds.count) * part), self.milliseconds.count - 1)]
    }
}
