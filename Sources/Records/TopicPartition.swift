/// A partition of a topic.
public struct TopicPartition: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The topic's name.
    public let topic: String
    /// The partition's number, from 0.
    public let partition: Int32

    /// Names a partition.
    @inlinable
    public init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    /// `TOPIC/PARTITION`.
    public var description: String { "\(self.topic)/\(self.partition)" }

    /// Orders by topic, then by number.
    public static func < (left: TopicPartition, right: TopicPartition) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }
}
