package import CommandWorker
import Ledger
import Records

/// Whether the worker lives and is ready, and if not, why: a pure function of what was last seen of it.
package struct Health: Sendable, Equatable {
    package struct Reason: Sendable, Equatable {
        package let kind: ReadinessWord
        package let detail: String

        package var word: String { self.kind.rawValue }

        init(_ kind: ReadinessWord, _ detail: String) {
            self.kind = kind
            self.detail = detail
        }
    }

    /// Whether the loop is alive; `false` means that only a restart helps.
    package let isLive: Bool
    /// Everything that keeps it from being ready; empty when it is.
    package let reasons: [Reason]

    package var isReady: Bool { self.reasons.isEmpty }

    /// A loop that has not answered for this time is stuck: its longest legitimate calls take milliseconds.
    package static let longestSilence: Duration = .seconds(15)
    /// A wait that the API asked for is a reason while more than this is left of it.
    static let shortHold: Duration = .seconds(2)

    /// - Parameters:
    ///   - inspection: the loop's last answer; `nil` before the first.
    ///   - silence: how long ago it was, or how long the loop runs without one.
    package init(_ inspection: WorkerInspection?, silence: Duration) {
        self.isLive = silence < Self.longestSilence
        var reasons: [Reason] = []
        if !self.isLive {
            reasons.append(.init(.loopStuck, "the loop has not answered for \(silence.wholeSeconds) s"))
        }
        guard let inspection else {
            self.reasons = reasons + [.init(.starting, "the loop has not begun")]
            return
        }
        let hasJoined = inspection.snapshot.hasJoined
        // A member that has not joined for the first time has not lost anything: ``ReadinessWord/notJoined`` says it.
        reasons += inspection.stops.filter { hasJoined || !$0.isLostMembership }.map { Reason($0) }
        if !hasJoined {
            let refusal = inspection.joinRefusal.map { " (\($0))" } ?? ""
            reasons.append(.init(.notJoined, "the consumer group has not answered yet\(refusal)"))
        } else if inspection.snapshot.isTakingPartitions {
            reasons.append(.init(.takingPartitions, "the committed offsets of new partitions are being read"))
        }
        let waits = [Reason(intakeOf: inspection), Reason(lettersOf: inspection), Reason(holdOf: inspection)]
        self.reasons = reasons + waits.compactMap(\.self) + Self.silences(inspection)
    }

    /// Answers that are owed for ``longestSilence`` or longer: whatever waits for them has stopped.
    private static func silences(_ inspection: WorkerInspection) -> [Reason] {
        var reasons: [Reason] = []
        if let silence = inspection.storeSilence, silence >= self.longestSilence {
            reasons.append(.init(.storeSilent, "the store has not answered for \(silence.wholeSeconds) s"))
        }
        if let silence = inspection.publishSilence, silence >= self.longestSilence {
            let detail =
                "the brokers have not said for \(silence.wholeSeconds) s whether a batch of results is committed; "
                + "nothing is published before that is known"
            reasons.append(.init(.commitUnsettled, detail))
        }
        return reasons
    }
}

extension Health.Reason {
    /// `nil` while records flow, and for fullness, which is the ordinary way to be busy.
    fileprivate init?(intakeOf inspection: WorkerInspection) {
        switch inspection.snapshot.intakeBlock {
        case nil, "full": return nil
        case "draining": self.init(.draining, "the worker is stopping")
        case "suspended":
            let pause = inspection.pauses.first { $0.scope == .all }
            let paused = pause.map { "an operator paused \($0); «customer-worker resume --all» ends it" }
            self.init(.intakePaused, paused ?? "an operator suspended the intake (TSTP); CONT resumes it")
        case "publishing":
            let error = inspection.publishTrouble.map { " (\($0))" } ?? ""
            self.init(.publishingTrouble, "results cannot be published\(error); they are tried again")
        case let word? where word.hasPrefix("store_"):
            self.init(.storeTrouble, "the store cannot be used (\(word.dropFirst(6))); it is tried again")
        case "refused_alike":
            let detail =
                "the API refuses all commands alike: \(inspection.refusal ?? "no message"); "
                + "one new command a second is tried until one succeeds"
            self.init(.refusedAlike, detail)
        case let word?:
            self.init(.intakePaused, "the API is failing for all commands (\(word)); probes continue")
        }
    }

