package import CommandWorker
import CustomerContract
import Ledger
package import Records

/// The metrics that the worker's core counts itself, read when they are asked for: nothing is looked up for a command.
package struct WorkerFamilies: Sendable {
    /// Reasons that were seen once stay with 0, so that an alert on one ends when the reason does.
    private var seenReasons: Set<String> = ["draining", "full", "publishing", "suspended"]

    /// More reasons than the code can make would be a leak of labels.
    private static let mostReasons = 100

    package init() {}

    /// The families of an inspection, at a time of the wall clock.
    package mutating func families(_ inspection: WorkerInspection, now: UnixMilliseconds) -> [MetricFamily] {
        let snapshot = inspection.snapshot
        let counters = snapshot.counters
        let incomplete = inspection.partitions.map { partition in
            MetricFamily.Sample(Double(partition.incomplete), Label.of(partition.topicPartition))
        }
        let retries = counters.retries.sorted { $0.key < $1.key }
        return [
            MetricFamily(.commands, Self.commands(counters)),
            MetricFamily(.commandDuration, Self.histogram(counters.durations)),
            MetricFamily(.inFlight, Double(snapshot.inFlight)),
            MetricFamily(.oldestUnfinished, inspection.oldestAge(at: now)),
            MetricFamily(.incompleteOffsets, incomplete),
            MetricFamily(.apiRetries, retries.map { .init(Double($1), [Label("reason", $0)]) }),
            MetricFamily(.intakePaused, self.intakePaused(snapshot.intakeBlock)),
            MetricFamily(.deadLetters, Self.counts(counters.failed, by: "code")),
            MetricFamily(.transactions, Self.counts(counters.batches, by: "result")),
            MetricFamily(.reduced, Self.counts(counters.reduced, by: "kind")),
            MetricFamily(.unknownFields, Double(counters.unknownFields)),
            MetricFamily(.abandoned, Double(counters.abandoned)),
            MetricFamily(.skipped, Double(counters.skipped)),
            MetricFamily(.recordsSkipped, Self.counts(counters.recordsSkipped, by: "reason")),
            MetricFamily(.logRestarts, Double(counters.logRestarts)),
            MetricFamily(.loopTurns, Double(snapshot.turns)),
            MetricFamily(.pauses, Self.pauses(inspection.pauses)),
        ]
    }

    private typealias Label = MetricFamily.Label

    /// A sample for each word of a closed set, from the start.
    private static func counts<Word: RawRepresentable<String> & Hashable & CaseIterable>(
        _ counts: [Word: Int],
        by label: String
    ) -> [MetricFamily.Sample] {
        Word.allCases.map { .init(Double(counts[$0] ?? 0), [Label(label, $0.rawValue)]) }
    }

    private static func pauses(_ pauses: [Pause]) -> [MetricFamily.Sample] {
        ["all", "partition", "external_id", "external_id_prefix"].map { kind in
            .init(Double(pauses.count { $0.scope.parts.kind == kind }), [Label("scope", kind)])
        }
    }

    private static func commands(_ counters: WorkerCounters) -> [MetricFamily.Sample] {
        func sample(_ count: Int?, _ status: String, outcome: String, code: String) -> MetricFamily.Sample {
            .init(Double(count ?? 0), [Label("status", status), Label("outcome", outcome), Label("code", code)])
        }
        return CreatedOutcome.allCases.map { sample(counters.created[$0], "created", outcome: $0.rawValue, code: "") }
            + ErrorCode.allCases.map { sample(counters.failed[$0], "failed", outcome: "", code: $0.rawValue) }
    }

    private static func histogram(_ durations: DurationHistogram) -> [MetricFamily.Sample] {
        MetricFamily.histogram(
            bounds: durations.bounds.map { Double($0) / 1_000 },
            counts: durations.counts,
            sum: Double(durations.sum) / 1_000
        )
    }

    private mutating func intakePaused(_ block: String?) -> [MetricFamily.Sample] {
        if let block, self.seenReasons.count < Self.mostReasons { self.seenReasons.insert(block) }
        return self.seenReasons.sorted().map { .init($0 == block ? 1 : 0, [Label("reason", $0)]) }
    }
}

extension WorkerInspection {
    /// The age in seconds of the oldest record in flight.
    func oldestAge(at now: UnixMilliseconds) -> Double {
        guard let oldest = self.oldestRecord else { return 0 }
        return Double(max(0, now.milliseconds(since: oldest))) / 1_000
    }
}

extension WorkerInspection.Partition {
    /// Records between the committed offset, or the log's start before the first commit, and the end of the log.
    ///
    /// `nil` until the first fetch. What is read to its end has no lag, whatever offsets lie between: those of
    /// transactions' markers and of aborted records hold no command, and nothing is committed for them.
    func lag(logEnd newer: Int64? = nil) -> Int64? {
        guard let end = [self.logEnd, newer].compactMap({ $0 }).max() else { return nil }
        if self.incomplete == 0, let readTo, readTo >= end { return 0 }
        return max(0, end.boundedDifference(self.committed ?? self.logStart ?? 0))
    }
}

extension MetricFamily.Label {
    /// A partition as two labels.
    static func of(_ partition: TopicPartition) -> [MetricFamily.Label] {
        [Self("topic", partition.topic), Self("partition", "\(partition.partition)")]
    }
}
