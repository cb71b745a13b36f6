import Kafka
import Records
import Topics

/// The partitions of this member: taken from what the group has committed, given back when what runs has finished and
/// is published.
///
/// Invariants:
/// 1. A partition is assigned only after its committed offset has been read; an offset that cannot be read is read
///    again, since guessing would skip or repeat commands.
/// 2. The same partition assigned again is another assignment: what is left of the earlier one concerns it no more.
///    So is a partition whose log began again: what was remembered of positions is believed only for the log it was
///    learnt from, and in doubt a record runs again.
/// 3. A revoked or draining assignment gets no new work, and is released when nothing of it runs or waits, or when its
///    time is over.
/// 4. An assignment whose log is gone is superseded: its commands end and publish their results, its progress is never
///    committed.
struct Partitions: Sendable {
    /// What a record that was read is to the worker.
    enum Acceptance {
        /// It is to be run; the tracker's number names it, and its bytes count.
        case run(AssignmentID, number: Int, size: Int)
        /// The metadata of the committed offset listed it as ended.
        case skip
        /// Its partition is not held any more.
        case ignore
    }

    private var metadata: MetadataBudget
    private var random: SplitMix64
    /// How long the running commands of a revoked partition may take to finish.
    let revocationBudget: Duration
    /// Between two attempts at reading committed offsets.
    private let retryWait: Duration
    var assignments: [AssignmentID: Assignment] = [:]
    var current: [TopicPartition: AssignmentID] = [:]
    private var nextAssignment = 0
    /// Assignments whose log is gone, until the last of their results is out.
    var superseded: Set<AssignmentID> = []
    var revocation: Revocation?
    private var reports: [LogReport] = []
    /// Grows whenever something else than a completion may let a completion be written down.
    var changes = 0
    /// Partitions that the group gave, and whose committed offsets are not read yet.
    var awaited: Set<TopicPartition> = []
    private var retryDue: Duration?
    /// When the drain is over; `nil` while no drain has begun.
    var drainDeadline: Duration?

    init(
        metadataLimit: Int,
        spillsSets: Bool = false,
        seed: UInt64 = 0,
        revocationBudget: Duration,
        retryWait: Duration
    ) {
        self.metadata = MetadataBudget(limit: metadataLimit, spillsSets: spillsSets)
        self.random = SplitMix64(seed: seed)
        self.revocationBudget = revocationBudget
        self.retryWait = retryWait
    }

    /// The partitions that are held now, with their assignments.
    var held: [TopicPartition: AssignmentID] { self.current }
    /// Every assignment that may still publish.
    var identities: Set<AssignmentID> { Set(self.assignments.keys) }
    /// Whether the group gave partitions whose committed offsets are still being read.
    var isTaking: Bool { !self.awaited.isEmpty }
    var isDraining: Bool { self.drainDeadline != nil }
    /// The revoked assignments, until they are released; `nil` when none is revoked.
    var revoking: Set<AssignmentID>? { self.revocation?.assignments }

    /// Whether progress of an assignment waits for its batch.
    func hasNews(_ id: AssignmentID) -> Bool { self.assignments[id]?.hasNews == true }

    /// Whether an assignment has not ended yet.
    func holds(_ id: AssignmentID) -> Bool { self.assignments[id] != nil }

    /// Whether an assignment gets no new work because it is about to end.
    func isLeaving(_ id: AssignmentID) -> Bool {
        self.isDraining || self.revocation?.assignments.contains(id) == true || !self.holds(id)
    }

    /// What the group has committed of an assignment, as far as this worker knows.
    func committed(of id: AssignmentID) -> OffsetProgress? { self.assignments[id]?.committed }

    /// When something is due although nothing happens.
    ///
    /// A drain that is out of time waits for what is under way, which is an event.
    func due(at now: Duration) -> Duration? {
        let drain = self.drainDeadline.flatMap { $0 > now ? $0 : nil }
        return [self.revocation?.deadline, self.retryDue, drain].compactMap { $0 }.min()
    }

    // MARK: Taking

    /// The group gave partitions, whose committed offsets are to be read.
    mutating func await(_ partitions: [TopicPartition]) { self.awaited.formUnion(partitions) }

