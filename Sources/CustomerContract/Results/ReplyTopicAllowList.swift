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

    /// Kafka's rule: 1 to 249 of `[a-zA-Z0-9._-]`, and neither `.` nor `..`.
    static func isTopicName(_ topic: String) -> Bool {
        guard (1...249).contains(topic.utf8.count), topic != ".", topic != ".." else { return false }
        return topic.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }
}
