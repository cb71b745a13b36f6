import CustomerContract
import Kafka
import Records

@testable import CommandWorker

/// A record of the simulated command topic, with what the worker reads in it.
struct LoggedCommand {
    let record: KafkaRecord
    let decoded: DecodedCommand
    /// From when on it can be fetched.
    let visibleFrom: Duration
}

/// The command topic: partitions with gaps between offsets, hot ids, duplicates, conflicts and invalid commands.
struct SimulatedLog {
    private(set) var partitions: [TopicPartition: [LoggedCommand]] = [:]
    private(set) var names: [TopicPartition] = []

    static let reader = CommandReader()

    init(_ profile: SimulationProfile, random: inout SplitMix64) {
        for number in 0..<profile.partitions {
            let name = TopicPartition(topic: "commands", partition: Int32(number))
            self.names.append(name)
            var offset = Int64.random(in: 0...1_000, using: &random)
            var commands: [LoggedCommand] = []
            for index in 0..<profile.recordsPerPartition {
                if Double.random(in: 0...1, using: &random) < profile.gapShare {
                    offset += Int64.random(in: 1...5, using: &random)
                }
                let record = KafkaRecord(
                    position: RecordPosition(name, offset: offset),
                    timestamp: UnixMilliseconds(1_800_000_000_000 + offset),
                    key: nil,
                    value: Self.value(profile, random: &random)
                )
                commands.append(
                    LoggedCommand(
                        record: record,
                        decoded: Self.reader.read(record),
                        visibleFrom: profile.production * index / profile.recordsPerPartition
                    )
                )
                offset += 1
            }
            self.partitions[name] = commands
        }
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

    /// The offset that everything ends with.
    func end(of partition: TopicPartition) -> Int64? {
        self.partitions[partition]?.last.map { $0.record.offset + 1 }
    }

    var count: Int { self.partitions.values.reduce(0) { $0 + $1.count } }
}
