import CustomerContract
package import Kafka
package import Records
package import Topics

/// A dead-letter topic at one moment, for everything that only reads: nothing is changed, not even an offset.
package struct DeadLetterTopic: Sendable {
    /// Its partitions and ends.
    package let snapshot: TopicSnapshot
    /// What has been sent back or dismissed.
    package let marks: LetterMarks
    private let client: ClientProperties
    private let log: KafkaLogSink

    /// Takes the topic's ends, and reads what has been sent back or dismissed.
    ///
    /// - Throws: ``TopicSnapshot/Missing``, or ``KafkaError`` when the cluster does not answer.
    package init(_ topic: String, _ client: ClientProperties, log: @escaping KafkaLogSink = { _ in }) async throws {
        let admin = try Admin(client, log: log)
        self.snapshot = try await TopicSnapshot(topic, admin)
        let store = try JobStore(client, deadLetterTopic: topic, log: log)
        self.marks = try await store.marks(of: self.snapshot.ranges)
        self.client = client
        self.log = log
    }

    /// Passes each dead letter that meets the selection to `body`, until the selection's limit or `false`.
    package func visit(
        _ selection: Selection,
        _ state: LetterState,
        _ body: (_ letter: DeadLetter, _ mark: LetterMark) throws -> Bool
    ) async throws {
        let ranges = selection.narrowed(self.snapshot.ranges)
        var reader = try await TopicReader(self.client, ranges: ranges, log: self.log)
        var count = 0
        if selection.limit == 0 { return }
        try await reader.visit { record in
            let letter = DeadLetter(record)
            let mark = self.marks[record.topicPartition.partition, record.offset]
            guard state.includes(mark), selection.matches(letter) else { return true }
            guard try body(letter, mark) else { return false }
            count += 1
            return selection.limit.map { count < $0 } ?? true
        }
    }

    /// The dead letters that meet the selection, in portions: the next is read when it is asked for.
    package func portions(_ selection: Selection, _ state: LetterState) async throws -> Portions {
        let ranges = selection.narrowed(self.snapshot.ranges)
        let reader = try await TopicReader(self.client, ranges: ranges, log: self.log)
        return Portions(reader: reader, selection: selection, state: state, marks: self.marks)
    }

    /// Selected dead letters, a few hundred at a time.
    package struct Portions {
        private var reader: TopicReader
        private let selection: Selection
        private let state: LetterState
        private let marks: LetterMarks
        private var left: Int

        fileprivate init(reader: TopicReader, selection: Selection, state: LetterState, marks: LetterMarks) {
            self.reader = reader
            self.selection = selection
            self.state = state
            self.marks = marks
            self.left = selection.limit ?? .max
        }

        /// The next ones, maybe none yet; `nil` when there are no more.
        package mutating func next() async throws -> [DeadLetter]? {
            guard !self.reader.isDone, self.left > 0 else { return nil }
            let letters = try await self.reader.next(250).filter { record in
                self.state.includes(self.marks[record.topicPartition.partition, record.offset])
            }.map { DeadLetter($0) }.filter { self.selection.matches($0) }.prefix(self.left)
            self.left -= letters.count
            return Array(letters)
        }
    }

    /// The route that letters of this topic take back when an operator chooses no other.
    package func usualRoute(resultTopic: String, _ rules: CommandRules) async throws(KafkaError) -> ReturnRoute {
        ReturnRoute(
            destination: nil,
            edits: CommandEdits(),
            maximumLaps: ReturnRoute.usualLaps,
            topics: try await Admin(self.client, log: self.log).topics(),
            forbidden: [self.snapshot.topic, resultTopic],
            rules: rules
        )
    }

    /// The dead letter at a position; `nil` when there is none.
    package func letter(partition: Int32, offset: Int64) async throws -> DeadLetter? {
        let position = RecordPosition(topic: self.snapshot.topic, partition: partition, offset: offset)
        let place = TopicPartition(topic: position.topic, partition: partition)
        guard self.snapshot.ranges[place]?.contains(offset) == true else { return nil }
        return try await Self.letter(at: position, self.client, log: self.log)
    }

    /// The dead letter at a position, without a look at the rest of its topic; `nil` when there is none.
    package static func letter(
        within position: RecordPosition,
        _ client: ClientProperties,
        log: @escaping KafkaLogSink = { _ in }
    ) async throws -> DeadLetter? {
        let admin = try Admin(client, log: log)
        guard let topic = try await admin.topic(named: position.topic),
            Int(position.partition) < topic.partitionCount
        else { return nil }
        let ends = try await admin.watermarks(of: position.topicPartition)
        guard ends.low <= position.offset, position.offset < ends.high else { return nil }
        return try await Self.letter(at: position, client, log: log)
    }

    /// The record at a position of any topic, read as a dead letter; `nil` when there is none.
    ///
    /// The position must be within the ends of its partition.
    static func letter(
        at position: RecordPosition,
        _ client: ClientProperties,
        log: @escaping KafkaLogSink
    ) async throws -> DeadLetter? {
        let place = TopicPartition(topic: position.topic, partition: position.partition)
        let range = position.offset..<position.offset + 1
        var reader = try await TopicReader(client, ranges: [place: range], log: log)
        var found: DeadLetter?
        try await reader.visit { record in
            found = DeadLetter(record)
            return false
        }
        return found
    }

    /// Whether letters that wait are near the end of the topic's retention; for `check` and for every list.
    ///
    /// - Parameter report: A report over all that wait; made here if there is none.
    package func retention(
        _ report: LetterReport? = nil,
        now: UnixMilliseconds = .now()
    ) async throws -> RetentionGuard {
        let counted: LetterReport
        if let report {
            counted = report
        } else {
            var fresh = LetterReport()
            try await self.visit(Selection(), .waiting) { letter, mark in
                fresh.take(letter, mark)
                return true
            }
            counted = fresh
        }
        // A remark, which is worth no long wait: the embedded brokers, for one, never answer it.
        let settings = try await Admin(self.client, log: self.log)
            .configuration(ofTopic: self.snapshot.topic, timeout: .seconds(2))
        return RetentionGuard(
            retentionMilliseconds: settings["retention.ms"],
            oldestWaiting: counted.oldestWaitingRecord,
            now: now
        )
    }
}

/// Whether dead letters that wait are about to be deleted by their topic's retention.
///
/// A dead letter has the timestamp of its command, and Kafka deletes by timestamps, so it may go earlier than the time
/// of its failure suggests.
package struct RetentionGuard: Sendable, Hashable {
    /// The part of the retention below which a warning is due: a fifth.
    static let warningPart: Int64 = 5

    /// How long the topic keeps records; `nil` for no limit.
    package let retention: Duration?
    /// The timestamp of the oldest dead letter that waits; `nil` when none does.
    package let oldestWaiting: UnixMilliseconds?
    /// The time of the answer.
    package let now: UnixMilliseconds

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

    /// Whether a warning is due.
    package var isNear: Bool {
        guard let retention, let timeLeft else { return false }
        return timeLeft < retention / Self.warningPart
    }
}