    /// What the group has committed is read; the partitions that are taken now, empty when none is awaited any more.
    mutating func take(_ answer: [CommittedPosition]) -> [PartitionOffset] {
        // The answer may come after the partition has been taken away again.
        answer.filter { self.awaited.remove($0.topicPartition) != nil }.map { position in
            let start = position.start
            if !position.isUnreadable, self.metadata.othersTook(position.committed.metadata.count) {
                self.metadataChanged()
            }
            if position.isUnreadable, let offset = position.committed.offset {
                self.reports.append(.unreadableMetadata(position.topicPartition, at: offset))
            }
            self.begin(
                position.topicPartition,
                committed: position.isOfAnotherLog ? nil : position.progress,
                start: start.progress,
                origin: position.place?.writer,
                hasNews: start.skipped > 0
            )
            if position.isOfAnotherLog {
                self.reports.append(
                    .beganAnew(position.topicPartition, known: position.progress?.offset, now: start.offset)
                )
            } else if start.skipped > 0, let committed = position.progress?.offset, let offset = start.offset {
                self.reports.append(.skipped(position.topicPartition, committed..<offset, count: start.skipped))
            }
            return PartitionOffset(
                position.topicPartition,
                offset: start.offset,
                metadata: position.committed.metadata
            )
        }
    }

    @discardableResult
    private mutating func begin(
        _ partition: TopicPartition,
        committed: OffsetProgress?,
        start: OffsetProgress?,
        origin: Int64? = nil,
        hasNews: Bool = false
    ) -> AssignmentID {
        let id = AssignmentID(value: self.nextAssignment)
        self.nextAssignment += 1
        self.changes += 1
        self.assignments[id] = Assignment(
            id: id,
            topicPartition: partition,
            tracker: OffsetTracker(committed: start, bitLimit: self.metadata.bits),
            committed: committed,
            place: SpillPlace(writer: Int64(truncatingIfNeeded: self.random.next())),
            origin: origin,
            hasNews: hasNews
        )
        self.current[partition] = id
        return id
    }

    /// What was found out about logs since the last time.
    mutating func takeReports() -> [LogReport] {
        guard !self.reports.isEmpty else { return [] }
        defer { self.reports = [] }
        return self.reports
    }

    /// The committed offsets could not be read.
    mutating func readFailed(_ partitions: [TopicPartition], at now: Duration) {
        guard !self.awaited.isDisjoint(with: partitions) else { return }
        self.retryDue = now + self.retryWait
    }

    /// The partitions whose committed offsets are to be read again now.
    mutating func readAgain(at now: Duration) -> [TopicPartition] {
        guard let due = self.retryDue, now >= due else { return [] }
        self.retryDue = nil
        return self.awaited.sorted()
    }

    /// Where the logs of these partitions start now: what lay below and was jumped over is lost.
    mutating func logsStart(_ starts: [TopicPartition: Int64]) {
        for (partition, start) in starts {
            guard let id = self.current[partition], let lost = self.assignments[id]?.lost(below: start) else {
                continue
            }
            for loss in lost { self.reports.append(.skipped(partition, loss.offsets, count: loss.count)) }
        }
    }

    /// What is unfinished of each partition that is held.
    var loads: [PartitionShares.Load] {
        self.current.compactMap { partition, id in
            self.assignments[id].map {
                .init(partition: partition, count: $0.tracker.unfinishedCount, bytes: $0.unfinishedBytes)
            }
        }
    }

    // MARK: Records

    /// Takes note of a record that was read; one of a partition that is not held came too late and is another member's.
    mutating func accept(_ record: KafkaRecord) -> Acceptance {
        guard let id = self.current[record.topicPartition], !self.isDraining else { return .ignore }
        let fingerprint = RecordFingerprint(record)
        let size = record.byteCount
        // In its place: a lookup by key would move the whole assignment out and back.
        guard let index = self.assignments.index(forKey: id) else { return .ignore }
        switch self.assignments.values[index].accept(record, fingerprint, size: size) {
        case .run(let number):
            return .run(id, number: number, size: size)
        case .skip:
            self.assignments.values[index].hasNews = true
            return .skip
        case .ofAnotherLog:
            return self.beginAnew(record, fingerprint, size: size, after: id)
        }
    }

