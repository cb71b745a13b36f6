import CustomerContract
import Kafka
import Records
import Topics

@testable import CommandWorker

/// A record of the simulated command topic, with what the worker reads in it.
struct LoggedCommand {
    let record: KafkaRecord
    let decoded: DecodedCommand
    /// From when on it can be fetched.
    let visibleFrom: Duration
    /// How often the log had begun anew before.
    let epoch: Int

    /// Names the record among those of all logs, as its result does.
    var eventID: String { ResultEncoder.eventID(of: self.decoded.context.message) }
}

/// The command topic: partitions with gaps between offsets, hot ids, duplicates, conflicts and invalid commands.
struct SimulatedLog {
    private(set) var partitions: [TopicPartition: [LoggedCommand]] = [:]
    private(set) var names: [TopicPartition] = []
    /// Where the logs start whose beginning was deleted.
    private(set) var starts: [TopicPartition: Int64] = [:]
    /// How often each partition's log has begun anew.
    private(set) var epochs: [TopicPartition: Int] = [:]
    /// Every command of every log.
    private(set) var byEventID: [String: LoggedCommand] = [:]

    static let reader = CommandReader()

    init(_ profile: SimulationProfile, random: inout SplitMix64) {
        for number in 0..<profile.partitions {
            let name = TopicPartition(topic: "commands", partition: Int32(number))
            self.names.append(name)
            self.fill(name, from: Int64.random(in: 10...1_000, using: &random), at: .zero, profile, random: &random)
        }
    }

    /// The partition is deleted and made again, with other records at offsets from 0 on.
    mutating func restart(
        _ name: TopicPartition,
        at now: Duration,
        _ profile: SimulationProfile,
        random: inout SplitMix64
    ) {
        self.epochs[name, default: 0] += 1
        self.fill(name, from: 0, at: now, profile, random: &random)
    }

    private mutating func fill(
        _ name: TopicPartition,
        from start: Int64,
        at now: Duration,
        _ profile: SimulationProfile,
        random: inout SplitMix64
    ) {
        let epoch = self.epochs[name, default: 0]
        var offset = start
        var commands: [LoggedCommand] = []
        for index in 0..<profile.recordsPerPartition {
            if Double.random(in: 0...1, using: &random) < profile.gapShare {
                offset += Int64.random(in: 1...5, using: &random)
            }
            let record = KafkaRecord(
                position: RecordPosition(name, offset: offset),
                timestamp: UnixMilliseconds(1_800_000_000_000 + Int64(epoch) * 1_000_000 + offset),
                key: nil,
                value: profile.stuckUntil != nil && name.partition == 0
                    ? Self.body(of: Self.id(Self.firstStuck + index).text, isConflict: false)
                    : Self.value(profile, random: &random)
            )
            let command = LoggedCommand(
                record: record,
                decoded: Self.reader.read(record),
                visibleFrom: now + profile.production * index / profile.recordsPerPartition,
                epoch: epoch
            )
            commands.append(command)
            self.byEventID[command.eventID] = command
            offset += 1
        }
        self.partitions[name] = commands
    }

    /// Ids from this number on are those of a partition whose customers all fail for a time.
    static let firstStuck = 1_000_000

    /// Whether an id is one of those.
    static func isStuck(_ id: ExternalID) -> Bool {
        Int(id.text.dropFirst("acct_".count)).map { $0 >= Self.firstStuck } ?? false
    }

    /// Deletes what lies below an offset.
    mutating func delete(_ name: TopicPartition, below start: Int64) { self.starts[name] = start }

    /// Whether a command was deleted.
    func isDeleted(_ command: LoggedCommand) -> Bool {
        self.starts[command.record.topicPartition].map { command.record.offset < $0 } ?? false
    }

    /// Ids by number, so that a profile can give the lowest numbers a fate.
    static func id(_ number: Int) -> ExternalID { ExternalID("acct_\(number)") }

    private static func value(_ profile: SimulationProfile, random: inout SplitMix64) -> [UInt8]? {
        let isHot = Double.random(in: 0...1, using: &random) < profile.hotShare
        let number = isHot ? 0 : Int.random(in: 0..<profile.ids, using: &random)
        let id = Self.id(number).text
        if Double.random(in: 0...1, using: &random) < profile.invalidShare {
            switch Int.random(in: 0...2, using: &random) {
            case 0: return nil
            case 1: return Array("{".utf8)
            default: return Array(#"{"external_id":"\#(id)","address_country":"Utopia"}"#.utf8)
            }
        }
        let isConflict = Double.random(in: 0...1, using: &random) < profile.conflictShare
        return Self.body(of: id, isConflict: isConflict)
    }

    static func body(of id: String, isConflict: Bool) -> [UInt8] {
        Array(#"{"external_id":"\#(id)","name":"\#(isConflict ? "Other" : "Acme")"}"#.utf8)
    }

    /// The commands of a partition from an offset on; all of them without one.
    func index(in partition: TopicPartition, from offset: Int64?) -> Int {
        guard let offset, let commands = self.partitions[partition] else { return 0 }
        return commands.firstIndex { $0.record.offset >= offset } ?? commands.count
    }

    /// Whether a position was learnt from the partition's present log.
    func holds(_ progress: OffsetProgress, in partition: TopicPartition) -> Bool {
        guard self.epochs[partition] != nil else { return true }
        guard let fingerprint = progress.fingerprint else {
            return progress.offset == self.partitions[partition]?.first?.record.offset
        }
        return self.partitions[partition]?.contains {
            (progress.offset - 1...progress.offset).contains($0.record.offset)
                && RecordFingerprint($0.record) == fingerprint
        } ?? false
    }

    /// What a member learns of a partition at its assignment.
    ///
    /// - Parameter spilled: what the ledger keeps for the committed offset.
    func position(_ committed: PartitionOffset, spilled: [UInt8]?) -> CommittedPosition {
        guard let offset = committed.offset, let commands = self.partitions[committed.topicPartition],
            let first = commands.first, let end = self.end(of: committed.topicPartition)
        else { return CommittedPosition(committed: committed, spilled: spilled) }
        var position = CommittedPosition(
            committed: committed,
            ends: Watermarks(
                low: max(min(first.record.offset, offset), self.starts[committed.topicPartition] ?? .min),
                high: end
            ),
            spilled: spilled
        )
        if let next = commands.first(where: { $0.record.offset >= offset - 1 && !self.isDeleted($0) }) {
            position.compare(with: next.record)
        } else {
            position.caughtUp(at: end)
        }
        return position
    }

    /// The offset that everything ends with.
    func end(of partition: TopicPartition) -> Int64? {
        self.partitions[partition]?.last.map { $0.record.offset + 1 }
    }

    var count: Int { self.partitions.values.reduce(0) { $0 + $1.count } }
}
