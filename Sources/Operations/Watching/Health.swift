package import CommandWorker
import Ledger
import Records

/// Whether the worker lives and is ready, and if not, why: a pure function of what was last seen of it.
package struct Health: Sendable, Equatable {
    /// One thing that is missing.
    package struct Reason: Sendable, Equatable {
        /// What kind of thing.
        package let kind: ReadinessWord
        /// A sentence for people.
        package let detail: String

        /// The kind's word, for programs.
        package var word: String { self.kind.rawValue }
    }

    /// Whether the loop is alive; `false` means that only a restart helps.
    package let isLive: Bool
    /// Everything that keeps it from being ready; empty when it is.
    package let reasons: [Reason]

    /// Whether commands are taken in and answered.
    package var isReady: Bool { self.reasons.isEmpty }

    /// A loop that has not answered for this time is stuck: its longest legitimate calls take milliseconds.
    package static let longestSilence: Duration = .seconds(15)
    /// A wait that the API asked for is a reason while more than this is left of it.
    static let shortHold: Duration = .seconds(2)

    /// Judges.
    ///
    /// - Parameters:
    ///   - inspection: the loop's last answer; `nil` before the first.
    ///   - silence: how long ago it was, or how long the loop runs without one.
    package init(_ inspection: WorkerInspection?, silence: Duration) {
        self.isLive = silence < Self.longestSilence
        var reasons: [Reason] = []
        if !self.isLive {
            reasons.append(.init(kind: .loopStuck, detail: "the loop has not answered for \(silence.wholeSeconds) s"))
        }
        guard let inspection else {
            self.reasons = reasons + [.init(kind: .starting, detail: "the loop has not begun")]
            return
        }
        let hasJoined = inspection.snapshot.hasJoined
        // A member that has not joined for the first time has not lost anything: ``ReadinessWord/notJoined`` says it.
        reasons += inspection.stops.filter { hasJoined || !$0.isLostMembership }.map { Reason($0) }
        if !hasJoined {
            let refusal = inspection.joinRefusal.map { " (\($0))" } ?? ""
            reasons.append(.init(kind: .notJoined, detail: "the consumer group has not answered yet\(refusal)"))
        } else if inspection.snapshot.isTakingPartitions {
            let detail = "the committed offsets of new partitions are being read"
            reasons.append(.init(kind: .takingPartitions, detail: detail))
        }
        let waits = [Reason(intakeOf: inspection), Reason(lettersOf: inspection), Reason(holdOf: inspection)]
        self.reasons = reasons + waits.compactMap(\.self) + Self.silences(inspection)
    }

    /// Answers that are owed for ``longestSilence`` or longer: whatever waits for them has stopped.
    private static func silences(_ inspection: WorkerInspection) -> [Reason] {
        var reasons: [Reason] = []
        if let silence = inspection.storeSilence, silence >= self.longestSilence {
            let detail = "the store has not answered for \(silence.wholeSeconds) s"
            reasons.append(.init(kind: .storeSilent, detail: detail))
        }
        if let silence = inspection.publishSilence, silence >= self.longestSilence {
            let detail =
                "the brokers have not said for \(silence.wholeSeconds) s whether a batch of results is committed; "
                + "nothing is published before that is known"
            reasons.append(.init(kind: .commitUnsettled, detail: detail))
        }
        return reasons
    }
}

