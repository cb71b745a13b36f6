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
