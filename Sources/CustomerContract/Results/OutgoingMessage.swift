/// A record to be produced.
public struct OutgoingMessage: Sendable, Hashable {
    /// The topic.
    public let topic: String
    /// The partition; nil leaves it to the producer's partitioner.
    public let partition: Int32?
    /// The key.
    public let key: [UInt8]?
    /// The value; nil is a tombstone.
    public let value: [UInt8]?
    /// The headers, in this order.
    public let headers: [MessageHeader]
    /// The record's timestamp; nil leaves it to the producer.
    public let timestamp: UnixMilliseconds?

    /// A record with its parts.
    public init(
        topic: String,
        partition: Int32? = nil,
        key: [UInt8]?,
        value: [UInt8]?,
        headers: [MessageHeader] = [],
        timestamp: UnixMilliseconds? = nil
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
        self.timestamp = timestamp
    }
}
