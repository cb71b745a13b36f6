import JSON
package import Kafka
import Records
import Topics

/// Takes letters that need no sending back out of those that wait, or puts them back among them.
///
/// ```swift
/// let dismissal = try Dismissal(.dismiss, topic: topic, selection: selection, reason: why, …, client)
/// let plan = try await dismissal.plan()              // changes nothing
/// let (job, count) = try await dismissal.run(plan)
/// ```
///
/// All letters change in one transaction, so there is no half of it; the same dismissal after an error does the rest,
/// or nothing.
package struct Dismissal: Sendable {
    /// What is done with the letters.
    package enum Action: String, Sendable, Hashable {
        /// Letters that wait are dismissed.
        case dismiss
        /// Dismissed letters wait again.
        case restore

        /// The letters that it is done with.
        package var state: LetterState { self == .dismiss ? .waiting : .dismissed }
    }

    package let action: Action
    package let topic: String
    package let selection: Selection
    /// Why, in the operator's words.
    package let reason: String?
    private let words: [[String]]
    private let auditPath: String
    private let client: ClientProperties
    private let owner: JobRecord.Owner
    private let store: JobStore

    /// Prepares; nothing connects yet.
    ///
    /// - Parameter words: The words that choose, as the operator gave them.
    package init(
        _ action: Action,
        topic: String,
        selection: Selection,
        reason: String?,
        words: [[String]],
        auditPath: String,
        _ client: ClientProperties,
        owner: JobRecord.Owner = .current()
    ) throws(KafkaError) {
        self.action = action
        self.topic = topic
        self.selection = selection
        self.reason = reason
        self.words = words
        self.auditPath = auditPath
        self.client = client
        self.owner = owner
        self.store = try JobStore(client, deadLetterTopic: topic)
    }

    /// Finds out what would be done; nothing is changed.
    ///
    /// - Throws: ``RedriveRequest/Refusal`` while a redrive runs, `TopicSnapshot.Missing`, or `KafkaError`.
    package func plan() async throws -> DismissalPlan {
        let topic = try await DeadLetterTopic(self.topic, self.client)
        let partitions = topic.snapshot.partitions
        let found = try await self.store.find(partitions).record
        // A redrive knows the marks by heart, and would send what was dismissed meanwhile.
        if let found, try await self.store.isAlive(found, partitions, seenFrom: self.owner) {
            throw RedriveRequest.Refusal.busy(found)
        }
        var plan = DismissalPlan(found: found)
        try await topic.visit(self.selection, self.action.state) { letter, _ in
            plan.take(letter.kind, letter.position.partition, letter.position.offset)
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
        let audit = try LineFile(path: self.auditPath)
        let job = JobRecord.name(of: RedriveRequest.identity(of: self.words), at: .now())
        try audit.append([self.entry("began", job).encoded])
        do {
            let changed = try await self.change(plan)
            var ended = self.entry("ended", job)
            ended["ending"] = .string("finished")
            ended.add(moved: changed.count, of: plan.matched, in: changed.extents)
            try audit.append([ended.encoded])
            return (job, changed.count)
        } catch {
            var ended = self.entry("ended", job)
            ended["ending"] = .string("failed")
            try audit.append([ended.encoded])
            throw (error as? KafkaError)?.isFenced == true ? RedriveRequest.Refusal.overtaken : error
        }
    }

    private func change(_ plan: DismissalPlan) async throws -> LetterSet {
        try await self.store.take()
        let snapshot = try await TopicSnapshot(self.topic, Admin(self.client, log: { _ in }))
        // From here on no other process writes.
        guard try await self.store.find(snapshot.partitions).record == plan.found else {
            throw RedriveRequest.Refusal.overtaken
        }
        let marks = try await self.store.marks(of: snapshot.ranges)
        let outcome = plan.done(self.action, to: marks, of: self.topic)
        try await self.store.commit(outcome.pages)
        return outcome.changed
    }

    private func entry(_ moment: String, _ job: String) -> AuditEntry {
        let action = "\(self.action.rawValue).\(moment)"
        var entry = AuditEntry(action, of: job, by: self.owner, self.topic, self.selection.description, self.words)
        entry["reason"] = self.reason.map(JSONValue.string)
        return entry
    }
}

/// What a dismissal is going to do.
package struct DismissalPlan: Sendable {
    /// Letters that are chosen, by code; an empty code for those without one.
    package private(set) var codes: [String: Int] = [:]
    private var letters = LetterSet()
    /// The last job's record when the plan was made.
    let found: JobRecord?

    init(found: JobRecord?) {
        self.found = found
    }

    /// The number of letters that are chosen.
    package var matched: Int { self.letters.count }

    mutating func take(_ code: String?, _ partition: Int32, _ offset: Int64) {
        self.letters.insert(partition, offset)
        self.codes[code ?? "", default: 0] += 1
    }

    /// The letters whose mark changes, all marks afterwards, and the pages to be committed for it.
    ///
    /// Letters that were sent back since the plan was made stay as they are.
    func done(
        _ action: Dismissal.Action,
        to marks: LetterMarks,
        of topic: String
    ) -> (changed: LetterSet, marks: LetterMarks, pages: LetterMarks.Pages) {
        var chosen = self.letters
        chosen.subtract(marks.sentBack)
        var next = marks
        switch action {
        case .dismiss:
            chosen.subtract(marks.dismissed)
            next.dismissed.formUnion(chosen)
        case .restore:
            next.dismissed.subtract(chosen)
        }
        var pages = next.allPages(of: topic)
        // A page that has become empty is none of all.
        pages.dismissed.merge(next.dismissed.pages(touchedBy: chosen, of: topic)) { $1 }
        return (chosen, next, pages)
    }
}
