/// A wait that the backend asked of all callers (`Retry-After` of a 429 or 503): no request goes before its end, but
/// for one probe when half of it has passed.
///
/// Said to one request, meant for all: whoever sends with the same key would be refused as well.
struct ServerHold: Sendable {
    private var probeDue: Duration = .zero
    /// Whether its probe has gone.
    private(set) var isProbed = false
    /// No request goes before; in the past when there is no hold.
    private(set) var end: Duration = .zero

    func isActive(at now: Duration) -> Bool { now < self.end }

    /// How much of it is left; `nil` when there is no hold.
    func left(at now: Duration) -> Duration? { self.isActive(at: now) ? self.end - now : nil }

    /// Whether its probe may go now.
    func admitsProbe(at now: Duration) -> Bool { self.isActive(at: now) && now >= self.probeDue }

    /// When a request may go: its probe, or any at its end.
    var opens: Duration { min(self.probeDue, self.end) }

    /// The backend asked to wait; a shorter wait than the one in effect changes nothing.
    mutating func ask(_ wait: Duration, at now: Duration) {
        guard now + wait > self.end else { return }
        self.end = now + wait
        self.probeDue = now + wait / 2
        self.isProbed = false
    }

    /// The probe of this hold has gone; there is one.
    mutating func probeSent() {
        self.probeDue = self.end
        self.isProbed = true
    }

    /// Lets requests go before its end; whether there was a hold.
    mutating func lift(at now: Duration) -> Bool {
        guard self.isActive(at: now) else { return false }
        self.end = now
        return true
    }
}
