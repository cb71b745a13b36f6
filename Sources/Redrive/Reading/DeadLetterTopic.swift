package import Kafka
package import Records
package import Topics

/// A dead-letter topic at one moment, for everything that only reads: nothing is changed, not even an offset.
package struct DeadLetterTopic: Sendable {
    package let snapshot: TopicSnapshot
    /// What has been sent back or dismissed.
    package let marks: LetterMarks
    private let client: ClientProperties
    private let admin: Admin

    /// Takes the topic's ends, and reads what has been sent back or dismissed.
    ///
    /// - Throws: ``TopicSnapshot/Missing``, or ``KafkaError`` when the cluster does not answer.
    package init(_ topic: String, _ client: ClientProperties) async throws {
        self.client = client
        self.admin = try Admin(client, log: { _ in })
        self.snapshot = try await TopicSnapshot(topic, self.admin)
        self.marks = try await JobStore(client, deadLetterTopic: topic).marks(of: self.snapshot.ranges)
    }

    /// Passes each dead letter that meets the selection to `body`, until the selection's limit or `false`.
    package func visit(
        _ selection: Selection,
        _ state: LetterState,
        _ body: (_ letter: DeadLetter, _ mark: LetterMark) throws -> Bool
    ) async throws {
        var portions = try await self.portions(selection, state)
        while let letters = try await portions.next(1_000) {
            for letter in letters {
                guard try body(letter, self.marks[letter.position]) else { return }
            }
            try Task.checkCancellation()
        }
    }

    /// The dead letters that meet the selection, in portions: the next is read when it is asked for.
    package func portions(_ selection: Selection, _ state: LetterState) async throws -> Portions {
        let ranges = selection.narrowed(self.snapshot.ranges)
        let reader = try await TopicReader(self.client, ranges: ranges)
        let left = selection.limit ?? .max
        return Portions(reader: reader, selection: selection, state: state, marks: self.marks, left: left)
    }

    /// Selected dead letters, a few hundred at a time.
    package struct Portions {
        fileprivate var reader: TopicReader
        fileprivate let selection: Selection
        fileprivate let state: LetterState
        fileprivate let marks: LetterMarks
        fileprivate var left: Int

        /// The next ones, of at most this number of records, maybe none yet; `nil` when there are no more.
        package mutating func next(_ limit: Int = 250) async throws -> [DeadLetter]? {
            guard !self.reader.isDone, self.left > 0 else { return nil }
            let letters = try await self.reader.next(limit)
                .filter { self.state.includes(self.marks[$0.position]) }
                .map { DeadLetter($0) }.filter { self.selection.matches($0) }.prefix(self.left)
            self.left -= letters.count
            return Array(letters)
        }
    }

    /// The route that letters of this topic take back when an operator chooses no other.
    package func usualRoute(resultTopic: String, _ rules: CommandRules) async throws(KafkaError) -> ReturnRoute {
        let topics = try await self.admin.topics()
        return ReturnRoute(topics: topics, forbidden: [self.snapshot.topic, resultTopic], rules: rules)
    }

    /// The dead letter at a position, without a look at the rest of its topic; `nil` when there is none.
    package static func letter(within position: RecordPosition, _ client: ClientProperties) async throws -> DeadLetter?
    {
        let admin = try Admin(client, log: { _ in })
        guard let topic = try await admin.topic(named: position.topic),
            Int(position.partition) < topic.partitionCount
        else { return nil }
        let ends = try await admin.watermarks(of: position.topicPartition)
        guard ends.low <= position.offset, position.offset < ends.high else { return nil }
        return try await Self.letter(at: position, client)
    }

    /// The record at a position of any topic, read as a dead letter; `nil` when there is none.
    ///
    /// The position must be within the ends of its partition.
    static func letter(at position: RecordPosition, _ client: ClientProperties) async throws -> DeadLetter? {
        let ranges = [position.topicPartition: position.offset..<position.offset + 1]
        var reader = try await TopicReader(client, ranges: ranges)
        var found: DeadLetter?
        try await reader.visit { record in
            found = DeadLetter(record)
            return false
        }
        return found
    }

    /// Whether letters that wait are near the end of the topic's retention; for `check` and for every list.
    ///
    /// - Parameter report: A report over all that wait.
    package func retention(_ report: LetterReport) async throws -> RetentionGuard {
        let milliseconds = try await self.admin.retentionMilliseconds(of: self.snapshot.topic)
        let oldest = report.oldestWaitingRecord
        return RetentionGuard(retentionMilliseconds: milliseconds, oldestWaiting: oldest, now: .now())
    }
}

extension Admin {
    /// A topic's `retention.ms`, for a remark, which is worth no long wait: the embedded brokers never answer it.
    package func retentionMilliseconds(of topic: String) throws(KafkaError) -> String? {
        try self.configuration(ofTopic: topic, timeout: .seconds(2))["retention.ms"]
    }
}

/// Whether dead letters that wait are about to be deleted by their topic's retention.
///
/// A dead letter has the timestamp of its command, and Kafka deletes by timestamps, so it may go earlier than the time
/// of its failure suggests.
package struct RetentionGuard: Sendable, Hashable {
    /// How long the topic keeps records; `nil` for no limit.
    package let retention: Duration?
    /// The timestamp of the oldest dead letter that waits; `nil` when none does.
    private let oldestWaiting: UnixMilliseconds?
    private let now: UnixMilliseconds

    /// Gathers the facts.
    ///
    /// - Parameter retentionMilliseconds: The topic's `retention.ms` as the broker gives it; negative or unreadable
    ///   means no limit.
    package init(retentionMilliseconds: String?, oldestWaiting: UnixMilliseconds?, now: UnixMilliseconds) {
        let milliseconds = retentionMilliseconds.flatMap { Int64($0) } ?? -1
        self.retention = milliseconds < 0 ? nil : .milliseconds(milliseconds)
        self.oldestWaiting = oldestWaiting
        self.now = now
    }

    /// The time that the oldest one is still safe; negative when it may be deleted at any moment, `nil` when nothing is
    /// at risk.
    package var timeLeft: Duration? {
        guard let retention, let oldestWaiting else { return nil }
        return retention - .milliseconds(self.now.milliseconds(since: oldestWaiting))
    }

    /// Whether a warning is due: less than a fifth of the retention is left.
    package var isNear: Bool {
        guard let retention, let timeLeft else { return false }
        return timeLeft < retention / 5
    }
}
