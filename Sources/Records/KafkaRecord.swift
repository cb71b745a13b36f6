/// A record as it was consumed, copied once out of the client's memory.
///
/// A null value (tombstone), a null or empty key and headers of any bytes are ordinary inputs here. Key, value and
/// headers of a consumed record are parts of one piece of memory, which lasts as long as any part of it is kept: what
/// outlives the record is to be copied.
public struct KafkaRecord: Sendable, Hashable {
    /// The record's position.
    public let position: RecordPosition
    /// The record's time, by the producer's or the broker's clock as the topic says; nil when it has none.
    public let timestamp: UnixMilliseconds?
    /// The key, as a part of the record's memory; nil when null.
    public let keyBytes: ArraySlice<UInt8>?
    /// The value, as a part of the record's memory; nil when null, which is a tombstone.
    public let valueBytes: ArraySlice<UInt8>?
    /// The headers in their order.
    public let headers: RecordHeaders

    /// The key, copied unless the record was made with it; nil when null.
    @inlinable public var key: [UInt8]? { self.keyBytes.map { Array($0) } }
    /// The value, copied unless the record was made with it; nil when null, which is a tombstone.
    @inlinable public var value: [UInt8]? { self.valueBytes.map { Array($0) } }

    /// The record's partition.
    @inlinable public var topicPartition: TopicPartition { self.position.topicPartition }
    /// The record's offset in its partition, from 0.
    @inlinable public var offset: Int64 { self.position.offset }

    /// What the record weighs in memory, about, in bytes: key, value, and headers with a little for each.
    @inlinable
    public var byteCount: Int {
        (self.keyBytes?.count ?? 0) + (self.valueBytes?.count ?? 0) + self.headers.byteCount
    }

    /// A record with its parts.
    public init(
        position: RecordPosition,
        timestamp: UnixMilliseconds? = nil,
        key: [UInt8]? = nil,
        value: [UInt8]?,
        headers: RecordHeaders = RecordHeaders()
    ) {
        self.init(
            position: position,
            timestamp: timestamp,
            keyBytes: key.map { $0[...] },
            valueBytes: value.map { $0[...] },
            headers: headers
        )
    }

    /// A record whose parts lie in memory that they share.
    public init(
        position: RecordPosition,
        timestamp: UnixMilliseconds?,
        keyBytes: ArraySlice<UInt8>?,
        valueBytes: ArraySlice<UInt8>?,
        headers: RecordHeaders
    ) {
        self.position = position
        self.timestamp = timestamp
        self.keyBytes = keyBytes
        self.valueBytes = valueBytes
        self.headers = headers
    }
}

/// A record to be produced.
public struct ProducerRecord: Sendable, Hashable {
    /// The topic that it goes to.
    public let topic: String
    /// The partition; nil lets the partitioner choose by key (murmur2, as Kafka's Java clients do).
    public let partition: Int32?
    /// The key, as a part of memory that other parts may share; nil for null.
    public let keyBytes: ArraySlice<UInt8>?
    /// The value, as a part of memory that other parts may share; nil for null, which is a tombstone.
    public let valueBytes: ArraySlice<UInt8>?
    /// The headers, in this order.
    public let headers: RecordHeaders
    /// The record's time; nil for the time of sending.
    public let timestamp: UnixMilliseconds?

    /// The key, copied unless the record was made with it; nil for null.
    @inlinable public var key: [UInt8]? { self.keyBytes.map { Array($0) } }
    /// The value, copied unless the record was made with it; nil for null, which is a tombstone.
    @inlinable public var value: [UInt8]? { self.valueBytes.map { Array($0) } }

    /// A record with its parts.
    public init(
        topic: String,
        partition: Int32? = nil,
        key: [UInt8]?,
        value: [UInt8]?,
        headers: RecordHeaders = RecordHeaders(),
        timestamp: UnixMilliseconds? = nil
    ) {
        self.init(
            topic: topic,
            partition: partition,
            keyBytes: key.map { $0[...] },
            valueBytes: value.map { $0[...] },
            headers: headers,
            timestamp: timestamp
        )
    }

    /// A record whose parts lie in memory that they share.
    public init(
        topic: String,
        partition: Int32?,
        keyBytes: ArraySlice<UInt8>?,
        valueBytes: ArraySlice<UInt8>?,
        headers: RecordHeaders,
        timestamp: UnixMilliseconds?
    ) {
        self.topic = topic
        self.partition = partition
        self.keyBytes = keyBytes
        self.valueBytes = valueBytes
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
        var bytes = 61 + 40 + (self.keyBytes?.count ?? 0) + (self.valueBytes?.count ?? 0)
        for header in self.headers { bytes += header.name.text.utf8.count + (header.bytes?.count ?? 0) + 10 }
        return bytes
    }
}
