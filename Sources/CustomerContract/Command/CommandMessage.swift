/// A record of the command topic as it came, before anybody has judged it.
public struct CommandMessage: Sendable {
    /// Where it stands.
    public let position: RecordPosition
    /// The record's timestamp; nil when the broker gave none.
    public let timestamp: UnixMilliseconds?
    /// The key; nil when the record has none.
    public let key: [UInt8]?
    /// The value; nil for a tombstone.
    public let value: [UInt8]?
    /// The headers in the order of the record.
    public let headers: [MessageHeader]

    /// A record with its parts.
    public init(
        position: RecordPosition,
        timestamp: UnixMilliseconds? = nil,
        key: [UInt8]? = nil,
        value: [UInt8]?,
        headers: [MessageHeader] = []
    ) {
        self.position = position
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }
}
