import CommandWorker
import Kafka
import Settings

/// What the settings of a topic should be, so that the worker can keep its promises.
struct TopicRules: Sendable {
    /// What the worker adds to a command in its dead letter: headers, at most.
    private static let deadLetterOverhead = 65_536
    /// A topic that refuses a record of no more than this takes none.
    static let smallestRecord = 4_096
    /// With less than this a weekend is enough to lose unread records.
    private static let shortestRetention: Int64 = 86_400_000
    /// Clocks of producers are apart by less.
    private static let clockDifference: Int64 = 60_000

    private let settings: Settings

    init(_ settings: Settings) {
        self.settings = settings
    }

    /// The bytes of the largest record that the worker publishes: the dead letter of the longest command.
    static func largestRecord(_ settings: Settings) -> Int {
        settings.worker.maximumCommandBytes + Self.deadLetterOverhead
    }

    /// What is unwise about a topic, by its settings in the broker's own names: a warning, or a failure where nothing
    /// can be written to it or to a part of it.
    ///
    /// - Parameter commands: the settings of the command topic.
    func problems(
        of topic: TopicDescription,
        _ configuration: [String: String],
        commands: [String: String] = [:]
    ) -> [CheckFinding.Outcome] {
        var problems: [CheckFinding.Outcome] = []
        if configuration["cleanup.policy"]?.contains("compact") ?? false {
            let found = "cleanup.policy is compact, which drops all but the last record of an external_id"
            problems.append((.warning, found, "set cleanup.policy=delete"))
        }
        if let retention = Self.number("retention.ms", configuration), (0..<Self.shortestRetention).contains(retention)
        {
            let remedy = "set retention.ms to as long as the worker, or who reads its results, may ever stand still"
            problems.append((.warning, "retention.ms is \(retention), less than a day", remedy))
        }
        if topic.name == self.settings.worker.deadLetterTopic {
            problems += self.deadLetterProblems(configuration, commands)
        }
        if topic.name != self.settings.worker.commandTopic { problems += Self.clockProblems(configuration) }
        return problems + [Self.replicas(of: topic, configuration)].compactMap(\.self)
    }

    /// Partitions that take nothing, since too few of their replicas are in sync.
    static func replicas(of topic: TopicDescription, _ configuration: [String: String]) -> CheckFinding.Outcome? {
        guard let needed = Self.number("min.insync.replicas", configuration), topic.replicationFactor > 0 else {
            return nil
        }
        if needed > topic.replicationFactor {
            let found = "min.insync.replicas is \(needed), more than there are replicas: nothing can be written"
            return (.failed(.unavailable), found, "set min.insync.replicas to at most \(topic.replicationFactor)")
        }
        guard needed > topic.fewestInSync else { return nil }
        let found =
            "min.insync.replicas is \(needed), and a partition has \(topic.fewestInSync) replicas in sync: nothing can "
            + "be written to it"
        return (.failed(.unavailable), found, "bring the brokers back that hold its other replicas")
    }

    private func deadLetterProblems(
        _ configuration: [String: String],
        _ commands: [String: String]
    ) -> [CheckFinding.Outcome] {
        var problems: [CheckFinding.Outcome] = []
        let needed = Self.largestRecord(self.settings)
        if let most = Self.number("max.message.bytes", configuration), most < needed {
            let found = "max.message.bytes is \(most), too little for the dead letter of a large command"
            let remedy = "set max.message.bytes=\(needed), or lower limits.max_command_bytes"
            problems.append((.warning, found, remedy))
        }
        if configuration["message.timestamp.type"] == "LogAppendTime" {
            let found = "message.timestamp.type is LogAppendTime: a dead letter loses the time of its command"
            problems.append((.warning, found, "set message.timestamp.type=CreateTime"))
        } else if let oldest = Self.bound("before", configuration),
            let retention = Self.number("retention.ms", commands), retention < 0 || oldest < retention
        {
            let kept = retention < 0 ? "ever" : "\(retention) ms"
            let found =
                "message.timestamp.before.max.ms is \(oldest), and commands are kept for \(kept): the dead letter of "
                + "an older one gets the time of its failure"
            let remedy = "raise message.timestamp.before.max.ms to the retention.ms of the command topic"
            problems.append((.warning, found, remedy))
        }
        return problems
    }

    private static func clockProblems(_ configuration: [String: String]) -> [CheckFinding.Outcome] {
        guard configuration["message.timestamp.type"] != "LogAppendTime",
            let latest = Self.bound("after", configuration), latest < Self.clockDifference
        else { return [] }
        let found =
            "message.timestamp.after.max.ms is \(latest): records of a clock that is ahead of the brokers' are refused"
        return [(.warning, found, "set message.timestamp.after.max.ms to an hour")]
    }

    /// A bound of timestamps, in milliseconds; `nil` when there is none.
    ///
    /// Brokers before 3.6 have one for both sides.
    private static func bound(_ side: String, _ configuration: [String: String]) -> Int64? {
        ["message.timestamp.\(side).max.ms", "message.timestamp.difference.max.ms"]
            .compactMap { Self.number($0, configuration) }.filter { $0 < .max }.min()
    }

    private static func number(_ name: String, _ configuration: [String: String]) -> Int64? {
        configuration[name].flatMap { Int64($0) }
    }
}
