import CustomerContract
package import Kafka
package import Records
package import Topics

/// A dead-letter topic as it stands at one moment, for everything that only looks: nothing is changed, not even by an
/// offset.
package struct DeadLetterTopic: Sendable {
    /// Its partitions and ends.
    package let snapshot: TopicSnapshot
    /// What has been sent back.
    package let sentBack: SentBack
    private let client: ClientProperties
    private let log: KafkaLogSink

    /// Looks at a topic.
    ///
    /// - Throws: ``TopicSnapshot/Missing``, or ``KafkaError`` when the cluster does not answer.
    package init(_ topic: String, _ client: ClientProperties, log: @escaping KafkaLogSink = { _ in }) async throws {
        let admin = try Admin(client, log: log)
        self.snapshot = try await TopicSnapshot(topic, admin)
        let store = try JobStore(client, deadLetterTopic: topic, log: log)
        self.sentBack = try await store.sentBack(of: self.snapshot.ranges)
        self.client = client
        self.log = log
    }

    /// Gives each dead letter that meets the selection to `body`, until the selection's limit or `false`.
    package func visit(
        _ selection: Selection,
        _ state: LetterState,
        _ body: (_ letter: DeadLetter, _ isSentBack: Bool) throws -> Bool
    ) async throws {
        let ranges = self.snapshot.ranges.filter { partition, _ in
            selection.partitions.isEmpty || selection.partitions.contains(partition.partition)
        }
        var reader = try await TopicReader(self.client, ranges: ranges, log: self.log)
        var count = 0
        if selection.limit == 0 { return }
        try await reader.visit { record in
            let letter = DeadLetter(record)
            let isSentBack = self.sentBack.contains(record.topicPartition.partition, record.offset)
            guard state.includes(isSentBack: isSentBack), selection.matches(letter) else { return true }
            guard try body(letter, isSentBack) else { return false }
            count += 1
            return selection.limit.map { count < $0 } ?? true
        }
    }

    /// The dead letter at a place; `nil` when there is none.
    package func letter(partition: Int32, offset: Int64) async throws -> DeadLetter? {
        let place = TopicPartition(topic: self.snapshot.topic, partition: partition)
        guard let range = self.snapshot.ranges[place], range.contains(offset) else { return nil }
        var reader = try await TopicReader(self.client, ranges: [place: offset..<offset + 1], log: self.log)
        var found: DeadLetter?
        try await reader.visit { record in
            found = DeadLetter(record)
            return false
        }
        return found
    }

    /// Whether what waits is near the end of the topic's retention; for `check` and for every list.
    ///
    /// - Parameter report: a report over all that wait; made here if there is none.
    package func retention(
        _ report: LetterReport? = nil,
        now: UnixMilliseconds = .now()
    ) async throws -> RetentionGuard {
        let counted: LetterReport
        if let report {
            counted = report
        } else {
            var fresh = LetterReport()
            try await self.visit(Selection(), .waiting) { letter, isSentBack in
                fresh.take(letter, isSentBack: isSentBack)
                return true
            }
            counted = fresh
        }
        let settings = try await Admin(self.client, log: self.log).configuration(ofTopic: self.snapshot.topic)
        return RetentionGuard(
            retentionMilliseconds: settings["retention.ms"],
            oldestWaiting: counted.oldestWaitingRecord,
            now: now
        )
    }
}
