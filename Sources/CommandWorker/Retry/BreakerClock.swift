/// Time without the spans in which the breaker was open: what a command's own patience is measured by.
struct BreakerClock: Sendable {
    private var openTotal: Duration = .zero
    private var openSince: Duration?

    mutating func open(at now: Duration) {
        if self.openSince == nil { self.openSince = now }
    }

    mutating func close(at now: Duration) {
        guard let since = self.openSince else { return }
        self.openTotal += now - since
        self.openSince = nil
    }

    func activeTime(at now: Duration) -> Duration {
        (self.openSince ?? now) - self.openTotal
    }
}
