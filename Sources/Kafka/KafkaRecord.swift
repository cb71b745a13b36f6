/// A record as it was consumed, copied once out of librdkafka's memory.
///
/// A null value (tombstone), a null or empty key and headers of any bytes are ordinary inputs here.
public struct KafkaRecord: Sendable, Hashable {
    /// Where the record stands.
    public let topicPartition: TopicPartition
    /// Its offset in the partition.
    public let offset: Int64
    /// Milliseconds since 1970, by the producer's or the broker's clock as the topic says; `nil` when it has none.
    public let timestamp: Int64?
    /// The key; `nil` when null.
    public let key: [UInt8]?
    /// The value; `nil` when null.
    public let value: [UInt8]?
    /// The headers in their order.
    public let headers: [KafkaHeader]

    /// Makes a record by hand, for a test or a simulation.
    public init(
        topicPartition: TopicPartition,
        offset: Int64,
        timestamp: Int64?,
        key: [UInt8]?,
        value: [UInt8]?,
        headers: [KafkaHeader] = []
    ) {
        self.topicPartition = topicPartition
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }
}
