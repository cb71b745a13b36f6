import CustomerContract
package import Kafka
import Records
import Topics

/// A redrive: plans, takes the topic, and performs what a ``RedriveJob`` decides.
///
/// ```swift
/// let operation = try RedriveOperation(request, client)
/// let plan = try await operation.plan()              // changes nothing
/// let (ending, progress) = try await operation.run(plan) { show($0) }
/// ```
///
/// Cancelling the task that runs it stops it between two transactions; the same request resumes it.
package struct RedriveOperation<C: Clock>: Sendable where C.Duration == Duration {
    let request: RedriveRequest
    let client: ClientProperties
    let owner: JobRecord.Owner
    let clock: C
    let log: KafkaLogSink
    private let admin: Admin
    let store: JobStore

    /// Prepares; nothing connects yet.
    package init(
        _ request: RedriveRequest,
        _ client: ClientProperties,
        owner: JobRecord.Owner = .current(),
        clock: C = ContinuousClock(),
        log: @escaping KafkaLogSink = { _ in }
    ) throws(KafkaError) {
        self.request = request
        self.client = client
        self.owner = owner
        self.clock = clock
        self.log = log
        self.admin = try Admin(client, log: log)
        self.store = try JobStore(client, deadLetterTopic: request.topic, log: log)
    }

    /// Finds out what would be done; nothing is changed.
    ///
    /// - Throws: ``RedriveRequest/Refusal``, ``TopicSnapshot/Missing``, or ``KafkaError``.
    package func plan() async throws -> RedrivePlan {
        let topics = try await self.admin.topics()
        let snapshot = try await TopicSnapshot(self.request.topic, self.admin)
        var results: [TopicPartition: Int64] = [:]
        if topics.contains(where: { $0.name.hasSameBytes(as: self.request.resultTopic) }) {
            results = try await TopicSnapshot(self.request.resultTopic, self.admin).ranges.mapValues(\.upperBound)
        }
        let found = try await self.store.find(snapshot.partitions, results: Array(results.keys))
        let start = try RedrivePlan.Start(
            after: found.record,
            identity: self.request.identity,
            isAlive: try await self.store.isAlive(
                found.record,
                snapshot.partitions,
                seenFrom: self.owner,
                self.clock
            ),
            takesOver: self.request.takesOver
        )
        let route = ReturnRoute(
            destination: self.request.destination,
            edits: self.request.edits,
            maximumLaps: self.request.maximumLaps,
            topics: topics,
            forbidden: [self.request.topic, self.request.resultTopic],
            rules: self.request.rules,
            isForced: self.request.isForced
        )
        var plan = RedrivePlan(
            start,
            self.request.selection,
            snapshot,
            found: found,
            results: results,
            route: route
        )
        let marks = try await self.store.marks(of: snapshot.ranges)
        let ranges = plan.selection.narrowed(snapshot.ranges(upTo: plan.ends))
        var reader = try await TopicReader(self.client, ranges: ranges, log: self.log)
        try await reader.visit { record in
            if plan.isFull { return false }
            plan.take(DeadLetter(record), marks[record.topicPartition.partition, record.offset])
            return true
        }
        return plan
    }
}

/// How far a redrive has come.
package struct RedriveProgress: Sendable {
    /// What it does now.
    package enum Phase: Sendable {
        /// Records are being sent.
        case sending
        /// The results of the first ones are awaited.
        case awaitingCanary
    }

    /// The job's name.
    package let job: String
    /// What was counted.
    package let counts: RedriveJob.Counts
    /// The number that this process will send if nothing fails.
    package let total: Int
    /// The time since it began.
    package let elapsed: Duration
    /// What it does now.
    package let phase: Phase

    /// Records a second since it began.
    package var rate: Double {
        let elapsed = self.elapsed / .seconds(1)
        return elapsed > 0 ? Double(self.counts.moved) / elapsed : 0
    }

    /// The time that the rest takes at this rate; `nil` as long as it is unknown.
    package var timeLeft: Duration? {
        guard self.rate > 0 else { return nil }
        return Duration(boundedSeconds: Double(max(0, self.total - self.counts.moved)) / self.rate)
    }
}
