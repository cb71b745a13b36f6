import JSON
import Records

/// The topics to which a command may direct its reply.
public struct ReplyTopicAllowList: Sendable, Hashable {
    /// The entries as configured: a topic's name, or a prefix followed by `*`.
    public let entries: [String]

    /// A list of exact names and `prefix*`; the empty list allows nothing.
    public init(_ entries: [String] = []) {
        self.entries = entries
    }

    /// Whether a reply may go to that topic.
    ///
    /// A name that Kafka would refuse is never allowed, whatever the entries say: producing to it would fail.
    public func allows(_ topic: String) -> Bool {
        guard Self.isTopicName(topic) else { return false }
        return entries.contains { entry in
            guard entry.utf8.last == UInt8(ascii: "*") else { return entry.hasSameBytes(as: topic) }
            return topic.utf8.starts(with: entry.utf8.dropLast())
        }
    }

    /// Whether an entry can allow any topic.
    package static func isEntry(_ text: String) -> Bool {
        text.utf8.last == UInt8(ascii: "*") ? Self.isOfTopicNames(text.dropLast()) : Self.isTopicName(text)
    }

    /// Kafka's rule, for `group.instance.id` too: 1 to 249 of `[a-zA-Z0-9._-]`, and neither `.` nor `..`.
    package static func isTopicName(_ topic: String) -> Bool {
        !topic.isEmpty && topic != "." && topic != ".." && Self.isOfTopicNames(topic[...])
    }

    private static func isOfTopicNames(_ text: Substring) -> Bool {
        text.utf8.count <= 249
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
