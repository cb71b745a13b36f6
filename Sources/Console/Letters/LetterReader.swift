import CustomerContract
import Kafka
import Records
import Redrive
import Topics

/// Reads single dead letters, and keeps the last few: a page of one letter is asked again and again while it is edited.
actor LetterReader {
    /// The letter was not there in time.
    struct TimedOut: Error, CustomStringConvertible {
        let description = "the dead letter could not be read in time; the brokers answer slowly, or not at all"
    }

    private let topic: String
    private let client: ClientProperties
    private var kept: [(letter: DeadLetter, at: ContinuousClock.Instant)] = []
    private static let mostKept = 16
    private static let mostBytes = 16 << 20
    private static let longest: Duration = .seconds(5)
    /// A topic may have been created again.
    private static let longestKept: Duration = .seconds(60)

    init(topic: String, _ client: ClientProperties) {
        self.topic = topic
        self.client = client
    }

    /// The dead letter at a place; `nil` when there is none.
    ///
    /// - Throws: `KafkaError`, or ``TimedOut`` after five seconds.
    func letter(partition: Int32, offset: Int64) async throws -> DeadLetter? {
        let position = RecordPosition(topic: self.topic, partition: partition, offset: offset)
        self.kept.removeAll { $0.at + Self.longestKept < .now }
        if let known = self.kept.first(where: { $0.letter.position == position }) { return known.letter }
        let client = self.client
        let found = try await finish(within: Self.longest, orThrow: TimedOut()) {
            try await DeadLetterTopic.letter(within: position, client)
        }
        if let found { self.keep(found) }
        return found
    }

    private func keep(_ letter: DeadLetter) {
        self.kept.removeAll { $0.letter.position == letter.position }
        self.kept.append((letter, .now))
        while self.kept.count > Self.mostKept || self.kept.count > 1 && self.bytes > Self.mostBytes {
            self.kept.removeFirst()
        }
    }

    private var bytes: Int { self.kept.reduce(0) { $0 + $1.letter.record.byteCount } }
}
