import CommandWorker
import Kafka
import Records
import Settings

/// Looks at whether results and dead letters can be published, by a trial in transactions that are aborted.
struct PublishCheck: Sendable {
    /// Where the worker publishes to, and what is tried there.
    struct Target: Sendable {
        let topic: String
        /// One that commands may name; without it their results go to the results topic.
        let isReply: Bool
        let records: [TrialRecord]
    }

    private let settings: Settings
    private let client: ClientProperties

    init(_ settings: Settings, client: ClientProperties) {
        self.settings = settings
        self.client = client
    }

    private var workerID: String { self.settings.worker.transactionalID }
    private var trialID: String { PublishTrial.transactionalID(for: self.workerID) }

    /// Tries one target after the other; a topic's refusal keeps no other from being tried.
    ///
    /// - Parameters:
    ///   - offset: of the command topic, to see whether it may be committed; `nil` where that topic is missing.
    ///   - limit: when no other record is to be tried; aborting may take up to 4 s longer.
    func run(_ targets: [Target], offset: PartitionOffset?, limit: TimeLimit) async -> [CheckFinding] {
        guard self.settings.worker.guarantee == .exactlyOnce else {
            let text =
                "not tried: with delivery.guarantee at_least_once every reader would get what is written; "
                + "the topics' settings were read"
            return [CheckFinding("publishing", .skipped, text)]
        }
        let producer = ProducerSettings(client: self.client, transactionalID: self.trialID)
        var trial = PublishTrial(producer, limit: limit)
        do throws(KafkaError) {
            try await trial.open()
        } catch {
            return [self.idFinding(error)]
        }
        var findings: [CheckFinding] = []
        var untried = targets[...]
        while let target = untried.first, !limit.isOver {
            guard let found = await self.findings(of: target, &trial, limit) else { break }
            findings += found
            untried.removeFirst()
            // No broker answers: what comes next would say no more.
            if trial.isLost { break }
        }
        if let offset, !trial.isLost, !limit.isOver { findings.append(await self.commit(offset, &trial)) }
        await trial.finish()
        if !untried.isEmpty {
            let names = untried.prefix(3).map(\.topic).joined(separator: ", ") + (untried.count > 3 ? ", …" : "")
            let text = "not tried, since the brokers took too long: \(untried.count) topics (\(names))"
            findings.append(CheckFinding("publishing", .skipped, text))
        }
        return [self.idFinding(isLeftOpen: trial.isOpen, producer.transactionTimeout)] + findings
    }

    /// - Returns: `nil` when there is no time to find out whether everything is taken.
    private func findings(of target: Target, _ trial: inout PublishTrial, _ limit: TimeLimit) async -> [CheckFinding]? {
        var problems: [CheckFinding] = []
        var largest = 0
        for record in target.records {
            guard !limit.isOver else { return problems.isEmpty ? nil : problems }
            let verdict = await trial.verdict(on: record.record)
            if let problem = Self.problem(verdict, with: record, of: target) { problems.append(problem) }
            if verdict == .taken { largest = max(largest, record.record.largestBatchBytes) }
            if trial.isLost || verdict.isOfTopic { break }
        }
        guard problems.isEmpty else { return problems }
        let found = "takes records of \(largest) bytes; tried in a transaction that was aborted"
        return [CheckFinding("publishing to \(target.topic)", .fine, found)]
    }

    private func commit(_ offset: PartitionOffset, _ trial: inout PublishTrial) async -> CheckFinding {
        let group = self.settings.worker.group
        let subject = "committing for \(group)"
        guard let error = await trial.refusal(of: offset, group: group), !error.isOfMembership else {
            return CheckFinding(subject, .fine, "offsets are taken; tried in a transaction that was aborted")
        }
        let found = "no offset can be committed with results: \(error)"
        let remedy =
            error.isNotPermitted
            ? "allow Read on the group \(group) and on the topic \(offset.topicPartition.topic)"
            : "check the cluster's group coordinator and its topic __consumer_offsets"
        return CheckFinding(subject, .failed(ExitStatus(error)), found, remedy: remedy)
    }
}

// MARK: What the answers mean

extension PublishCheck {
    private func idFinding(isLeftOpen: Bool, _ timeout: Duration) -> CheckFinding {
        let subject = "transactional id \(self.workerID)"
        let tried = "tried with «\(self.trialID)», so that a running worker is not fenced"
        guard isLeftOpen else { return CheckFinding(subject, .fine, tried) }
        let found =
            "\(tried); the brokers did not answer the last abort, so readers of committed records may wait for "
            + "\(timeout.components.seconds) s"
        let remedy = "check the cluster's transaction coordinator, and try again"
        return CheckFinding(subject, .warning, found, remedy: remedy)
    }

