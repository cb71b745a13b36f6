import CLibrdkafka

/// What a client connects to and how: the brokers, and any librdkafka property that a user passes through.
///
/// The names and values are those of librdkafka's CONFIGURATION.md. A property that delivery rests on is refused by
/// ``RefusedProperty``; a misspelt name or a value out of range is refused in librdkafka's own words when a client is
/// made.
package struct ClientProperties: Sendable, Hashable {
    /// Comma-separated `HOST:PORT`.
    package var brokers: String
    /// How the client names itself to brokers and in its log, unless `client.id` is passed through.
    package var clientID: String
    /// Properties passed through, by librdkafka's names.
    package var passthrough: [String: String]

    /// Milliseconds until new partitions, topics and leaders are looked for again; librdkafka's own default is five
    /// minutes, for which the commands of a new partition would wait.
    static let metadataRefresh = "30000"

    /// Names brokers and properties.
    package init(brokers: String, clientID: String = "customer-worker", passthrough: [String: String] = [:]) {
        self.brokers = brokers
        self.clientID = clientID
        self.passthrough = passthrough
    }

    /// Checks every passed property against ``RefusedProperty`` and against librdkafka itself, without connecting.
    ///
    /// Returns one sentence per problem, ordered by name; none when all would be taken. No value is repeated, since
    /// some are secrets, except by librdkafka's own words about a value that it does not take.
    package func problems() -> [String] {
        let handle = ConfigurationHandle()
        return self.passthrough.sorted { $0.key < $1.key }.compactMap { name, value -> String? in
            Self.problem(name, value, handle)
        }
    }

    /// librdkafka's version, such as `2.0.2`; of the library that is loaded, not of the headers.
    package static var libraryVersion: String {
        unsafe rd_kafka_version_str().map { unsafe String(cString: $0) } ?? "unknown"
    }

    /// Every name that may be passed through, for a hint at a misspelt one.
    package static let knownNames: [String] =
        PassedProperty.ofEveryClient.union(PassedProperty.ofConsumers).union(PassedProperty.ofProducers).sorted()

    /// What librdkafka says against one property by itself, its name or its value; `nil` when it takes it.
    package func problem(of name: String) -> String? {
        guard let value = self.passthrough[name] else { return nil }
        return Self(brokers: "", passthrough: [name: value]).problems().first
    }

    /// What is passed to a client of this kind, ordered by name.
    ///
    /// - Throws: ``KafkaError`` that names the first property which users may not set: it is refused, never overridden.
    func passed(to kind: ClientKind) throws(KafkaError) -> [(String, String)] {
        let sorted = self.passthrough.sorted { $0.key < $1.key }
        let handle = ConfigurationHandle()
        for (name, value) in sorted {
            guard let problem = Self.problem(name, value, handle) else { continue }
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, problem, disposition: .permanent)
        }
        return sorted.filter { kind.takes($0.key) }.map { ($0.key, $0.value) }
    }

    private static func problem(_ name: String, _ value: String, _ handle: borrowing ConfigurationHandle) -> String? {
        if let reason = RefusedProperty.reason(name: name, value: value) { return "\(name): refused, \(reason)" }
        if let problem = handle.problem(name, value) { return problem }
        guard case .unlisted = PropertyClass(name) else { return nil }
        return "\(name): refused, a property of a later librdkafka than this program knows: it could break delivery"
    }
}
