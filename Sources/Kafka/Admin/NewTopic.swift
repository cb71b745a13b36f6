/// A topic to be created.
package struct NewTopic: Sendable, Hashable {
    /// Its name.
    package var name: String
    /// From 1.
    package var partitions: Int
    /// From 1, at most the number of brokers; −1 for the broker's default.
    package var replicationFactor: Int
    /// The topic's settings by Kafka's names, such as `retention.ms`.
    package var configuration: [String: String]

    /// Describes a topic to be created.
    package init(name: String, partitions: Int, replicationFactor: Int, configuration: [String: String] = [:]) {
        self.name = name
        self.partitions = partitions
        self.replicationFactor = replicationFactor
        self.configuration = configuration
    }
}
