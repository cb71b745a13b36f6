import CustomerContract
import Synchronization

/// `kafka.reply_topics_allowed` as it is now: set by the loop, read by the publisher.
final class LiveReplyTopics: Sendable {
    private let stored: Mutex<ReplyTopicAllowList>

    init(_ allowed: ReplyTopicAllowList) {
        self.stored = Mutex(allowed)
    }

    var allowed: ReplyTopicAllowList { self.stored.withLock { $0 } }

    func set(_ allowed: ReplyTopicAllowList) { self.stored.withLock { $0 = allowed } }
}
