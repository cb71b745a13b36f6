import CommandWorker
import CustomerContract
import Kafka

extension Settings {
    /// `kafka.*`: the cluster; group and topics are the worker's.
    package struct Kafka: Sendable, Equatable {
        /// Where to find the cluster.
        package var brokers = [HostAndPort(host: "localhost", port: 9092)]
        /// librdkafka properties passed through.
        package var properties = KafkaProperties()

        /// The brokers as librdkafka's `bootstrap.servers` wants them.
        package var bootstrapServers: String { self.brokers.map(\.description).joined(separator: ",") }

        /// Reads the section.
        mutating func read(from reader: inout SettingsReader, _ worker: inout WorkerSettings) {
            reader.read("kafka.brokers", into: &self.brokers, .list(of: .broker, count: 1...100))
            reader.read("kafka.consumer_group", into: &worker.group, .identifier(upTo: 255))
            reader.read("kafka.group_instance_id", into: &worker.groupInstanceID, .optional(.topicName))
            reader.read("kafka.topic", into: &worker.commandTopic, .topicName)
            reader.read("kafka.topic_results", into: &worker.resultTopic, .topicName)
            reader.read("kafka.topic_dlq", into: &worker.deadLetterTopic, .topicName)
            var replyTopics: [String] = []
            let entries = ValueKind<[String]>.list(of: .replyTopics, count: 0...1_000)
            reader.read("kafka.reply_topics_allowed", into: &replyTopics, entries, onReload: .takesEffect)
            worker.live.replyTopicsAllowed = ReplyTopicAllowList(replyTopics)
            reader.read("kafka.properties", into: &self.properties, .kafkaProperties)
            Self.checkTopics(worker, &reader)
            self.checkProperties(&reader)
        }

        /// Properties that librdkafka takes one by one, and not together.
        ///
        /// Not with a file that only the service's user may read: operators look at settings as other users.
        private func checkProperties(_ reader: inout SettingsReader) {
            guard !self.properties.names.isEmpty else { return }
            let client = ClientProperties(brokers: "", passthrough: self.properties.reveal())
            let misuses = client.misuses()
            for misuse in misuses {
                reader.refuse(
                    "kafka.properties",
                    entry: misuse.name,
                    found: Redaction.quoted(self.properties.shown(misuse.name) ?? ""),
                    expected: misuse.expected
                )
            }
            guard misuses.isEmpty, !self.properties.nameForbiddenFiles, let problem = client.contradiction() else {
                return
            }
            let value = problem.name.flatMap { self.properties.shown($0) }
            reader.refuse(
                "kafka.properties",
                entry: problem.name,
                found: value.map(Redaction.quoted) ?? "what librdkafka does not take together",
                expected: "what librdkafka takes (\(problem.sentence))"
            )
        }

        private static func checkTopics(_ worker: WorkerSettings, _ reader: inout SettingsReader) {
            let named = [
                ("kafka.topic", worker.commandTopic), ("kafka.topic_results", worker.resultTopic),
                ("kafka.topic_dlq", worker.deadLetterTopic),
            ]
            for (index, later) in named.enumerated() {
                for earlier in named[..<index] where earlier.1 == later.1 {
                    reader.contradict(
                        [later.0, earlier.0],
                        found: "\(Redaction.quoted(later.1)), which is \(earlier.0) too",
                        expected: "a topic of its own"
                    )
                }
            }
            // A result sent to the command topic would be read as a command, fail, and be answered again, forever.
            for entry in worker.live.replyTopicsAllowed.entries {
                for (key, topic) in [named[0], named[2]] where ReplyTopicAllowList([entry]).allows(topic) {
                    reader.contradict(
                        ["kafka.reply_topics_allowed", key],
                        found: "\(Redaction.quoted(entry)), which allows \(key) itself",
                        expected: "entries that match neither commands nor dead letters"
                    )
                }
            }
        }
    }
}
