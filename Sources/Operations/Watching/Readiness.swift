import CommandWorker

/// Every word that `/readyz` can give as a reason, and so every value of `customer_worker_not_ready{reason}`.
package enum ReadinessWord: String, Sendable, CaseIterable {
    /// The loop does not answer.
    case loopStuck = "loop_stuck"
    /// The loop has not begun.
    case starting
    /// No connection to any broker.
    case brokersUnreachable = "brokers_unreachable"
    /// Connections are there, and no broker answers.
    case brokersSilent = "brokers_silent"
    /// The group has not answered since the start.
    case notJoined = "not_joined"
    /// The worker was a member of the group and is none now.
    case membershipLost = "membership_lost"
    /// Committed offsets of new partitions are being read.
    case takingPartitions = "taking_partitions"
    /// The command topic is gone.
    case topicMissing = "topic_missing"
    /// A partition has no leader, or one that refuses to serve it.
    case leaderMissing = "leader_missing"
    /// A partition is assigned, and its records are not fetched.
    case notFetched = "not_fetched"
    /// A producer's open transaction holds records back.
    case foreignTransaction = "foreign_transaction"
    /// The worker is stopping.
    case draining
    /// The intake is paused, by an operator or since the API is failing for all commands.
    case intakePaused = "intake_paused"
    /// The API refuses all commands alike, and requests only trickle.
    case refusedAlike = "refused_alike"
    /// The API asked all callers to wait.
    case apiHold = "api_hold"
    /// The ledger refuses.
    case storeTrouble = "store_trouble"
    /// The ledger does not answer.
    case storeSilent = "store_silent"
    /// Results cannot be published.
    case publishingTrouble = "publishing_trouble"
    /// Whether a batch of results is committed is not known.
    case commitUnsettled = "commit_unsettled"

    /// How long it lasts before the log tells of it: a start and a rebalance have lines of their own.
    var quietTime: Duration {
        switch self {
        case .starting, .notJoined, .takingPartitions: .seconds(15)
        case .loopStuck, .brokersUnreachable, .brokersSilent, .membershipLost, .topicMissing, .leaderMissing,
            .notFetched, .foreignTransaction, .draining, .intakePaused, .refusedAlike, .apiHold, .storeTrouble,
            .storeSilent, .publishingTrouble, .commitUnsettled:
            .zero
        }
    }

    /// Whether whoever causes it writes both lines itself.
    var hasOwnLines: Bool { self == .draining || self == .intakePaused || self == .refusedAlike }
}

/// The metrics of readiness: what `/readyz` says, in numbers.
package enum ReadinessFamilies {
    /// Every word has a series from the start, so that an alert on one ends when the reason does.
    ///
    /// - Parameters:
    ///   - health: as `/readyz` tells it.
    ///   - hold: what is left of a wait that the API asked of all callers.
    ///   - hasReloaded: whether the settings that were last read are in effect.
    package static func families(_ health: Health, hold: Duration?, hasReloaded: Bool) -> [MetricFamily] {
        let words = Set(health.reasons.map(\.kind))
        return [
            MetricFamily(.ready, [.init(health.isReady ? 1 : 0)]),
            MetricFamily(
                .notReady,
                ReadinessWord.allCases.map { .init(words.contains($0) ? 1 : 0, [.init("reason", $0.rawValue)]) }
            ),
            MetricFamily(.apiHold, [.init((hold ?? .zero) / .seconds(1))]),
            MetricFamily(.lastReloadSuccess, [.init(hasReloaded ? 1 : 0)]),
        ]
    }
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