extension Health.Reason {
    /// `nil` while records flow, and for fullness, which is the ordinary way to be busy.
    fileprivate init?(intakeOf inspection: WorkerInspection) {
        switch inspection.snapshot.intakeBlock {
        case nil, "full":
            return nil
        case "draining":
            self.init(kind: .draining, detail: "the worker is stopping")
        case "suspended":
            guard let pause = inspection.pauses.first(where: { $0.scope == .all }) else {
                self.init(kind: .intakePaused, detail: "an operator suspended the intake (TSTP); CONT resumes it")
                return
            }
            let detail = "an operator paused \(pause); «customer-worker resume --all» ends it"
            self.init(kind: .intakePaused, detail: detail)
        case "publishing":
            let error = inspection.publishTrouble.map { " (\($0))" } ?? ""
            self.init(kind: .publishingTrouble, detail: "results cannot be published\(error); they are tried again")
        case let word? where word.hasPrefix("store_"):
            self.init(
                kind: .storeTrouble,
                detail: "the store cannot be used (\(word.dropFirst(6))); it is tried again"
            )
        case "refused_alike":
            self.init(
                kind: .refusedAlike,
                detail: "the API refuses all commands alike: \(inspection.refusal ?? "no message"); "
                    + "one new command a second is tried until one succeeds"
            )
        case let word?:
            self.init(
                kind: .intakePaused,
                detail: "the API is failing for all commands (\(word)); probes continue"
            )
        }
    }

    /// `nil` while no dead letter waits for its topic.
    fileprivate init?(lettersOf inspection: WorkerInspection) {
        guard let trouble = inspection.letterTrouble, inspection.lettersWaiting > 0 else { return nil }
        self.init(
            kind: .publishingTrouble,
            detail: "dead letters cannot be published (\(trouble)); they are tried again, and the results of all "
                + "commands that did not fail go on"
        )
    }

    /// `nil` without a wait that the API asked for, and while little is left of it.
    fileprivate init?(holdOf inspection: WorkerInspection) {
        guard let left = inspection.hold, left > Health.shortHold else { return nil }
        // Rounded, so that the sentence stays the same from look to look.
        let end = inspection.moment.wall.advanced(by: left + .milliseconds(500))
        let second = String("\(end)".prefix(19)) + "Z"
        self.init(
            kind: .apiHold,
            detail: "the API asked all callers to wait; requests go again at \(second), or on HUP"
        )
    }

    fileprivate init(_ stop: ConsumerStop) {
        switch stop {
        case .brokersUnreachable(let cause):
            let detail = "no Kafka broker can be reached\(cause.map { " (\($0))" } ?? "")"
            self.init(kind: .brokersUnreachable, detail: detail)
        case .brokersSilent(let time):
            self.init(kind: .brokersSilent, detail: "no Kafka broker has answered for \(time.wholeSeconds) s")
        case .membershipLost(let time, let state):
            self.init(
                kind: .membershipLost,
                detail: "out of the consumer group for \(time.wholeSeconds) s (\(state)); it joins again by itself"
            )
        case .topicMissing(let message):
            self.init(
                kind: .topicMissing,
                detail: "the command topic is not there (\(message)); create it with: customer-worker topics create"
            )
        case .leaderMissing(let partitions, let refusal):
            self.init(
                kind: .leaderMissing,
                detail: "no broker serves \(Self.list(partitions))\(refusal.map { " (\($0))" } ?? ""); "
                    + "their records wait"
            )
        case .notFetched(let partitions):
            self.init(
                kind: .notFetched,
                detail: "\(Self.list(partitions)) assigned, but the Kafka client does not fetch; restart this worker"
            )
        case .foreignTransaction(let partitions):
            self.init(
                kind: .foreignTransaction,
                detail: "another producer's open transaction holds back the records of \(Self.list(partitions)) "
                    + "until it ends or times out"
            )
        }
    }

    /// The first few by name, the others by number.
    private static func list(_ partitions: [TopicPartition]) -> String {
        let named = partitions.prefix(3).map { "\($0.topic)/\($0.partition)" }.joined(separator: ", ")
        return partitions.count > 3 ? "\(named) and \(partitions.count - 3) more" : named
    }
}

extension ConsumerStop {
    fileprivate var isLostMembership: Bool {
        if case .membershipLost = self { true } else { false }
    }
}

extension Duration {
    /// Seconds, rounded down.
    var wholeSeconds: Int64 { self.components.seconds }
}
