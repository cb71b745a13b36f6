/// Time without the spans in which requests were stopped: what a command's own time is measured by.
struct OutageClock: Sendable {
    /// The length of the spans that have ended.
    private var total: Duration = .zero
    /// The span under way or the last one; its end is open while an event has to come first.
    private var span: (start: Duration, end: Duration?)?

    /// Tells whether requests are stopped from now on, and until when if that is known.
    mutating func update(isStopped: Bool, until end: Duration?, at now: Duration) {
        if let span = self.span, let over = span.end, over <= now {
            self.total += over - span.start
            self.span = nil
        }
        let start = self.span?.start ?? now
        self.span = isStopped ? (start, nil) : (start, max(end ?? now, now))
    }

    func activeTime(at now: Duration) -> Duration {
        guard let span = self.span else { return now - self.total }
        return now - self.total - (min(span.end ?? now, now) - span.start)
    }
}
