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
package struct RedriveOperation: Sendable {
    let request: RedriveRequest
    let client: ClientProperties
    let owner: JobRecord.Owner
    let store: JobStore

    /// Prepares; nothing connects yet.
    package init(
        _ request: RedriveRequest,
        _ client: ClientProperties,
        owner: JobRecord.Owner = .current()
    ) throws(KafkaError) {
        self.request = request
        self.client = client
        self.owner = owner
        self.store = try JobStore(client, deadLetterTopic: request.topic)
    }

    /// Finds out what would be done; nothing is changed.
    ///
    /// - Throws: ``RedriveRequest/Refusal``, ``TopicSnapshot/Missing``, or ``KafkaError``.
    package func plan() async throws -> RedrivePlan {
        let request = self.request
        let admin = try Admin(self.client, log: { _ in })
        let topics = try await admin.topics()
        let snapshot = try await TopicSnapshot(request.topic, admin)
        var results: [TopicPartition: Int64] = [:]
        if topics.contains(where: { $0.name.hasSameBytes(as: request.resultTopic) }) {
            results = try await TopicSnapshot(request.resultTopic, admin).ranges.mapValues(\.upperBound)
        }
        let found = try await self.store.find(snapshot.partitions, results: Array(results.keys))
        let start = try RedrivePlan.Start(
            after: found.record,
            identity: request.identity,
            isAlive: try await self.store.isAlive(found.record, snapshot.partitions, seenFrom: self.owner),
            takesOver: request.takesOver
        )
        let route = ReturnRoute(
            destination: request.destination,
            edits: request.edits,
            maximumLaps: request.maximumLaps,
            topics: topics,
            forbidden: [request.topic, request.resultTopic],
            rules: request.rules,
            isForced: request.isForced
        )
        var plan = RedrivePlan(start, request.selection, snapshot, found: found, results: results, route: route)
        let marks = try await self.store.marks(of: snapshot.ranges)
        var reader = try await TopicReader(self.client, ranges: plan.ranges)
        try await reader.visit { record in
            if plan.isFull { return false }
            plan.take(DeadLetter(record), marks[record.position])
            return true
        }
        return plan
    }
}

/// How far a redrive has come.
package struct RedriveProgress: Sendable {
    package let job: String
    package let counts: RedriveJob.Counts
    /// The number that this process will send if nothing fails.
    package let total: Int
    package let elapsed: Duration
    /// Whether the results of the first ones are awaited, and nothing is sent meanwhile.
    package let isAwaitingCanary: Bool
}
