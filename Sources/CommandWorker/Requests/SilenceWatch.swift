/// Notices that nothing comes back any more, long before the requests under way run out of time.
///
/// Of many requests under way at least one is answered now and then, however slow the backend is. When none is for a
/// whole span, the backend does not answer at all.
struct SilenceWatch: Sendable {
    /// Fewer requests than this may well all be slow ones.
    private static let fewest = 8

    private let span: Duration
    private let crowd: Int
    /// Since when there is a crowd that hears nothing.
    private var since: Duration?

    init(_ settings: BreakerSettings) {
        self.span = settings.window
        self.crowd = settings.minimumRequests
    }

    /// When the silence has lasted long enough; `nil` while there is none.
    var due: Duration? { self.since.map { $0 + self.span } }

    /// Tells how many requests are under way, and how many may be.
    mutating func requests(_ count: Int, of limit: Int, at now: Duration) {
        let isCrowd = count >= max(Self.fewest, min(self.crowd, limit))
        if !isCrowd { self.since = nil } else if self.since == nil { self.since = now }
    }

    /// An answer came, whatever it says.
    mutating func heard(at now: Duration) { if self.since != nil { self.since = now } }

    /// Begins again with the next request.
    mutating func reset() { self.since = nil }
}
