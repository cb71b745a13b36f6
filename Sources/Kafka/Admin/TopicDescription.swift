/// A topic as the cluster describes it.
public struct TopicDescription: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// How many partitions it has.
    public let partitionCount: Int
    /// Replicas of its first partition; 0 when it has none.
    public let replicationFactor: Int
    /// Replicas in sync of the partition that has the fewest; 0 when it has no partition.
    public let fewestInSync: Int

    /// Describes a topic.
    ///
    /// - Parameter fewestInSync: `nil` where all replicas are in sync.
    public init(name: String, partitionCount: Int, replicationFactor: Int, fewestInSync: Int? = nil) {
        self.name = name
        self.partitionCount = partitionCount
        self.replicationFactor = replicationFactor
        self.fewestInSync = fewestInSync ?? replicationFactor
    }
}
