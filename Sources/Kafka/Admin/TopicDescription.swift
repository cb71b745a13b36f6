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
