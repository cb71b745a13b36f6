/// A topic to be created.
public struct NewTopic: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// From 1.
    public var partitions: Int
    /// From 1, at most the number of brokers; −1 for the broker's default.
    public var replicationFactor: Int
    /// The topic's settings by Kafka's names, such as `retention.ms`.
    public var configuration: [String: String]

    /// Describes a topic to be created.
    public init(name: String, partitions: Int, replicationFactor: Int, configuration: [String: String] = [:]) {
        self.name = name
        self.partitions = partitions
        self.replicationFactor = replicationFactor
        self.configuration = configuration
    }
}
