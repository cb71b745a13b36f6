/// What this program knows of a librdkafka property: every name that librdkafka documents is in one of two lists.
///
/// A name in neither is left to librdkafka, which refuses what it does not know. One that it does know is of a later
/// version than the lists, and is refused until its effect on delivery is understood.
enum PropertyClass {
    /// Any value may pass that librdkafka takes.
    case passed(ClientKind?)
    /// Only values that keep delivery as it is may pass, or none.
    case guarded(RefusedProperty)
    /// In neither list.
    case unlisted

    /// Looks a name up as librdkafka does, which takes a property of topics with `topic.` in front of it too
    /// (rdkafka_conf.c, `rd_kafka_topic_conf_set`).
    init(_ name: String) {
        self = Self.listed(name)
        if case .unlisted = self, name.hasPrefix("topic.") {
            self = Self.listed(String(name.dropFirst("topic.".count)))
        }
    }

    private static func listed(_ name: String) -> Self {
        if let guarded = RefusedProperty.guarding(name) { return .guarded(guarded) }
        if PassedProperty.ofEveryClient.contains(name) { return .passed(nil) }
        if PassedProperty.ofConsumers.contains(name) { return .passed(.consumer) }
        if PassedProperty.ofProducers.contains(name) { return .passed(.producer) }
        return .unlisted
    }
}

/// The two kinds of librdkafka clients; some properties concern only one of them.
enum ClientKind: Sendable, Hashable {
    case consumer
    case producer

    /// Whether a property passed through concerns this kind of client.
    ///
    /// Users pass properties for the worker as a whole, and librdkafka would warn at every start of each that is not
    /// for the kind of client at hand. The kinds are those that its CONFIGURATION.md marks `C` or `P`.
    func takes(_ name: String) -> Bool {
        switch PropertyClass(name) {
        case .passed(let kind): kind == nil || kind == self
        case .guarded(let property): property.kind == nil || property.kind == self
        case .unlisted: true
        }
    }
}
