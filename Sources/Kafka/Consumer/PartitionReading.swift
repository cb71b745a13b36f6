package import Records

/// What a ``PartitionReader`` comes upon.
package enum PartitionReading: Sendable, Hashable {
    /// A committed record.
    case record(KafkaRecord)
    /// For now there is nothing behind the offset; it may be the last stable offset of a partition with an open
    /// transaction.
    case caughtUp(TopicPartition, offset: Int64)
    /// Something went wrong; librdkafka goes on trying unless the error is fatal.
    case failed(KafkaError)
}