    private func idFinding(_ error: KafkaError) -> CheckFinding {
        let (state, remedy): (CheckFinding.State, String) =
            switch error.code {
            case _ where error.isNotPermitted:
                (
                    .failed(.notPermitted),
                    "allow Write and Describe on transactional ids that begin with \(self.workerID); where only that "
                        + "very id is allowed, a worker may run, and publishing cannot be tried"
                )
            case .invalidTransactionTimeout:
                (
                    .failed(.configuration),
                    "lower transaction.timeout.ms in kafka.properties, or raise the brokers' bound for it"
                )
            case _ where error.isFenced: (.warning, "another check took the id meanwhile; try again")
            default:
                (
                    .failed(ExitStatus(error)),
                    "check the cluster's transaction coordinator and its topic __transaction_state"
                )
            }
        let found =
            "no transaction can be begun with «\(self.trialID)», tried in its place so that a running worker is not "
            + "fenced: \(error)"
        return CheckFinding("transactional id \(self.workerID)", state, found, remedy: remedy)
    }

    /// What is wrong with a topic by what became of a record; `nil` when nothing is.
    static func problem(_ verdict: PublishTrial.Verdict, with record: TrialRecord, of target: Target) -> CheckFinding? {
        var outcome: CheckFinding.Outcome
        switch verdict {
        case .taken: return nil
        case .late, .lost:
            let error = if case .lost(let error) = verdict { ": \(error)" } else { "" }
            outcome = (
                .failed(.unavailable),
                "a record is not acknowledged in time\(error)",
                "see whether its partitions have leaders and enough in-sync replicas"
            )
        case .refused(let error): outcome = Self.meaning(of: error, record, target.topic)
        }
        if target.isReply, outcome.state != .warning {
            outcome.state = .warning
            outcome.found += "; results for it go to the results topic, with the header reply-topic-refused"
        }
        return CheckFinding("publishing to \(target.topic)", outcome)
    }

    /// What a refusal means: a warning where the worker gets along with it, a failure where nothing can be published.
    private static func meaning(of error: KafkaError, _ record: TrialRecord, _ topic: String) -> CheckFinding.Outcome {
        let bytes = record.record.largestBatchBytes
        return switch (error.code, record.kind) {
        case _ where error.isNotPermitted:
            (.failed(.notPermitted), "\(error)", "allow Write and Describe on the topic \(topic)")
        case _ where error.isTooLarge && record.kind == .largest && bytes > TopicRules.smallestRecord:
            (
                .warning,
                "a record of \(bytes) bytes is too large (\(error.name)): results and dead letters of long commands "
                    + "are published in a reduced form",
                "set max.message.bytes=\(bytes) on the topic, or lower limits.max_command_bytes"
            )
        case _ where error.isTooLarge:
            (
                .failed(.unavailable),
                "even a record of \(bytes) bytes is too large (\(error.name))",
                "raise max.message.bytes of the topic"
            )
        case (.invalidRecord, .withoutKey), (.invalidMessage, .withoutKey):
            (
                .warning,
                "records without a key are refused (\(error.name)), as a compacted topic does: what has none gets its "
                    + "command's id as key",
                "set cleanup.policy=delete"
            )
        case (.invalidTimestamp, .old(let age)):
            (
                .warning,
                "the time of a command of \(age.components.seconds / 3_600) h ago is refused (\(error.name)): such a "
                    + "dead letter gets the time of its failure",
                "raise message.timestamp.before.max.ms to the retention.ms of the command topic"
            )
        case (.invalidTimestamp, _):
            (
                .failed(.unavailable),
                "the present time is refused (\(error.name))",
                "compare this machine's clock with the brokers', and look at message.timestamp.before.max.ms and "
                    + "message.timestamp.after.max.ms of the topic"
            )
        case (.unknownTopicOrPartition, _):
            (
                .failed(.unavailable),
                "it is missing (\(error.name))",
                "customer-worker topics create, or allow Describe on it"
            )
        case (.notEnoughReplicas, _), (.notEnoughReplicasAfterAppend, _):
            (
                .failed(.unavailable),
                "fewer replicas are in sync than min.insync.replicas asks for (\(error.name))",
                "bring the brokers back that hold its replicas"
            )
        default: (.failed(.unavailable), "a record is refused: \(error)", "see the brokers' log")
        }
    }
}

extension PublishTrial.Verdict {
    /// Whether it is the same for every record of the topic.
    fileprivate var isOfTopic: Bool {
        switch self {
        case .taken: false
        case .refused(let error): error.produceVerdict != .record
        case .late, .lost: true
        }
    }
}

extension KafkaError {
    /// What a broker answers only to those who may commit: that no member of the group does.
    fileprivate var isOfMembership: Bool {
        [.unknownMemberID, .illegalGeneration, .fencedInstanceID].contains(self.code)
    }
}
