package import Records

/// What keeps records from reaching this worker although it would take them.
package enum ConsumerStop: Sendable, Hashable {
    /// No connection to any broker.
    case brokersUnreachable
    /// Connections are there, and no broker has answered for so long.
    case brokersSilent(for: Duration)
    /// The group does not count this worker among its members, as far as it can tell, for so long.
    case membershipLost(for: Duration, state: String)
    /// A topic is not there any more; librdkafka's sentence.
    case topicMissing(String)
    /// No broker leads these partitions, or the one that does refuses to let them be read.
    case leaderMissing([TopicPartition])
    /// These partitions are assigned, and the client fetches none of their records.
    case notFetched([TopicPartition])
    /// A producer's transaction, open for long, holds back every later record of these partitions.
    case foreignTransaction([TopicPartition])
}
