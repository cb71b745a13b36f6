import CustomerContract
import Kafka
import Records
import Topics

/// The job's record while a process is at it, and how it is written: each writing moves the beat.
struct RedriveSession: Sendable {
    var record: JobRecord
    private let plan: RedrivePlan
    private let auditTopic: String?

    init(record: JobRecord, owner: JobOwner, plan: RedrivePlan, auditTopic: String?) {
        self.record = record
        self.record.owner = owner
        self.record.state = .running
        self.plan = plan
        self.auditTopic = auditTopic
    }

    /// The first partition's offset with the record in it, which is all that changes while the job runs.
    ///
    /// - Parameter sending: how many are in the transaction that carries it.
    mutating func offsets(_ job: RedriveJob, sending: Int = 0) -> [PartitionOffset] {
        self.record.beat += 1
        self.record.moved = job.counts.movedBefore + job.counts.moved + sending
        self.record.canary = job.canary
        guard let first = self.plan.snapshot.partitions.first else { return [] }
        return [PartitionOffset(first, offset: self.plan.ends[first] ?? 0, metadata: self.record.encoded)]
    }

    /// All of it: the ends of every partition, and where the results stood.
    mutating func allOffsets(_ job: RedriveJob) -> [PartitionOffset] {
        let first = self.offsets(job)
        let others = self.plan.snapshot.partitions.dropFirst().map {
            PartitionOffset($0, offset: self.plan.ends[$0] ?? 0)
        }
        let results = self.plan.results.sorted { $0.key < $1.key }.map { PartitionOffset($0.key, offset: $0.value) }
        return first + others + results
    }

    /// An audit entry as a record, if there is a topic for it.
    func auditRecords(_ entry: AuditEntry) -> [ProducerRecord] {
        guard let auditTopic else { return [] }
        return [ProducerRecord(topic: auditTopic, key: Array(self.record.id.utf8), value: entry.encoded)]
    }
}
