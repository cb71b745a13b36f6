import CommandWorker

/// Every word that `/readyz` can give as a reason, and so every value of `customer_worker_not_ready{reason}`.
///
/// ``Health`` has the sentence of each, and the runbook a section.
package enum ReadinessWord: String, Sendable, CaseIterable {
    case loopStuck = "loop_stuck"
    case starting
    case brokersUnreachable = "brokers_unreachable"
    case brokersSilent = "brokers_silent"
    case notJoined = "not_joined"
    case membershipLost = "membership_lost"
    case takingPartitions = "taking_partitions"
    case topicMissing = "topic_missing"
    case leaderMissing = "leader_missing"
    case notFetched = "not_fetched"
    case foreignTransaction = "foreign_transaction"
    case draining
    case intakePaused = "intake_paused"
    case refusedAlike = "refused_alike"
    case apiHold = "api_hold"
    case storeTrouble = "store_trouble"
    case storeSilent = "store_silent"
    case publishingTrouble = "publishing_trouble"
    case commitUnsettled = "commit_unsettled"

    /// How long it lasts before the log tells of it: a start and a rebalance have lines of their own.
    var quietTime: Duration {
        [.starting, .notJoined, .takingPartitions].contains(self) ? .seconds(15) : .zero
    }

    /// Whether whoever causes it writes both lines itself.
    var hasOwnLines: Bool { self == .draining || self == .intakePaused || self == .refusedAlike }
}

/// Decides what the log tells of readiness: one line when the worker is first ready, one when a reason begins and one
/// when it ends.
///
/// A reason that comes and goes is told once a minute at most: a beginning that comes sooner after the last one told
/// waits, and is told only if the reason lasts until then.
struct ReadinessLog: Sendable {
    /// One line.
    enum Line: Sendable, Equatable {
        /// The first time that no reason is left.
        case ready(after: Duration)
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
    private var wasReady = false

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
        if health.isReady, !self.wasReady {
            self.wasReady = true
            lines.append(.ready(after: now))
        }
        return lines
    }
}
