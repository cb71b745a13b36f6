import CustomerContract
package import Kafka
import Records
import Topics

/// Carries out a redrive: looks, plans, takes the topic, and does what a ``RedriveJob`` decides.
///
/// ```swift
/// let operation = try RedriveOperation(request, client)
/// let plan = try await operation.plan()              // changes nothing
/// let outcome = try await operation.run(plan) { show($0) }
/// ```
///
/// Cancelling the task that runs it stops it between two transactions; the same request resumes it.
package struct RedriveOperation<C: Clock>: Sendable where C.Duration == Duration {
    let request: RedriveRequest
    let client: ClientProperties
    let owner: JobOwner
    let clock: C
    let log: KafkaLogSink
    private let admin: Admin
    let store: JobStore

    /// How often, a second apart, somebody else's job is looked at for a sign of life; its beats are two seconds apart.
    private static var looks: Int { 6 }

    /// Prepares; nothing connects yet.
    package init(
        _ request: RedriveRequest,
        _ client: ClientProperties,
        owner: JobOwner = .current(),
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

    // MARK: Planning

    /// Finds out what would be done; nothing is changed.
    ///
    /// - Throws: ``RedriveRefusal``, ``TopicSnapshot/Missing``, or ``KafkaError``.
    package func plan() async throws -> RedrivePlan {
        let topics = try await self.admin.topics()
        let snapshot = try await TopicSnapshot(self.request.topic, self.admin)
        let results = try await self.resultRanges(topics)
        let found = try await self.store.find(snapshot.partitions, results: Array(results.keys))
        let claim = JobClaim(
            found: found.record,
            identity: JobIdentity(words: self.request.words),
            isAlive: try await self.isAlive(found.record, snapshot),
            takesOver: self.request.takesOver
        )
        var selection = self.request.selection
        var ends = snapshot.ranges.mapValues(\.upperBound)
        var starts = results.mapValues(\.upperBound)
        var movedBefore = 0
        switch claim {
        case .refuseRunning(let job): throw RedriveRefusal.running(job)
        case .refuseAbandoned(let job): throw RedriveRefusal.abandoned(job)
        case .begin: break
        case .resume(let job):
            selection.since = job.since
            selection.until = job.until
            ends = found.ends
            starts.merge(found.results) { $1 }
            movedBefore = job.moved
        }
        let route = ReturnRoute(
            destination: self.request.destination,
            mending: self.request.mending,
            maximumLaps: self.request.maximumLaps,
            topics: topics,
            forbidden: [self.request.topic, self.request.resultTopic]
        )
        let sentBack = try await self.store.sentBack(of: snapshot.ranges)
        var forecast = RedriveForecast(
            selection: selection,
            route: route,
            commandTopic: self.request.commandTopic,
            limit: selection.limit.map { max(0, $0 - movedBefore) }
        )
        var reader = try await TopicReader(self.client, ranges: snapshot.ranges(upTo: ends), log: self.log)
        try await reader.visit { record in
            if forecast.isFull { return false }
            let isSentBack = sentBack.contains(record.topicPartition.partition, record.offset)
            forecast.take(DeadLetter(record), isSentBack: isSentBack)
            return true
        }
        return RedrivePlan(
            claim: claim,
            forecast: forecast,
            selection: selection,
            ends: ends,
            results: starts,
            snapshot: snapshot,
            route: route,
            found: found.record
        )
    }

    private func resultRanges(_ topics: [TopicDescription]) async throws -> [TopicPartition: Range<Int64>] {
        guard topics.contains(where: { $0.name.hasSameBytes(as: self.request.resultTopic) }) else { return [:] }
        return try await TopicSnapshot(self.request.resultTopic, self.admin).ranges
    }

    /// Whether the owner of a job may still be at it: a process of this host that is gone is not, any other shows
    /// itself by its beats.
    private func isAlive(_ record: JobRecord?, _ snapshot: TopicSnapshot) async throws -> Bool {
        guard let record, record.state == .running, !record.owner.isGone(seenFrom: self.owner) else { return false }
        for _ in 0..<Self.looks {
            try await self.clock.sleep(for: .seconds(1))
            let now = try await self.store.find(snapshot.partitions, results: []).record
            if now?.beat != record.beat || now?.id != record.id { return true }
        }
        return false
    }
}
