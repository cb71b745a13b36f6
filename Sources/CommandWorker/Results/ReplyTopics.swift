import CustomerContract
import Kafka
import Synchronization

/// Which topics the cluster has, so that a reply topic that a command names is only used when it exists.
///
/// A producer would wait minutes for a topic that is not there, and all other results with it. The cluster is asked
/// when a name or a partition comes that is not known, and when what is known has become old: a topic may be deleted,
/// and created again with other partitions. Commands name topics as they like, so it is asked once in
/// ``refreshInterval`` at most, however many names they invent.
actor TopicDirectory {
    /// Between two questions to the cluster.
    static let refreshInterval: Duration = .seconds(10)
    /// How long an answer is believed.
    static let lifetime: Duration = .seconds(30)

    private let list: @Sendable () async throws(KafkaError) -> [TopicDescription]
    private let now: @Sendable () -> ContinuousClock.Instant
    private var partitionCounts: [String: Int] = [:]
    /// When the cluster last answered; `nil` when that is no longer believed.
    private var answered: ContinuousClock.Instant?
    private var asked: ContinuousClock.Instant?

    /// - Parameters:
    ///   - now: a clock that only goes forward.
    ///   - list: asks the cluster.
    init(
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        list: @escaping @Sendable () async throws(KafkaError) -> [TopicDescription]
    ) {
        self.now = now
        self.list = list
    }

    /// Whether a record can be produced there.
    func has(_ topic: String, partition: Int32?) async -> Bool {
        if let partition, partition < 0 { return false }
        let enough = 1 + Int(partition ?? 0)
        if self.isOld || self.partitionCounts[topic, default: 0] < enough { await self.refresh() }
        return self.partitionCounts[topic, default: 0] >= enough
    }

    /// Whether the cluster has said, and is believed, that there is no such topic.
    ///
    /// What is old is believed: a topic of the worker's own that is gone shows by a refusal, and then there is doubt.
    func lacks(_ topic: String) async -> Bool {
        if self.answered == nil || self.partitionCounts[topic] == nil { await self.refresh() }
        return self.answered != nil && self.partitionCounts[topic] == nil
    }

    /// How many partitions a topic has; `nil` when it is not known.
    func partitionCount(of topic: String) async -> Int? {
        if self.isOld || self.partitionCounts[topic] == nil { await self.refresh() }
        return self.partitionCounts[topic]
    }

    /// Something that was produced was refused, perhaps because its topic is no longer what it was: the next lookup
    /// asks.
    func doubt() { self.answered = nil }

    private var isOld: Bool {
        guard let answered = self.answered else { return true }
        return self.now() - answered >= Self.lifetime
    }

    private func refresh() async {
        let now = self.now()
        if let asked = self.asked, now - asked < Self.refreshInterval { return }
        self.asked = now
        do throws(KafkaError) {
            let topics = try await self.list()
            self.answered = now
            self.partitionCounts = Dictionary(
                topics.map { ($0.name, $0.partitionCount) },
                uniquingKeysWith: { first, _ in first }
            )
        } catch {
            // Without an answer nothing new is known: what was there continues to be used, and a reply to another topic
            // goes to the results topic, where it is not lost.
        }
    }
}

/// `kafka.reply_topics_allowed` as it is now: set by the loop, read by the publisher.
final class LiveReplyTopics: Sendable {
    private let stored: Mutex<ReplyTopicAllowList>

    init(_ allowed: ReplyTopicAllowList) {
        self.stored = Mutex(allowed)
    }

    var allowed: ReplyTopicAllowList { self.stored.withLock { $0 } }

    func set(_ allowed: ReplyTopicAllowList) { self.stored.withLock { $0 = allowed } }
}

/// Reply topics that failed, which are not used for a while: their results go to the results topic meanwhile.
///
/// The first time lasts 30 s, each further one twice as long, up to 10 min; a reply that gets out ends it. Bounded.
struct SuspendedTopics: Sendable {
    static let firstTime: Duration = .seconds(30)
    static let longestTime: Duration = .seconds(600)
    static let mostTopics = 1_000

    private struct Suspension: Sendable {
        var end: ContinuousClock.Instant
        var time: Duration
        var reason: String
    }

    private let now: @Sendable () -> ContinuousClock.Instant
    private var suspensions: [String: Suspension] = [:]

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
    }

    /// Why a topic is not to be used now; `nil` when it may be.
    func reason(_ topic: String) -> String? {
        guard let suspension = self.suspensions[topic], self.now() < suspension.end else { return nil }
        return suspension.reason
    }

    /// A topic failed: no reply goes there for a while.
    mutating func suspend(_ topic: String, _ reason: String) {
        let now = self.now()
        let last = self.suspensions[topic]
        // Told again of the same failure.
        if let last, now < last.end { return }
        if last == nil, self.suspensions.count >= Self.mostTopics {
            let first = self.suspensions.min { $0.value.end < $1.value.end }
            if let first { self.suspensions[first.key] = nil }
        }
        let time = last.map { min($0.time * 2, Self.longestTime) } ?? Self.firstTime
        self.suspensions[topic] = Suspension(end: now + time, time: time, reason: reason)
    }

    /// Replies to these topics got out.
    mutating func succeeded(_ topics: Set<String>) {
        if self.suspensions.isEmpty { return }
        for topic in topics { self.suspensions[topic] = nil }
    }
}
