import CustomerContract
import JSON
package import Kafka
import Records
import Topics

/// Takes letters that need no sending back out of those that wait, or puts them back among them.
///
/// ```swift
/// let operation = try DismissalOperation(request, client)
/// let plan = try await operation.plan()              // changes nothing
/// let count = try await operation.run(plan)
/// ```
///
/// All letters change in one transaction, so there is no half of it; the same request after an error does the rest, or
/// nothing.
package struct DismissalOperation: Sendable {
    private let request: DismissalRequest
    private let client: ClientProperties
    private let owner: JobRecord.Owner
    private let log: KafkaLogSink
    private let store: JobStore

    /// Prepares; nothing connects yet.
    package init(
        _ request: DismissalRequest,
        _ client: ClientProperties,
        owner: JobRecord.Owner = .current(),
        log: @escaping KafkaLogSink = { _ in }
    ) throws(KafkaError) {
        self.request = request
        self.client = client
        self.owner = owner
        self.log = log
        self.store = try JobStore(client, deadLetterTopic: request.topic, log: log)
    }

    /// Finds out what would be done; nothing is changed.
    ///
    /// - Throws: ``RedriveRequest/Refusal`` while a redrive runs, `TopicSnapshot.Missing`, or `KafkaError`.
    package func plan() async throws -> DismissalPlan {
        let topic = try await DeadLetterTopic(self.request.topic, self.client, log: self.log)
        let partitions = topic.snapshot.partitions
        let found = try await self.store.find(partitions, results: []).record
        // A redrive knows the marks by heart, and would send what was dismissed meanwhile.
        if let found, try await self.store.isAlive(found, partitions, seenFrom: self.owner) {
            throw RedriveRequest.Refusal.busy(found)
        }
        var plan = DismissalPlan(found: found)
        try await topic.visit(self.request.selection, self.request.action.state) { letter, _ in
            plan.take(letter.kind, letter.record.topicPartition.partition, letter.record.offset)
            return true
        }
        return plan
    }

    /// Performs the plan.
    ///
    /// - Returns: The job's name, and the number of letters that changed.
    /// - Throws: ``RedriveRequest/Refusal`` when a redrive began meanwhile, `LineFile.Failure` when the audit log
    ///   cannot be written (then nothing is done), `KafkaError` when the cluster refuses.
    package func run(_ plan: DismissalPlan) async throws -> (job: String, count: Int) {
        let audit = try LineFile(path: self.request.auditPath)
        let now = UnixMilliseconds.now()
        let job = JobRecord.name(of: RedriveRequest.identity(of: self.request.words), at: now)
        try audit.append([self.entry("began", job, at: now).encoded])
        var ended = self.entry("ended", job, at: now)
        do {
            let changed = try await self.change(plan)
            ended = self.entry("ended", job, at: .now())
            ended["ending"] = .string("finished")
            ended.add(moved: changed.count, of: plan.matched, in: changed.extents)
            try audit.append([ended.encoded])
            return (job, changed.count)
        } catch {
            ended["ending"] = .string("failed")
            try audit.append([ended.encoded])
            throw (error as? KafkaError)?.isFenced == true ? RedriveRequest.Refusal.overtaken : error
        }
    }

    private func change(_ plan: DismissalPlan) async throws -> LetterSet {
        let topic = self.request.topic
        try await self.store.take()
        let snapshot = try await TopicSnapshot(topic, Admin(self.client, log: self.log))
        // From here on no other process writes.
        let found = try await self.store.find(snapshot.partitions, results: []).record
        guard found == plan.found else { throw RedriveRequest.Refusal.overtaken }
        let outcome = plan.done(self.request.action, to: try await self.store.marks(of: snapshot.ranges), of: topic)
        try await self.store.commit(outcome.pages)
        return outcome.changed
    }

    private func entry(_ moment: String, _ job: String, at now: UnixMilliseconds) -> AuditEntry {
        var entry = AuditEntry("\(self.request.action.rawValue).\(moment)", by: self.owner, at: now)
        entry["job"] = .string(job)
        entry["topic"] = .string(self.request.topic)
        entry["selection"] = .string(self.request.selection.description)
        entry["command"] = .array(self.request.words.map { .string($0.joined(separator: " ")) })
        entry["reason"] = self.request.reason.map(JSONValue.string)
        return entry
    }
}
