import CLibrdkafka

/// A topic as the cluster describes it.
package struct TopicDescription: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// How many partitions it has.
    package let partitionCount: Int
    /// Replicas of its first partition; 0 when it has none.
    package let replicationFactor: Int
    /// Replicas in sync of the partition that has the fewest; 0 when it has no partition.
    package let fewestInSync: Int

    /// Describes a topic.
    ///
    /// - Parameter fewestInSync: `nil` where all replicas are in sync.
    package init(name: String, partitionCount: Int, replicationFactor: Int, fewestInSync: Int? = nil) {
        self.name = name
        self.partitionCount = partitionCount
        self.replicationFactor = replicationFactor
        self.fewestInSync = fewestInSync ?? replicationFactor
    }
}

extension TopicDescription {
    /// Reads librdkafka's answer, which is valid until it is destroyed.
    init(_ topic: rd_kafka_metadata_topic) {
        let partitions = 0..<Int(unsafe topic.partition_cnt)
        self.init(
            name: unsafe String(cString: topic.topic),
            partitionCount: partitions.count,
            replicationFactor: partitions.isEmpty ? 0 : unsafe Int(topic.partitions[0].replica_cnt),
            fewestInSync: partitions.map { unsafe Int(topic.partitions[$0].isr_cnt) }.min()
        )
    }
}

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
