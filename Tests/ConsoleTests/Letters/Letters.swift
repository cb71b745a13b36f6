import CustomerContract
import Kafka
import Records
import Redrive
import Topics

@testable import Console

/// Dead letters for the tests of the pages.
enum Letters {
    static let topic = "customer_commands_dlq"

    static func own(
        _ offset: Int64,
        partition: Int32 = 0,
        code: String = "rejected",
        laps: Int = 0,
        source: String = "customer_commands",
        reason: String = "Flexprice refused it",
        key: String? = "acct_1",
        value: String? = #"{"external_id":"acct_1","name":"Acme"}"#,
        failedAt: UnixMilliseconds = UnixMilliseconds(1_764_064_800_000),
        more: [(String, String)] = []
    ) -> DeadLetter {
        let headers: [(String, String)] = [
            ("__dlq.errors.topic", source), ("__dlq.errors.partition", "3"), ("__dlq.errors.offset", "1207"),
            ("__dlq.errors.group", "customer_worker"), ("__dlq.errors.delivery.count", "\(laps + 1)"),
            ("__dlq.errors.message", reason), ("dlq-error-code", code),
            ("dlq-error-retryable", code == "retries_exhausted" ? "true" : "false"),
            ("dlq-first-failed-at", failedAt.description), ("dlq-last-failed-at", failedAt.description),
            ("dlq-redrive-count", "\(laps)"), ("dlq-command-id", "signup-\(offset)"),
        ]
        return DeadLetter(
            KafkaRecord(
                position: RecordPosition(TopicPartition(topic: self.topic, partition: partition), offset: offset),
                timestamp: failedAt,
                key: key.map { Array($0.utf8) },
                value: value.map { Array($0.utf8) },
                headers: RecordHeaders(
                    (headers + more).map { RecordHeader(name: HeaderName($0.0), text: $0.1) }
                )
            )
        )
    }

    static func rules(_ mode: ValidationMode = .full) -> CommandRules {
        CommandRules(commandTopic: "customer_commands", reader: CommandReader(mode: mode))
    }

    static func route(_ edits: CommandEdits = CommandEdits()) -> ReturnRoute {
        ReturnRoute(
            destination: nil,
            edits: edits,
            maximumLaps: 3,
            topics: [
                TopicDescription(name: "customer_commands", partitionCount: 6, replicationFactor: 1),
                TopicDescription(name: self.topic, partitionCount: 6, replicationFactor: 1),
            ],
            forbidden: [self.topic, "customer_results"],
            rules: self.rules()
        )
    }

    /// A book of these letters.
    static func book(
        _ letters: [DeadLetter],
        _ marks: LetterMarks = LetterMarks(),
        limit: Int = 1_000
    ) -> LetterBook {
        var known = KnownLetters<LetterSummary>(limit: limit)
        var summaries = LetterSummaries()
        let route = self.route()
        for letter in letters {
            known.take(summaries.summary(of: letter, route.verdict(for: letter)), at: letter.position)
        }
        return LetterBook(known, marks, summaries.forms)
    }

    static func filter(_ change: (inout LetterFilter) -> Void) -> LetterFilter {
        var filter = LetterFilter()
        change(&filter)
        return filter
    }
}
