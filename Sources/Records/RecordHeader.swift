/// One header of a record: a name and any bytes, or none.
public struct RecordHeader: Sendable, Hashable {
    /// The name; names may repeat in a record.
    public let name: HeaderName
    /// The value; nil is Kafka's null, which is not the same as empty.
    public let value: [UInt8]?

    /// A header with a value of bytes.
    @inlinable
    public init(name: HeaderName, value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    /// A header with a text value, written as UTF-8.
    @inlinable
    public init(name: HeaderName, text: String) {
        self.name = name
        self.value = Array(text.utf8)
    }

    /// The value as text; nil when it is null or not UTF-8.
    @inlinable
    public var text: String? {
        guard let value else { return nil }
        return String(validating: value, as: UTF8.self)
    }
}
