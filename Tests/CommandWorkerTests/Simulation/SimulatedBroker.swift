import CustomerContract
import Kafka
import Records
import Topics

@testable import CommandWorker

/// What the brokers hold: results that readers see, committed offsets, transactions that are open.
///
/// It checks what it is given.
struct SimulatedBroker {
    /// A result that a reader sees.
    struct Visible {
        let outcome: CommandOutcome
        let fingerprint: Fingerprint?
        let externalID: ExternalID?
        /// When it became visible.
        let at: Duration
    }

    var log: SimulatedLog
    private let guarantee: WorkerSettings.Guarantee
    private let metadataLimit: Int
    private(set) var committed: [TopicPartition: PartitionOffset] = [:]
    /// Transactions that hold offsets of a partition and have not ended.
    var openTransactions: [TopicPartition: Int] = [:]
    /// The first result of every record, by its id.
    private(set) var results: [String: Visible] = [:]
    private(set) var resultCount = 0
    /// Dead letters of first results.
    private(set) var deadLetterCount = 0
    private let letters = DeadLetterEncoder(topic: "dead", group: "group", partitionCount: nil)
    private var lastOfID: [String: Int64] = [:]
    private(set) var violation: String?

    init(log: SimulatedLog, guarantee: WorkerSettings.Guarantee, metadataLimit: Int) {
        self.log = log
        self.metadataLimit = metadataLimit
        self.guarantee = guarantee
    }

    /// Shows results to readers.
    mutating func append(_ published: [CommandResult], at now: Duration) {
        for result in published {
            let position = result.context.message.position
            self.resultCount += 1
            let eventID = ResultEncoder.eventID(of: result.context.message)
            guard self.results[eventID] == nil else {
                if self.guarantee == .exactlyOnce { self.complain("a second result for \(position)") }
                continue
            }
            guard let logged = self.log.byEventID[eventID] else {
                self.complain("a result for \(position), which is no command")
                continue
            }
            let command: CreateCustomerCommand? =
                if case .command(let command) = logged.decoded { command } else { nil }
            let id = logged.decoded.context.externalID
            self.results[eventID] = Visible(
                outcome: result.outcome,
                fingerprint: command?.fingerprint,
                externalID: id,
                at: now
            )
            if self.letters.encode(result) != nil { self.deadLetterCount += 1 }
            guard let id else { continue }
            let key = "\(position.partition)/\(logged.epoch)/\(id.text)"
            if let last = self.lastOfID[key], last > position.offset {
                self.complain("the result of \(position) stands behind that of offset \(last) of the same external_id")
            }
            self.lastOfID[key] = max(self.lastOfID[key] ?? 0, position.offset)
        }
    }

    /// Commits offsets, and checks that what they declare ended has a result, and in exactly-once mode the reverse.
    ///
    /// - Parameter spilled: what the ledger keeps for an offset.
    mutating func commit(_ offsets: [PartitionOffset], _ spilled: (PartitionOffset) -> [UInt8]?) {
        for entry in offsets {
            guard let offset = entry.offset else {
                self.complain("a commit without an offset")
                continue
            }
            if entry.metadata.count > self.metadataLimit {
                self.complain("metadata of \(entry.metadata.count) bytes")
            }
            let read = OffsetMetadata.read(entry.metadata, at: offset, spilled: spilled(entry))
            if read == nil, !entry.metadata.isEmpty { self.complain("metadata that cannot be read back") }
            let progress = read ?? OffsetProgress(offset: offset, completed: CompletedOffsets())
            let completed = progress.completed
            // Whoever owns the partition by now has committed more than a member that owned it before.
            if let before = self.committed[entry.topicPartition]?.offset, offset < before,
                self.log.epochs[entry.topicPartition] == nil
            {
                self.complain("commit of \(entry.topicPartition) goes back from \(before) to \(offset)")
            }
            self.committed[entry.topicPartition] = entry
            // Who has not noticed yet that the log began anew goes on with the old one.
            guard self.log.holds(progress, in: entry.topicPartition) else { continue }
            for command in self.log.partitions[entry.topicPartition] ?? [] {
                let own = command.record.offset
                if self.log.isDeleted(command), self.results[command.eventID] == nil { continue }
                let isDeclared = own < offset || completed.runs.contains { $0.contains(own) }
                let isPublished = self.results[command.eventID] != nil
                if isDeclared, !isPublished {
                    self.complain(
                        "commit of \(entry.topicPartition) at \(offset) declares \(own) ended, which has no result"
                    )
                }
                if self.guarantee == .exactlyOnce, isPublished, !isDeclared {
                    self.complain("commit of \(entry.topicPartition) at \(offset) forgets \(own), which has a result")
                }
            }
        }
    }

    /// Whether every partition is committed to its end.
    var isAtEnd: Bool {
        self.log.names.allSatisfy { name in
            guard let end = self.log.end(of: name) else { return true }
            return self.committed[name]?.offset == end
        }
    }

    private mutating func complain(_ text: String) {
        self.violation = self.violation ?? text
    }
}
