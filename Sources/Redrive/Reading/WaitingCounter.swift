import CustomerContract
package import Kafka
package import Records
import Topics

/// Dead letters that wait, by code.
package struct WaitingTally: Sendable, Hashable {
    /// The code of dead letters that other programs wrote, or that have none of ours.
    package static let otherCode = "other"
    /// Every code, so that a metric has a series for each from the start.
    package static let codes = ErrorCode.allCases.map(\.rawValue) + [Self.otherCode]

    /// Their number by code; a code without any is absent.
    package var counts: [String: Int] = [:]
    /// When the oldest of them failed; `nil` when none waits or none tells.
    package var oldestFailure: UnixMilliseconds?

    package init() {}
}

/// What a count needs of a dead letter: 16 bytes.
struct CountedLetter: Sendable {
    let failedAt: UnixMilliseconds?
    /// The place of its code among ``WaitingTally/codes``.
    let code: UInt8

    init(_ letter: DeadLetter) {
        let index = WaitingTally.codes.firstIndex(of: letter.kind ?? "") ?? WaitingTally.codes.count - 1
        self.code = UInt8(clamping: index)
        self.failedAt = letter.failedAt
    }
}

extension KnownLetters<CountedLetter> {
    /// More than an operator distinguishes.
    static let mostCounted = 100_000

    func tally(_ marks: LetterMarks) -> WaitingTally {
        var counts = [Int](repeating: 0, count: WaitingTally.codes.count)
        var tally = WaitingTally()
        for (partition, letters) in self.letters {
            for letter in letters where marks[partition.partition, letter.offset] == .waiting {
                counts[Int(letter.summary.code)] += 1
                guard let failedAt = letter.summary.failedAt else { continue }
                tally.oldestFailure = min(tally.oldestFailure ?? failedAt, failedAt)
            }
        }
        for (code, count) in zip(WaitingTally.codes, counts) where count > 0 { tally.counts[code] = count }
        return tally
    }
}

/// Counts the dead letters that wait, again and again, for metrics: each letter is read once, and a count takes a
/// bounded time.
package actor WaitingCounter {
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

    private let memory: LetterMemory<CountedLetter>

    package init(_ topic: String, _ client: ClientProperties) {
        self.memory = LetterMemory(topic, client, limit: KnownLetters<CountedLetter>.mostCounted)
    }

    /// Reads what is new, and counts.
    ///
    /// - Throws: `TopicSnapshot.Missing`, `TopicReader.Stalled`, or `KafkaError`; what was read is kept.
    package func count() async throws -> Count {
        let isWhole = try await self.memory.refresh(within: Self.longestReading) { CountedLetter($0) }
        let marks = try await self.memory.marks()
        return Count(
            tally: self.memory.known.tally(marks),
            isWhole: isWhole,
            // One for each of the two sets.
            pageCount: 2 * LetterSet.pageNumbers(of: self.memory.known.places).count
        )
    }
}
