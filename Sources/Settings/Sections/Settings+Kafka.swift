package import CommandWorker
package import CustomerContract
import Kafka

extension Settings {
    /// `kafka.*`: the cluster and the topics of the contract.
    package struct Kafka: Sendable, Equatable {
        /// Where to find the cluster.
        package var brokers = [HostAndPort(host: "localhost", port: 9092)]
        /// The consumer group that shares the work.
        package var consumerGroup = "customer_worker"
        /// Static membership: a restart within the session timeout causes no rebalance; nil for none.
        package var groupInstanceID: String?
        /// Create commands.
        package var topic = "customer_commands"
        /// Result events.
        package var resultsTopic = "customer_results"
        /// Commands that ended in failure.
        package var deadLetterTopic = "customer_commands_dlq"
        /// The topics that a command may name for its result.
        package var replyTopicsAllowed = ReplyTopicAllowList([])
        /// librdkafka properties passed through.
        package var properties = KafkaProperties()

        /// The brokers as librdkafka's `bootstrap.servers` wants them.
        package var bootstrapServers: String { self.brokers.map(\.description).joined(separator: ",") }

        /// Reads the section.
        ///
        /// - `kafka.brokers` (list, `localhost:9092`): 1 to 100 of `HOST` or `HOST:PORT`.
        /// - `kafka.consumer_group` (text, `customer_worker`): 1 to 255 visible ASCII characters.
        /// - `kafka.group_instance_id` (text, none): Kafka's rule for topic names.
        /// - `kafka.topic`, `kafka.topic_results`, `kafka.topic_dlq` (text, `customer_commands`, `customer_results`,
        ///   `customer_commands_dlq`): Kafka's rule for topic names; three different ones.
        /// - `kafka.reply_topics_allowed` (list, empty; reloads): at most 1,000 topic names or prefixes with `*`.
        /// - `kafka.properties` (map, empty): librdkafka's, except those in ``RefusedProperty``.
        init(from reader: inout SettingsReader) {
            reader.read("kafka.brokers", into: &self.brokers, .list(of: .broker, count: 1...100))
            reader.read("kafka.consumer_group", into: &self.consumerGroup, .identifier(upTo: 255))
            reader.read("kafka.group_instance_id", into: &self.groupInstanceID, .optional(.topicName))
            reader.read("kafka.topic", into: &self.topic, .topicName)
            reader.read("kafka.topic_results", into: &self.resultsTopic, .topicName)
            reader.read("kafka.topic_dlq", into: &self.deadLetterTopic, .topicName)
            var replyTopics: [String] = []
            let entries = ValueKind<[String]>.list(of: .replyTopics, count: 0...1_000)
            reader.read("kafka.reply_topics_allowed", into: &replyTopics, entries, onReload: .takesEffect)
            self.replyTopicsAllowed = ReplyTopicAllowList(replyTopics)
            reader.read("kafka.properties", into: &self.properties, .kafkaProperties)
            self.checkTopics(&reader)
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

        private func checkTopics(_ reader: inout SettingsReader) {
            let named = [
                ("kafka.topic", self.topic), ("kafka.topic_results", self.resultsTopic),
                ("kafka.topic_dlq", self.deadLetterTopic),
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
            for entry in self.replyTopicsAllowed.entries {
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

    /// `delivery.*`: what is promised about results and offsets.
    package struct Delivery: Sendable, Equatable {
        /// The promise that is kept.
        package var guarantee = WorkerSettings.Guarantee.exactlyOnce
        /// The transactional id; nil derives one that is stable per host and instance.
        package var transactionalID: String?

        /// Reads the section.
        ///
        /// - `delivery.guarantee` (text, `exactly_once`): `exactly_once` or `at_least_once`.
        /// - `delivery.transactional_id` (text, derived): 1 to 255 visible ASCII characters.
        init(from reader: inout SettingsReader) {
            reader.read("delivery.guarantee", into: &self.guarantee, .choice)
            let id = ValueKind<String?>.optional(.identifier(upTo: 255))
            reader.read("delivery.transactional_id", into: &self.transactionalID, id)
        }
    }
}
