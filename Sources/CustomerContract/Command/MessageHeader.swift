import JSON

/// One header of a Kafka record: a name and any bytes, or none.
public struct MessageHeader: Sendable, Hashable {
    /// The name; names may repeat in a record.
    public let name: String
    /// The value; nil is Kafka's null, which is not the same as empty.
    public let value: [UInt8]?

    /// A header with a value of bytes.
    public init(name: String, value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    /// A header with a text value, written as UTF-8.
    public init(name: String, text: String) {
        self.name = name
        value = Array(text.utf8)
    }

    /// The value as text, or nil when it is null or not UTF-8.
    public var text: String? {
        guard let value else { return nil }
        return String(validating: value, as: UTF8.self)
    }

    /// Compares names and values byte for byte.
    public static func == (left: MessageHeader, right: MessageHeader) -> Bool {
        left.name.hasSameBytes(as: right.name) && left.value == right.value
    }

    /// Hashes the bytes that `==` compares.
    public func hash(into hasher: inout Hasher) {
        name.hashBytes(into: &hasher)
        hasher.combine(value)
    }
}
