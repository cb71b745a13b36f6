/// Reply topics that failed, which are not used for a while: their results go to the results topic meanwhile.
///
/// The first time lasts 30 s, each further one twice as long, up to 10 min; a reply that gets out ends it. Bounded.
struct SuspendedTopics: Sendable {
    static let firstTime: Duration = .seconds(30)
    static let longestTime: Duration = .seconds(600)
    static let mostTopics = 1_000

    private struct Suspension: Sendable {
        var end: ContinuousClock.Instant
        var time: Duration
        var reason: String
    }

    private let now: @Sendable () -> ContinuousClock.Instant
    private var suspensions: [String: Suspension] = [:]

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
    }

    /// Why a topic is not to be used now; `nil` when it may be.
    func reason(_ topic: String) -> String? {
        guard let suspension = self.suspensions[topic], self.now() < suspension.end else { return nil }
        return suspension.reason
    }

    /// A topic failed: no reply goes there for a while.
    mutating func suspend(_ topic: String, _ reason: String) {
        let now = self.now()
        let last = self.suspensions[topic]
        // Told again of the same failure.
        if let last, now < last.end { return }
        if last == nil, self.suspensions.count >= Self.mostTopics {
            let first = self.suspensions.min { $0.value.end < $1.value.end }
            if let first { self.suspensions[first.key] = nil }
        }
        let time = last.map { min($0.time * 2, Self.longestTime) } ?? Self.firstTime
        self.suspensions[topic] = Suspension(end: now + time, time: time, reason: reason)
    }

    /// Replies to these topics got out.
    mutating func succeeded(_ topics: Set<String>) {
        if self.suspensions.isEmpty { return }
        for topic in topics { self.suspensions[topic] = nil }
    }
}
