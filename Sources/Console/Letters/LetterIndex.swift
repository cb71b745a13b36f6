import CustomerContract
import Kafka
import Operations
import Records
import Redrive
import Topics

/// What is known of the dead letters, for pages that take milliseconds: read in the background while pages ask.
///
/// At most ``LetterIndex/limit`` letters are remembered, of some hundred bytes each.
actor LetterIndex {
    struct Standing: Sendable {
        var topic: String
        /// When marks and ends were last read; `nil` before the first time.
        var readAt: UnixMilliseconds?
        /// Whether everything was read that there is room for.
        var isWhole = false
        /// Why the last reading failed; `nil` when it did not.
        var trouble: String?
        /// Offsets beyond what there is room for.
        var unread: Int64 = 0
        /// Offsets of the topic that are still to be read, when it is not whole.
        var remaining: Int64 = 0
        /// Whether letters that wait are about to be deleted.
        var retention: RetentionGuard?
    }

    static let limit = 100_000
    static let interval: Duration = .seconds(3)
    /// After this time what was read is published, and reading continues.
    private static let portion: Duration = .seconds(4)

    nonisolated let topic: String
    private let client: ClientProperties
    private let rules: CommandRules
    private let resultTopic: String
    private let limit: Int
    private let attention = Attention()

    private var memory: LetterMemory<LetterSummary>
    private var summaries = LetterSummaries()
    private var current: LetterBook
    private(set) var standing: Standing
    private var descriptions: [TopicDescription] = []
    private var retentionRead: ContinuousClock.Instant?
    private var retentionMilliseconds: String?

    init(
        topic: String,
        resultTopic: String,
        rules: CommandRules,
        _ client: ClientProperties,
        limit: Int = LetterIndex.limit
    ) {
        self.topic = topic
        self.resultTopic = resultTopic
        self.rules = rules
        self.client = client
        self.limit = limit
        self.memory = LetterMemory(topic, client, limit: limit)
        self.standing = Standing(topic: topic)
        self.current = LetterBook(KnownLetters(limit: limit), LetterMarks(), ReasonForms())
    }

    // MARK: What pages ask

    /// What is known now; asking keeps it fresh for a minute.
    func book() -> (book: LetterBook, standing: Standing) {
        self.attention.ask()
        return (self.current, self.standing)
    }

    /// Reads marks and new letters at once, as after letters were sent back or dismissed.
    nonisolated func hurry() { self.attention.ask(hasNews: true) }

    // MARK: Reading

    /// Reads on while pages ask, until the task is cancelled.
    func run() async {
        await self.attention.run(every: Self.interval) {
            await self.refresh()
            await self.readRetention()
            return !self.standing.isWhole && self.standing.trouble == nil
        }
    }

    /// Reads once what is new, and the marks.
    func refresh() async {
        do {
            let topics = try await Admin(self.client, log: { _ in }).topics()
            let route = self.currentRoute(topics)
            let isWhole = try await self.memory.refresh(within: Self.portion) { letter in
                self.summaries.summary(of: letter, route.verdict(for: letter))
            }
            let marks = try await self.memory.marks()
            if self.memory.known.count == 0 { self.summaries = LetterSummaries() }
            self.current = LetterBook(self.memory.known, marks, self.summaries.forms)
            let isFull = self.memory.known.isFull
            let rest = self.memory.known.beyond(self.memory.ranges).values.reduce(Int64(0)) { $0 + Int64($1.count) }
            self.standing.isWhole = isWhole || isFull
            self.standing.unread = isFull ? rest : 0
            self.standing.remaining = isWhole || isFull ? 0 : rest
            self.standing.trouble = nil
            self.standing.readAt = .now()
        } catch is CancellationError {
        } catch {
            self.standing.trouble = ErrorPages.answer(to: error).sentence
        }
    }

    /// The way back; letters are read again when a topic that they came from was made or deleted, since what a redrive
    /// would do with them depends on it.
    private func currentRoute(_ topics: [TopicDescription]) -> ReturnRoute {
        let names = Set(topics.map { ExactText($0.name) })
        let changed = names.symmetricDifference(self.descriptions.map { ExactText($0.name) })
        let sources = self.memory.known.letters.values.lazy.joined().lazy.compactMap(\.summary.source)
        if !changed.isEmpty, sources.contains(where: { changed.contains(ExactText($0)) }) {
            self.memory = LetterMemory(self.topic, self.client, limit: self.limit)
            self.summaries = LetterSummaries()
        }
        self.descriptions = topics
        return ReturnRoute(topics: topics, forbidden: [self.topic, self.resultTopic], rules: self.rules)
    }

    /// The way back that an operator chooses.
    ///
    /// - Throws: `KafkaError` when the topics of the cluster are not known yet, and it does not answer.
    func route(
        _ edits: CommandEdits = CommandEdits(),
        maximumLaps: Int = ReturnRoute.usualLaps,
        isForced: Bool = false
    ) async throws -> ReturnRoute {
        if self.descriptions.isEmpty {
            self.descriptions = try await Admin(self.client, log: { _ in }).topics(timeout: .seconds(3))
        }
        return ReturnRoute(
            edits: edits,
            maximumLaps: maximumLaps,
            topics: self.descriptions,
            forbidden: [self.topic, self.resultTopic],
            rules: self.rules,
            isForced: isForced
        )
    }

    /// Asks for the topic's retention once a minute.
    private func readRetention() async {
        if self.retentionRead.map({ $0 + .seconds(60) < .now }) ?? true {
            self.retentionRead = .now
            let admin = try? Admin(self.client, log: { _ in })
            self.retentionMilliseconds = try? await admin?.retentionMilliseconds(of: self.topic)
        }
        self.standing.retention = RetentionGuard(
            retentionMilliseconds: self.retentionMilliseconds,
            oldestWaiting: self.current.oldestWaitingRecord,
            now: .now()
        )
    }
}
