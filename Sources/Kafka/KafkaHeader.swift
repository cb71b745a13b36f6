/// One header of a record: a name and any bytes, or none.
///
/// Kafka allows the same name more than once, and a value of null is not the same as an empty one.
public struct KafkaHeader: Sendable, Hashable {
    /// The name.
    ///
    /// Bytes that are not UTF-8 were replaced by U+FFFD when it was read.
    public let name: String
    /// The value as it came.
    public let value: [UInt8]?

    /// Makes a header.
    public init(name: String, value: [UInt8]?) {
        self.name = name
        self.value = value
    }
}
