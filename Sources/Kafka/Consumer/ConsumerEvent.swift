package import Records

/// What a consumer has to tell its owner, in the order in which it happened.
package enum ConsumerEvent: Sendable, Hashable {
    /// A record of an assigned partition.
    case record(KafkaRecord)
    /// The group gave these partitions to this member. The owner answers with ``Consumer/assign(_:)``; until then
    /// nothing is fetched from them.
    case assigned([TopicPartition])
    /// The group wants these partitions back. The owner finishes what it must and answers with
    /// ``Consumer/release(_:)``; the group waits for it, at most `max.poll.interval.ms`.
    case revoked([TopicPartition])
    /// These partitions already belong to another member: nothing may be published for them. The owner answers with
    /// ``Consumer/release(_:)``.
    case lost([TopicPartition])
    /// Something went wrong. Most errors pass by themselves, and librdkafka continues to try;
    /// ``KafkaError/disposition`` says `fatal` for one after which this consumer is of no more use.
    case failed(KafkaError)
    /// librdkafka's statistics, as JSON (its STATISTICS.md); every `statistics.interval.ms`.
    case statistics(String)
}

/// What a ``PartitionReader`` comes upon.
package enum PartitionReading: Sendable, Hashable {
    /// A committed record.
    case record(KafkaRecord)
    /// For now there is nothing behind the offset; it may be the last stable offset of a partition with an open
    /// transaction.
    case caughtUp(TopicPartition, offset: Int64)
    /// Something went wrong; librdkafka continues to try unless the error is fatal.
    case failed(KafkaError)
}
