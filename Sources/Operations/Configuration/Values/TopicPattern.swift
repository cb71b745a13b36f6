/// An entry of `kafka.reply_topics_allowed`: an exact topic name, or a prefix followed by `*`.
package enum TopicPattern: Sendable, Hashable, CustomStringConvertible {
    /// Allows one topic.
    case exact(String)

    /// Allows every topic whose name begins so.
    case prefix(String)

    /// The form that the setting is written in.
    package var description: String {
        switch self {
        case .exact(let name): name
        case .prefix(let start): start + "*"
        }
    }

    /// Whether a topic is allowed by this entry; names are compared byte for byte.
    package func matches(_ topic: String) -> Bool {
        switch self {
        case .exact(let name): topic.utf8.elementsEqual(name.utf8)
        case .prefix(let start): topic.utf8.starts(with: start.utf8)
        }
    }

    /// Reads an entry; nil where it could not match any topic that Kafka allows.
    init?(parsing text: String) {
        if text.hasSuffix("*") {
            let start = String(text.dropLast())
            guard start.isEmpty || TopicName.hasLegalCharacters(start) else { return nil }
            self = .prefix(start)
        } else {
            guard TopicName.isLegal(text) else { return nil }
            self = .exact(text)
        }
    }
}
