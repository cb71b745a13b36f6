/// A topic as the cluster describes it.
public struct TopicDescription: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// How many partitions it has.
    public let partitionCount: Int
    /// Replicas of its first partition; 0 when it has none.
    public let replicationFactor: Int

    /// Describes a topic.
    public init(name: String, partitionCount: Int, replicationFactor: Int) {
        self.name = name
        self.partitionCount = partitionCount
        self.replicationFactor = replicationFactor
    }
}
