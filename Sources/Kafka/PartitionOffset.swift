package import Records

/// A partition with the offset to read or to commit, and the metadata that a committed offset carries.
package struct PartitionOffset: Sendable, Hashable {
    /// The partition.
    package let topicPartition: TopicPartition
    /// The offset of the next record to read; `nil` when the group has committed none.
    package let offset: Int64?
    /// Opaque bytes beside a committed offset; brokers refuse more than `offset.metadata.max.bytes` (4,096).
    package let metadata: [UInt8]

    /// Pairs a partition with an offset.
    package init(_ topicPartition: TopicPartition, offset: Int64?, metadata: [UInt8] = []) {
        self.topicPartition = topicPartition
        self.offset = offset
        self.metadata = metadata
    }
}

/// The ends of a partition's log.
package struct Watermarks: Sendable, Hashable {
    /// The lowest offset that is still kept.
    package let low: Int64
    /// The offset that the next record will get.
    package let high: Int64

    /// Pairs the ends.
    package init(low: Int64, high: Int64) {
        self.low = low
        self.high = high
    }
}
