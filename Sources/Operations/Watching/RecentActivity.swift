import CommandWorker
import DequeModule

/// What the worker did in the last minute: for rates and percentiles that a person wants to read now.
struct RecentActivity: Sendable {
    private struct Sample: Sendable {
        let uptime: Duration
        let results: Int
        let durations: DurationHistogram
    }

    /// Rates are of this span, percentiles of the longer one, which has more to count.
    static let rateSpan: Duration = .seconds(10)
    static let latencySpan: Duration = .seconds(60)
    /// A sample that is closer to the one before is replaced by the next: each has a histogram of four kilobytes.
    private static let spacing: Duration = .milliseconds(900)

    private var samples: Deque<Sample> = []

    mutating func add(_ inspection: WorkerInspection) {
        let uptime = inspection.moment.uptime
        let counters = inspection.snapshot.counters
        if let earlier = self.samples.dropLast().last, let last = self.samples.last,
            last.uptime < earlier.uptime + Self.spacing
        {
            self.samples.removeLast()
        }
        self.samples.append(Sample(uptime: uptime, results: counters.resultCount, durations: counters.durations))
        // One sample older than the span stays, so that the span is covered.
        while self.samples.count > 2, self.samples[1].uptime <= uptime - Self.latencySpan { self.samples.removeFirst() }
    }

    /// Results a second over the last ten; `nil` before there are two samples.
    var rate: Double? {
        guard let last = self.samples.last else { return nil }
        let first = self.samples.last { $0.uptime <= last.uptime - Self.rateSpan } ?? self.samples[0]
        let seconds = (last.uptime - first.uptime) / .seconds(1)
        return seconds > 0 ? Double(last.results - first.results) / seconds : nil
    }

    /// Durations of commands that ended in the last minute.
    var durations: DurationHistogram? {
        guard let last = self.samples.last, let first = self.samples.first else { return nil }
        return self.samples.count > 1 ? last.durations.since(first.durations) : last.durations
    }
}
