import Kafka
import Synchronization

/// The largest record batch that each topic takes (`max.message.bytes`), as far as the cluster tells it.
///
/// A topic of which nothing is known is tried with whatever comes, since what it holds back would be lost; once it has
/// refused a record, what is safe everywhere is its limit until the cluster tells more. Any thread may ask; only
/// ``learn(_:)`` and ``run()`` wait.
final class TopicLimits: Sendable {
    /// What any topic takes whose limit was not lowered: Kafka's default is 1,048,588.
    static let safeBytes = 900_000
    /// How long an answer, or a lesson, is believed.
    static let lifetime: Duration = .seconds(60)
    /// How long a cluster that did not answer in time is not asked again: the embedded one never does.
    static let quietTime: Duration = .seconds(300)
    /// Limits that are remembered; commands name reply topics as they like.
    static let mostTopics = 1_000

    private struct Entry {
        var told: Int?
        var taught: Int?
        var since: ContinuousClock.Instant
        var isAsked = false
    }

    private let largestRecord: Int
    private let describe: @Sendable (String) async throws(KafkaError) -> [String: String]
    private let now: @Sendable () -> ContinuousClock.Instant
    private let entries = Mutex<[String: Entry]>([:])
    private let quietUntil = Mutex<ContinuousClock.Instant?>(nil)
    /// Topics that ``run()`` is to ask for.
    private let (wanted, want) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(mostTopics))

    /// - Parameters:
    ///   - largestRecord: what the producer itself takes, in bytes.
    ///   - describe: asks the cluster for a topic's settings, and does not take long.
    init(
        largestRecord: Int,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        describe: @escaping @Sendable (String) async throws(KafkaError) -> [String: String]
    ) {
        self.largestRecord = largestRecord
        self.now = now
        self.describe = describe
    }

    /// Asks for the topics whose limits are unknown or old when ``bytes(of:)`` is called, until the task is cancelled.
    func run() async { for await topic in self.wanted { await self.learn([topic]) } }

    /// The bytes of the largest batch for a topic, as far as is known.
    func bytes(of topic: String) -> Int {
        let now = self.now()
        let (bytes, isToAsk) = self.entries.withLock { entries in
            guard let entry = entries[topic] else {
                if entries.count >= Self.mostTopics { entries.removeAll() }
                entries[topic] = Entry(since: now, isAsked: true)
                return (self.largestRecord, true)
            }
            let isOld = now - entry.since >= Self.lifetime && !entry.isAsked
            if isOld { entries[topic]?.isAsked = true }
            return (min(self.largestRecord, entry.told ?? .max, entry.taught ?? .max), isOld)
        }
        if isToAsk, case .dropped = self.want.yield(topic) {
            self.entries.withLock { $0[topic]?.isAsked = false }
        }
        return bytes
    }

    /// Whether a topic was ever asked for.
    func knows(_ topic: String) -> Bool { self.entries.withLock { $0[topic] != nil } }

    /// Asks for these topics' limits, and waits for the answers; without one, what was known stays.
    ///
    /// - Returns: whether a limit is lower than it was.
    @discardableResult
    func learn(_ topics: [String]) async -> Bool {
        var isLower = false
        for topic in topics where !Task.isCancelled {
            let told: Int?
            do throws(KafkaError) {
                told = self.isQuiet ? nil : try await self.describe(topic)["max.message.bytes"].flatMap { Int($0) }
            } catch {
                told = nil
                if error.disposition == .retry {
                    let end = self.now() + Self.quietTime
                    self.quietUntil.withLock { $0 = end }
                }
            }
            let now = self.now()
            isLower =
                self.entries.withLock { entries in
                    let old = entries[topic]
                    if old == nil, entries.count >= Self.mostTopics { entries.removeAll() }
                    entries[topic] = Entry(told: told ?? old?.told, taught: nil, since: now)
                    // A lesson ends with its time, unless nothing better is known.
                    if told == nil, let old, now - old.since < Self.lifetime { entries[topic]?.taught = old.taught }
                    return (told ?? .max) < min(old?.told ?? .max, old?.taught ?? .max)
                } || isLower
        }
        return isLower
    }

    private var isQuiet: Bool { self.quietUntil.withLock { $0.map { self.now() < $0 } ?? false } }

    /// A topic refused a record of that size, of which the cluster's answer said nothing.
    func teach(_ topic: String, refused bytes: Int) {
        // A refusal of a small record says little about others: it may have been another limit.
        guard bytes > 100_000 else { return }
        let taught = bytes > Self.safeBytes ? Self.safeBytes : max(100_000, bytes / 4 * 3)
        let now = self.now()
        self.entries.withLock { entries in
            entries[topic, default: Entry(since: now)].taught = min(taught, entries[topic]?.taught ?? .max)
            entries[topic]?.since = now
        }
    }
}
