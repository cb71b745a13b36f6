package import Kafka
import Records
import Topics

/// Counts the dead letters that wait, again and again, for metrics: each letter is read once, and a count takes a
/// bounded time.
///
/// Outside the worker's consumer and its producer: connections of its own, which are closed after each count.
package actor WaitingCounter {
    /// One count.
    package struct Count: Sendable, Hashable {
        /// What waits, as far as it was read.
        package let tally: WaitingTally
        /// Whether everything was read; otherwise the next count continues.
        package let isWhole: Bool
        /// Requests that it took to learn what was sent back or dismissed.
        package let pageCount: Int
    }

    /// A longer reading continues with the next count.
    private static let longestReading: Duration = .seconds(10)

    /// A stop of the worker waits for a count that is being made.
    private static let longestAnswer: Duration = .seconds(3)

    private let topic: String
    private let client: ClientProperties
    private var known = KnownLetters()

    /// Names the topic; nothing connects yet.
    package init(_ topic: String, _ client: ClientProperties) {
        self.topic = topic
        self.client = client
    }

    /// Reads what is new, and counts.
    ///
    /// - Throws: `TopicSnapshot.Missing`, `TopicReader.Stalled`, or `KafkaError`; what was read is kept.
    package func count() async throws -> Count {
        let admin = try Admin(self.client, log: { _ in })
        let ranges = try await TopicSnapshot(self.topic, admin, within: Self.longestAnswer).ranges
        self.known.forget(outside: ranges)
        if self.known.isFull { self.known.makeRoom(try await self.marks()) }
        let isWhole = try await self.read(self.known.unread(of: ranges))
        let marks = try await self.marks()
        return Count(
            tally: self.known.tally(marks),
            isWhole: isWhole,
            // One for each of the two sets.
            pageCount: 2 * LetterSet.pageNumbers(of: self.known.places).count
        )
    }

    /// Without letters nothing is asked, so an empty topic costs its ends alone.
    private func marks() async throws -> LetterMarks {
        let places = self.known.places
        guard !places.isEmpty else { return LetterMarks() }
        let store = try JobStore(self.client, deadLetterTopic: self.topic, log: { _ in })
        return try await store.marks(of: places)
    }

    /// Whether everything was read within the time.
    private func read(_ ranges: [TopicPartition: Range<Int64>]) async throws -> Bool {
        guard !ranges.isEmpty else { return true }
        let end = ContinuousClock.now + Self.longestReading
        var reader = try await TopicReader(self.client, ranges: ranges, log: { _ in })
        while !reader.isDone {
            try Task.checkCancellation()
            for record in try await reader.next(1_000) { self.known.take(DeadLetter(record)) }
            guard ContinuousClock.now < end, !self.known.isFull else { return false }
        }
        self.known.hasRead(upTo: ranges)
        return true
    }
}
