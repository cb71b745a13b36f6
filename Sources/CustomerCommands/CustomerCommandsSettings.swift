/// What a `CustomerCommands` connects to, and its bounds.
public struct CustomerCommandsSettings: Sendable, Hashable {
    /// Where the results of awaited commands are read.
    public enum Answers: Sendable, Hashable {
        /// On the topic of all results, which every client reads whole: right for a few clients and a modest rate.
        case resultsTopic(String)
        /// On a reply topic, which may be shared with other clients; the worker's `kafka.reply_topics_allowed` must
        /// list it.
        case replyTopic(String)
        /// Nowhere: this client only sends, and reads no topic.
        case none
    }

    /// Comma-separated `HOST:PORT`.
    public var brokers: String
    /// Properties of librdkafka passed through, such as `security.protocol` and `sasl.username`.
    ///
    /// What delivery rests on is refused: the producer is idempotent and waits for all in-sync replicas.
    public var properties: [String: String] = [:]
    /// Who sends: the `ce_source` of every command and the `client.id`, such as the name of your service.
    public var source: String
    /// The topic of the commands.
    public var commandTopic = "customer_commands"
    /// Where results are read.
    public var answers: Answers = .resultsTopic("customer_results")
    /// How many commands may be under way at once, sent or awaited; one more is refused and not queued.
    public var maximumUnderWay = 1_000
    /// The largest command, in bytes; as large as the worker's `limits.max_command_bytes`.
    public var maximumCommandBytes = 262_144
    /// How long the brokers may take to acknowledge a command (`message.timeout.ms`).
    public var deliveryTimeout = Duration.seconds(30)

    /// Names brokers and the sender; the rest has the worker's defaults.
    public init(brokers: String, source: String) {
        self.brokers = brokers
        self.source = source
    }
}
