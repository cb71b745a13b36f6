/// Decides what the log tells of readiness: one line when a reason begins and one when it ends.
///
/// A reason that comes and goes is told once a minute at most: a beginning that comes sooner after the last one told
/// waits, and is told only if the reason lasts until then.
struct ReadinessLog: Sendable {
    /// One line.
    enum Line: Sendable, Equatable {
        case began(Health.Reason)
        case ended(ReadinessWord, after: Duration)
    }

    /// Between two beginnings of one reason that are told.
    static let spacing: Duration = .seconds(60)

    private struct State: Sendable {
        var since: Duration?
        var lastTold: Duration?
        var isTold = false
    }

    private var states: [ReadinessWord: State] = [:]

    /// Takes what was seen at a moment.
    mutating func update(_ health: Health, at now: Duration) -> [Line] {
        var lines: [Line] = []
        for word in ReadinessWord.allCases where !word.hasOwnLines {
            var state = self.states[word] ?? State()
            if let reason = health.reasons.first(where: { $0.kind == word }) {
                let since = state.since ?? now
                state.since = since
                let isSpaced = state.lastTold.map { now - $0 >= Self.spacing } ?? true
                if !state.isTold, isSpaced, now - since >= word.quietTime {
                    (state.isTold, state.lastTold) = (true, now)
                    lines.append(.began(reason))
                }
            } else {
                if state.isTold, let since = state.since { lines.append(.ended(word, after: now - since)) }
                (state.isTold, state.since) = (false, nil)
            }
            self.states[word] = state
        }
        return lines
    }
}