    /// The log began again: nothing that is remembered of it is believed.
    private mutating func beginAnew(
        _ record: KafkaRecord,
        _ fingerprint: RecordFingerprint,
        size: Int,
        after earlier: AssignmentID
    ) -> Acceptance {
        let assignment = self.assignments[earlier]
        self.reports.append(
            .beganAnew(
                record.topicPartition,
                known: assignment?.tracker.lastRead ?? assignment?.committed?.offset,
                now: record.offset
            )
        )
        self.assignments[earlier]?.supersede()
        self.superseded.insert(earlier)
        // The new position is news at once: until it is committed the group remembers that of the log which is gone.
        let id = self.begin(record.topicPartition, committed: nil, start: nil, hasNews: true)
        guard case .run(let number)? = self.assignments[id]?.accept(record, fingerprint, size: size) else {
            return .ignore
        }
        return .run(id, number: number, size: size)
    }

    /// Ends the superseded assignments of which nothing is in flight any more.
    mutating func endSuperseded(_ isInFlight: (AssignmentID) -> Bool) {
        for id in self.superseded where !isInFlight(id) {
            self.superseded.remove(id)
            self.assignments[id] = nil
            self.changes += 1
        }
    }

    /// Counts a record as complete, since its result is in the batch at hand, if the completed set can still be written
    /// down; `nil` when its assignment has ended.
    mutating func promise(_ number: Int, size: Int, of id: AssignmentID, onlyAsFirst: Bool) -> Bool? {
        guard let index = self.assignments.index(forKey: id) else { return nil }
        return self.assignments.values[index].promiseIfPossible(number, size: size, onlyAsFirst: onlyAsFirst)
    }

    /// Completes a record that was promised: its result is out.
    mutating func complete(_ number: Int, of id: AssignmentID) {
        guard let index = self.assignments.index(forKey: id) else { return }
        self.assignments.values[index].complete(number)
    }

    /// Takes back what a batch promised that did not get out.
    mutating func withdraw(_ results: some Sequence<PendingResult>) {
        var ids: Set<AssignmentID> = []
        for result in results {
            self.assignments[result.assignment]?.withdraw(result.number, size: result.size)
            ids.insert(result.assignment)
        }
        for id in ids { self.assignments[id]?.tracker.recount() }
    }

    /// The progress of these assignments has not been committed, and goes with the next batch.
    mutating func bringAgain(_ ids: some Sequence<AssignmentID>) {
        for id in ids where !self.superseded.contains(id) { self.assignments[id]?.hasNews = true }
    }

    /// What has become committable since the last batch.
    mutating func takeNews() -> News {
        var news = News()
        let (limit, spills) = (self.metadata.limit, self.metadata.spillsSets)
        for index in self.assignments.values.indices where self.assignments.values[index].hasNews {
            let id = self.assignments.values[index].id
            guard
                let (progress, offset, spilled) = self.assignments.values[index].takeNews(limit: limit, spills: spills)
            else { continue }
            news.progress[id] = progress
            news.offsets.append(offset)
            if let spilled { news.spilled.append(spilled) }
        }
        self.metadata.offer(news.offsets.reduce(0) { max($0, $1.metadata.count) })
        return news
    }

    /// The brokers do not take as much metadata as was handed out last: less is written from now on.
    ///
    /// - Returns: the bytes that may be written; `nil` when there was nothing to make smaller.
    mutating func refusedMetadata() -> Int? {
        guard self.metadata.offerRefused() else { return nil }
        self.metadataChanged()
        self.reports.append(.metadataLimited(bytes: self.metadata.limit))
        return self.metadata.limit
    }

    private mutating func metadataChanged() {
        self.changes += 1
        for id in self.assignments.keys { self.assignments[id]?.tracker.bitLimit = self.metadata.bits }
    }

    /// The group has committed this.
    mutating func committed(_ progress: [AssignmentID: OffsetProgress]) {
        if !progress.isEmpty { self.metadata.offerTaken() }
        for (id, progress) in progress { self.assignments[id]?.committed(progress) }
    }

    // MARK: State

    /// What a batch commits.
    struct News: Sendable {
        var progress: [AssignmentID: OffsetProgress] = [:]
        var offsets: [PartitionOffset] = []
        var spilled: [SpilledProgress] = []
    }
}
