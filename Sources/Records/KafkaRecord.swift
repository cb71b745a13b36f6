/// A record as it was consumed, copied once out of the client's memory.
///
/// A null value (tombstone), a null or empty key and headers of any bytes are ordinary inputs here.
public struct KafkaRecord: Sendable, Hashable {
    /// The record's position.
    public let position: RecordPosition
    /// The record's time, by the producer's or the broker's clock as the topic says; nil when it has none.
    public let timestamp: UnixMilliseconds?
    /// The key; nil when null.
    public let key: [UInt8]?
    /// The value; nil when null, which is a tombstone.
    public let value: [UInt8]?
    /// The headers in their order.
    public let headers: RecordHeaders

    /// The record's partition.
    @inlinable public var topicPartition: TopicPartition { self.position.topicPartition }
    /// The record's offset in its partition, from 0.
    @inlinable public var offset: Int64 { self.position.offset }

    /// What the record weighs in memory, about, in bytes: key, value, and headers with a little for each.
    @inlinable
    public var byteCount: Int {
        (self.key?.count ?? 0) + (self.value?.count ?? 0) + self.headers.byteCount
    }

    /// A record with its parts.
    public init(
        position: RecordPosition,
        timestamp: UnixMilliseconds? = nil,
        key: [UInt8]? = nil,
        value: [UInt8]?,
        headers: RecordHeaders = RecordHeaders()
    ) {
        self.position = position
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }
}

/// A record to be produced.
public struct ProducerRecord: Sendable, Hashable {
    /// The topic that it goes to.
    public let topic: String
    /// The partition; nil lets the partitioner choose by key (murmur2, as Kafka's Java clients do).
    public let partition: Int32?
    /// The key; nil for null.
    public let key: [UInt8]?
    /// The value; nil for null, which is a tombstone.
    public let value: [UInt8]?
    /// The headers, in this order.
    public let headers: RecordHeaders
    /// The record's time; nil for the time of sending.
    public let timestamp: UnixMilliseconds?

    /// A record with its parts.
    public init(
        topic: String,
        partition: Int32? = nil,
        key: [UInt8]?,
        value: [UInt8]?,
        headers: RecordHeaders = RecordHeaders(),
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

extension ProducerRecord {
    /// An upper bound of the bytes of a record batch (format v2) that holds this record alone, uncompressed.
    ///
    /// That is what a broker compares with the topic's `max.message.bytes`.
    package var largestBatchBytes: Int {
        // 61 of the batch, and the record's own numbers.
        var bytes = 61 + 40 + (self.key?.count ?? 0) + (self.value?.count ?? 0)
        for header in self.headers { bytes += header.name.text.utf8.count + (header.value?.count ?? 0) + 10 }
        return bytes
    }
}
