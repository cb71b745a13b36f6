import CustomerContract
package import Kafka
package import Topics

package struct ProduceOutcome: Sendable {
    package enum Ending: Sendable, Hashable {
        /// Everything was sent, and answered if that was asked.
        case finished
        case cancelled
        /// The brokers do not take any more.
        case failed(KafkaError)
        /// No result came for too long; the payload is the last trouble in reading them.
        case timedOut(KafkaError?)
    }

    package internal(set) var ending = Ending.finished
    /// How many commands the brokers have acknowledged.
    package internal(set) var sent = 0
    /// How many commands the brokers refused one by one.
    package internal(set) var refused = 0
    /// Why, of the first of them.
    package internal(set) var firstRefusal: KafkaError?
    /// The row to continue with: everything before it is acknowledged; `nil` when all is.
    package internal(set) var resumeRow: Int?
    /// The results of the awaited commands by outcome: `created`, `replayed`, `existing`, `updated`.
    private var created: [String: Int] = [:]
    /// Those that failed, by error code.
    private var failed: [String: Int] = [:]
    /// How many awaited commands have no result.
    package internal(set) var unanswered = 0
    /// The first of them.
    package internal(set) var unansweredRows: [RowPlace] = []
    /// Whether the file holds other rows than it did when it was checked.
    package internal(set) var hasChanged = false
    package internal(set) var elapsed = Duration.zero

    package var failedCount: Int { self.failed.values.reduce(0, +) }

    var answeredCount: Int { self.created.values.reduce(self.failedCount, +) }

    /// Every line of the table: the known outcomes always, then those that are new to us, then the codes that occurred.
    package var rows: [(name: String, isFailure: Bool, count: Int)] {
        let known = CreatedOutcome.allCases.map(\.rawValue)
        let others = self.created.keys.filter { !known.contains($0) }.sorted()
        return (known + others).map { ($0, false, self.created[$0] ?? 0) }
            + self.failed.sorted { $0.key < $1.key }.map { ($0.key, true, $0.value) }
    }

    mutating func take(_ event: ResultEvent) {
        let counts = event.isCreated ? \Self.created : \.failed
        self[keyPath: counts][event.code, default: 0] += 1
    }
}

/// How far a sending is, for whoever watches it.
package struct ProduceProgress: Sendable {
    package enum Phase: Sendable {
        /// Rows are checked; nothing is sent yet.
        case checking
        case sending
        case awaitingResults
    }

    package let phase: Phase
    /// The rows that are checked, commands that are sent or commands that are answered, since this phase began.
    package let pace: Pace
    /// How many rows are wrong or commands failed.
    package let failed: Int
}
