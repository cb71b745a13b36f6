import Kafka

/// What the settings of a topic should be, so that the worker can keep its promises.
struct TopicRules: Sendable {
    struct Problem: Sendable, Hashable {
        let found: String
        let remedy: String
    }

    /// What the worker adds to a command in its dead letter: headers, at most.
    private static let deadLetterOverhead = 65_536
    /// Less than this and a weekend is enough to lose what nobody has read.
    private static let shortestRetention: Int64 = 86_400_000

    private let settings: Settings

    init(_ settings: Settings) {
        self.settings = settings
    }

    /// What is unwise about a topic, by its settings in the broker's own names.
    func problems(of topic: TopicDescription, _ configuration: [String: String]) -> [Problem] {
        var problems: [Problem] = []
        if configuration["cleanup.policy"]?.contains("compact") ?? false {
            problems.append(
                Problem(
                    found: "cleanup.policy is compact, which drops all but the last record of an external_id",
                    remedy: "set cleanup.policy=delete"
                )
            )
        }
        if let text = configuration["retention.ms"], let retention = Int64(text),
            (0..<Self.shortestRetention).contains(retention)
        {
            problems.append(
                Problem(
                    found: "retention.ms is \(retention), less than a day",
                    remedy: "set retention.ms to as long as the worker, or who reads its results, may ever stand still"
                )
            )
        }
        let needed = self.settings.limits.maxCommandBytes.bytes + Self.deadLetterOverhead
        if topic.name == self.settings.kafka.deadLetterTopic, let text = configuration["max.message.bytes"],
            let most = Int(text), most < needed
        {
            problems.append(
                Problem(
                    found: "max.message.bytes is \(most), too little for the dead letter of a large command",
                    remedy: "set max.message.bytes=\(needed), or lower limits.max_command_bytes"
                )
            )
        }
        if let text = configuration["min.insync.replicas"], let replicas = Int(text),
            topic.replicationFactor > 0, replicas > topic.replicationFactor
        {
            problems.append(
                Problem(
                    found: "min.insync.replicas is \(replicas), more than there are replicas: nothing can be written",
                    remedy: "set min.insync.replicas to at most \(topic.replicationFactor)"
                )
            )
        }
        return problems
    }
}
