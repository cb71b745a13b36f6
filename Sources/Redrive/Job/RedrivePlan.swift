package import CustomerContract
import Kafka
package import Records
import Topics

/// What a redrive is going to do, found by doing everything but sending.
package struct RedrivePlan: Sendable {
    /// Whether a command begins a job or resumes one.
    enum Start: Sendable, Hashable {
        /// A new job; the unfinished one that it leaves behind, if there is one.
        case begin(leaving: JobRecord?)
        /// The same command ran before and did not come to its end.
        case resume(JobRecord)

        /// Decides by the last job, here and nowhere else.
        ///
        /// What was sent back stays sent back in every case, so a job that is left behind loses nothing but its end.
        ///
        /// - Parameters:
        ///   - isAlive: Whether the owner of a running job may still exist.
        ///   - takesOver: Whether the operator said so.
        /// - Throws: ``RedriveRequest/Refusal`` when the command must not touch the topic.
        init(
            after found: JobRecord?,
            identity: String,
            isAlive: Bool,
            takesOver: Bool
        ) throws(RedriveRequest.Refusal) {
            guard let found else {
                self = .begin(leaving: nil)
                return
            }
            switch (found.state, found.identity == identity) {
            case (.ended, _): self = .begin(leaving: nil)
            case (.running, _) where isAlive && !takesOver: throw .running(found)
            case (.running, true), (.paused, true): self = .resume(found)
            case (.running, false) where !takesOver: throw .abandoned(found)
            case (.running, false), (.paused, false): self = .begin(leaving: found)
            }
        }
    }

    private let start: Start
    /// The selection, with the times of the job that is resumed.
    package let selection: Selection
    /// Dead letters that meet the selection and wait.
    package private(set) var matched = 0
    /// Those that would be sent, by topic.
    package private(set) var targets: [String: Int] = [:]
    /// Those that would be left, by reason.
    package private(set) var left: [LeftReason: Int] = [:]
    /// Those that break the rules for commands and so would fail again, by code: they are left, unless the request
    /// forces them.
    package private(set) var wouldFail: [ErrorCode: Int] = [:]
    /// The first of them, and what is wrong with it, by code.
    package private(set) var examples: [ErrorCode: (position: RecordPosition, message: String)] = [:]

    let snapshot: TopicSnapshot
    /// The offsets at which the job stops.
    let ends: [TopicPartition: Int64]
    /// The offsets from which results are followed.
    let results: [TopicPartition: Int64]
    let route: ReturnRoute
    /// The last job's record when the plan was made.
    let found: JobRecord?

    init(
        _ start: Start,
        _ selection: Selection,
        _ snapshot: TopicSnapshot,
        found: JobStore.Found,
        results: [TopicPartition: Int64],
        route: ReturnRoute
    ) {
        var selection = selection
        var ends = snapshot.ranges.mapValues(\.upperBound)
        var results = results
        if case .resume(let job) = start {
            selection.since = job.since
            selection.until = job.until
            ends = found.ends
            results.merge(found.results) { $1 }
        }
        self.start = start
        self.selection = selection
        self.snapshot = snapshot
        self.ends = ends
        self.results = results
        self.route = route
        self.found = found.record
    }

    package var resumed: JobRecord? {
        if case .resume(let record) = self.start { record } else { nil }
    }

    /// The unfinished job that is left behind, if there is one.
    package var abandoned: JobRecord? {
        if case .begin(let leaving) = self.start { leaving } else { nil }
    }

    package var sendable: Int { self.targets.values.reduce(0, +) }

    var ranges: [TopicPartition: Range<Int64>] { self.selection.narrowed(self.snapshot.ranges(upTo: self.ends)) }

    /// Whether more letters could change anything: the limit counts what the resumed job has sent.
    var isFull: Bool {
        self.selection.limit.map { self.sendable >= max(0, $0 - (self.resumed?.moved ?? 0)) } ?? false
    }

    mutating func take(_ letter: DeadLetter, _ mark: LetterMark) {
        guard mark == .waiting, self.selection.matches(letter) else { return }
        self.matched += 1
        let verdict = self.route.verdict(for: letter)
        switch verdict.outcome {
        case .success(let record): self.targets[record.topic, default: 0] += 1
        case .failure(let reason): self.left[reason, default: 0] += 1
        }
        guard let failure = verdict.failure else { return }
        self.wouldFail[failure.code, default: 0] += 1
        if self.examples[failure.code] == nil { self.examples[failure.code] = (letter.position, failure.message) }
    }

    /// The job group's offsets: the first partition's carries the record, which is all that changes while a job runs.
    ///
    /// - Parameter isWhole: Whether the ends of every partition and the starts of the results are among them.
    func offsets(with record: JobRecord, isWhole: Bool) -> [PartitionOffset] {
        var offsets = self.snapshot.partitions.map { PartitionOffset($0, offset: self.ends[$0] ?? 0) }
        guard let first = self.snapshot.partitions.first else { return [] }
        offsets[0] = PartitionOffset(first, offset: self.ends[first] ?? 0, metadata: record.encoded)
        guard isWhole else { return [offsets[0]] }
        return offsets + self.results.sorted { $0.key < $1.key }.map { PartitionOffset($0.key, offset: $0.value) }
    }
}
