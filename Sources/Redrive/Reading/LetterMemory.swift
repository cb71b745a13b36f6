package import Kafka
package import Records
package import Topics

/// Keeps ``KnownLetters`` of a topic fresh: each call reads what is new, for a bounded time.
///
/// Outside the worker's consumer and its producer: connections of its own, which are closed after each reading. It
/// belongs to one actor, on which its methods run.
package final class LetterMemory<Summary: Sendable> {
    private let topic: String
    package private(set) var known: KnownLetters<Summary>
    /// The topic's ends when it was last looked at.
    package private(set) var ranges: [TopicPartition: Range<Int64>] = [:]

    private let client: ClientProperties
    /// The owner's stop waits for a reading that is under way.
    private static var longestAnswer: Duration { .seconds(3) }
    /// Records between two looks at the clock; their owner serves others in between.
    private static var portion: Int { 250 }

    /// Names the topic; nothing connects yet.
    package init(_ topic: String, _ client: ClientProperties, limit: Int) {
        self.topic = topic
        self.client = client
        self.known = KnownLetters(limit: limit)
    }

    /// Reads what is new; what a time is too short for is read by the next call.
    ///
    /// - Parameter limit: For the first record, and for those behind it.
    /// - Returns: Whether everything was read that there is room for.
    /// - Throws: `TopicSnapshot.Missing`, `TopicReader.Stalled`, or `KafkaError`; what was read is kept.
    package nonisolated(nonsending) func refresh(
        within limit: Duration,
        summarize: (DeadLetter) -> Summary
    ) async throws -> Bool {
        let admin = try Admin(self.client, log: { _ in })
        self.ranges = try await TopicSnapshot(self.topic, admin, within: Self.longestAnswer).ranges
        self.known.forget(outside: self.ranges)
        if self.known.isFull { self.known.makeRoom(try await self.marks()) }
        let unread = self.known.unread(of: self.ranges)
        guard !unread.isEmpty else { return true }
        var end = ContinuousClock.now + limit
        var hasBegun = false
        var reader = try await TopicReader(self.client, ranges: unread)
        while !reader.isDone {
            try Task.checkCancellation()
            let records = try await reader.next(Self.portion)
            // Connecting may take most of the time; what is left of it would be one portion a call.
            if !records.isEmpty, !hasBegun { (end, hasBegun) = (ContinuousClock.now + limit, true) }
            for record in records { self.known.take(summarize(DeadLetter(record)), at: record.position) }
            if self.known.isFull { return false }
            guard ContinuousClock.now < end || reader.isDone else { return false }
        }
        self.known.hasRead(upTo: unread)
        return true
    }

    /// What was sent back or dismissed of the letters that are remembered.
    ///
    /// Without letters nothing is asked, so an empty topic costs its ends alone.
    package nonisolated(nonsending) func marks() async throws -> LetterMarks {
        let places = self.known.places
        guard !places.isEmpty else { return LetterMarks() }
        return try await JobStore(self.client, deadLetterTopic: self.topic).marks(of: places)
    }
}
