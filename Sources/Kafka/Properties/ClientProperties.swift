import CLibrdkafka

/// What a client connects to and how: the brokers, and any librdkafka property that a user passes through.
///
/// The names and values are those of librdkafka's CONFIGURATION.md. A property that delivery rests on is refused by
/// ``RefusedProperty``; a misspelt name or a value out of range is refused by librdkafka's own words when a client is made.
public struct ClientProperties: Sendable, Hashable {
    /// Comma-separated `HOST:PORT`.
    public var brokers: String
    /// How the client names itself to brokers and in its log.
    public var clientID: String
    /// Properties passed through, by librdkafka's names.
    public var passthrough: [String: String]

    /// Names brokers and properties.
    public init(brokers: String, clientID: String = "customer-worker", passthrough: [String: String] = [:]) {
        self.brokers = brokers
        self.clientID = clientID
        self.passthrough = passthrough
    }

    /// Checks every passed property against ``RefusedProperty`` and against librdkafka itself, without connecting.
    ///
    /// Returns one sentence per problem, ordered by name; none when all would be taken.
    public func problems() -> [String] {
        let handle = ConfigurationHandle()
        return self.passthrough.sorted { $0.key < $1.key }.compactMap { name, value -> String? in
            if let refused = RefusedProperty.find(name) { return "\(name): refused, \(refused.reason)" }
            return handle.problem(name, value)
        }
    }
}