    /// `nil` while no dead letter waits for its topic.
    fileprivate init?(lettersOf inspection: WorkerInspection) {
        guard let trouble = inspection.letterTrouble, inspection.lettersWaiting > 0 else { return nil }
        let detail =
            "dead letters cannot be published (\(trouble)); they are tried again, and the results of all commands that "
            + "did not fail go on"
        self.init(.publishingTrouble, detail)
    }

    /// `nil` without a wait that the API asked for, and while little is left of it.
    fileprivate init?(holdOf inspection: WorkerInspection) {
        guard let left = inspection.hold, left > Health.shortHold else { return nil }
        // Rounded, so that the sentence stays the same from look to look.
        let end = inspection.moment.wall.advanced(by: left + .milliseconds(500))
        let second = String("\(end)".prefix(19)) + "Z"
        self.init(.apiHold, "the API asked all callers to wait; requests go again at \(second), or on HUP")
    }

    fileprivate init(_ stop: ConsumerStop) {
        func because(_ cause: String?) -> String { cause.map { " (\($0))" } ?? "" }
        switch stop {
        case .brokersUnreachable(let cause):
            self.init(.brokersUnreachable, "no Kafka broker can be reached\(because(cause))")
        case .brokersSilent(let time):
            self.init(.brokersSilent, "no Kafka broker has answered for \(time.wholeSeconds) s")
        case .membershipLost(let time, let state):
            let detail = "out of the consumer group for \(time.wholeSeconds) s (\(state)); it joins again by itself"
            self.init(.membershipLost, detail)
        case .topicMissing(let message):
            let remedy = "create it with: customer-worker topics create"
            self.init(.topicMissing, "the command topic is not there (\(message)); \(remedy)")
        case .leaderMissing(let partitions, let refusal):
            let detail = "no broker serves \(Self.list(partitions))\(because(refusal)); their records wait"
            self.init(.leaderMissing, detail)
        case .notFetched(let partitions):
            let detail = "\(Self.list(partitions)) assigned, but the Kafka client does not fetch; restart this worker"
            self.init(.notFetched, detail)
        case .foreignTransaction(let partitions):
            let detail =
                "another producer's open transaction holds back the records of \(Self.list(partitions)) "
                + "until it ends or times out"
            self.init(.foreignTransaction, detail)
        }
    }

    /// The first few by name, the others by number.
    private static func list(_ partitions: [TopicPartition]) -> String {
        let named = partitions.prefix(3).map { "\($0.topic)/\($0.partition)" }.joined(separator: ", ")
        return partitions.count > 3 ? "\(named) and \(partitions.count - 3) more" : named
    }
}

extension Health {
    /// What `/readyz` says, in numbers: every word has a series from the start, so that an alert on one ends when the
    /// reason does.
    ///
    /// - Parameters:
    ///   - hold: what is left of a wait that the API asked of all callers.
    ///   - hasReloaded: whether the settings that were last read are in effect.
    func families(hold: Duration?, hasReloaded: Bool) -> [MetricFamily] {
        let words = Set(self.reasons.map(\.kind))
        let reasons = ReadinessWord.allCases.map { word in
            MetricFamily.Sample(words.contains(word) ? 1 : 0, [.init("reason", word.rawValue)])
        }
        return [
            MetricFamily(.ready, self.isReady ? 1 : 0), MetricFamily(.notReady, reasons),
            MetricFamily(.apiHold, (hold ?? .zero) / .seconds(1)),
            MetricFamily(.lastReloadSuccess, hasReloaded ? 1 : 0),
        ]
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
