public import Records

/// A partition with the offset to read or to commit, and the metadata that a committed offset carries.
public struct PartitionOffset: Sendable, Hashable {
    /// The partition.
    public let topicPartition: TopicPartition
    /// The offset of the next record to read; `nil` when the group has committed none.
    public let offset: Int64?
    /// Opaque bytes beside a committed offset; brokers refuse more than `offset.metadata.max.bytes` (4,096).
    public let metadata: [UInt8]

    /// Pairs a partition with an offset.
    public init(_ topicPartition: TopicPartition, offset: Int64?, metadata: [UInt8] = []) {
        self.topicPartition = topicPartition
        self.offset = offset
        self.metadata = metadata
    }
}
