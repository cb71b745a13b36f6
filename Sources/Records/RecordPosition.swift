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

/// A record's place in Kafka; written `TOPIC/PARTITION/OFFSET`.
public struct RecordPosition: Sendable, Hashable, CustomStringConvertible {
    /// The partition.
    public let topicPartition: TopicPartition
    /// The offset within the partition, from 0.
    public let offset: Int64

    /// The topic's name.
    @inlinable public var topic: String { self.topicPartition.topic }
    /// The partition's number, from 0.
    @inlinable public var partition: Int32 { self.topicPartition.partition }

    /// A place in a partition.
    @inlinable
    public init(_ topicPartition: TopicPartition, offset: Int64) {
        self.topicPartition = topicPartition
        self.offset = offset
    }

    /// A place in a topic.
    @inlinable
    public init(topic: String, partition: Int32, offset: Int64) {
        self.init(TopicPartition(topic: topic, partition: partition), offset: offset)
    }

    /// Reads `TOPIC/PARTITION/OFFSET`; nil when the text has another form or a number is negative or too large.
    public init?(parsing text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty,
            let partition = Self.number(parts[1], as: Int32.self), let offset = Self.number(parts[2], as: Int64.self)
        else { return nil }
        self.init(topic: String(decoding: parts[0], as: UTF8.self), partition: partition, offset: offset)
    }

    /// The text form, `TOPIC/PARTITION/OFFSET`.
    public var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(self.topic.utf8.count + 32)
        self.append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends what ``description`` says.
    package func append(to bytes: inout [UInt8]) {
        self.topic.withBytes { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "/"))
        bytes.appendDecimal(Int64(self.partition))
        bytes.append(UInt8(ascii: "/"))
        bytes.appendDecimal(self.offset)
    }

    /// Digits only: `Int32("+1")` would take a sign.
    private static func number<Number: FixedWidthInteger>(_ digits: Substring.UTF8View, as type: Number.Type) -> Number?
    {
        guard digits.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return nil }
        return Number(Substring(digits))
    }
}
