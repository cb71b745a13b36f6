import CLibrdkafka

/// What a client connects to and how: the brokers, and any librdkafka property that a user passes through.
///
/// The names and values are those of librdkafka's CONFIGURATION.md. A property that delivery rests on is refused by
/// ``RefusedProperty``; a misspelt name or a value out of range is refused by librdkafka's own words when a client is
/// made.
public struct ClientProperties: Sendable, Hashable {
    /// Comma-separated `HOST:PORT`.
    public var brokers: String
    /// How the client names itself to brokers and in its log, unless `client.id` is passed through.
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
    /// Returns one sentence per problem, ordered by name; none when all would be taken. No value is repeated, since
    /// some are secrets, except by librdkafka's own words about a value that it does not take.
    public func problems() -> [String] {
        let handle = ConfigurationHandle()
        return self.passthrough.sorted { $0.key < $1.key }.compactMap { name, value -> String? in
            Self.refusal(name, value) ?? handle.problem(name, value)
        }
    }

    /// What is passed to a client of this kind, ordered by name.
    ///
    /// - Throws: ``KafkaError`` that names the first property which users may not set: it is refused, never overridden.
    func passed(to kind: ClientKind) throws(KafkaError) -> [(String, String)] {
        let sorted = self.passthrough.sorted { $0.key < $1.key }
        for (name, value) in sorted {
            guard let refusal = Self.refusal(name, value) else { continue }
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, refusal, disposition: .permanent)
        }
        return sorted.filter { kind.takes($0.key) }.map { ($0.key, $0.value) }
    }

    private static func refusal(_ name: String, _ value: String) -> String? {
        RefusedProperty.reason(name: name, value: value).map { "\(name): refused, \($0)" }
    }
}
