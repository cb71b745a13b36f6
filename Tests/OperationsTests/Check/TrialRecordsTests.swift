import CommandWorker
import CustomerContract
import Kafka
import Records
import Settings
import Testing

@testable import Operations

@Suite struct TrialRecordsTests {
    private static let now = UnixMilliseconds(1_800_000_000_000)
    private static let letters = TopicDescription(
        name: "customer_commands_dlq",
        partitionCount: 3,
        replicationFactor: 1
    )

    private static func sizes(_ settings: Settings, _ configuration: [String: String]) -> [Int] {
        let records = TrialRecords(settings, now: self.now)
        let all =
            records.results(for: "r", configuration)
            + records.letters(for: self.letters, configuration, commands: [:])
        return all.filter { $0.kind == .largest }.map(\.record.largestBatchBytes)
    }

    @Test func `the largest record is bounded by the longest command, the topic and the client`() {
        let usual = Settings.defaults
        #expect(Self.sizes(usual, [:]) == [327_680, 327_680])
        #expect(Self.sizes(usual, ["max.message.bytes": "1048588"]) == [327_680, 327_680])
        #expect(Self.sizes(usual, ["max.message.bytes": "100000"]) == [100_000, 100_000])
        var bounded = usual
        bounded.kafka.properties = KafkaProperties(["message.max.bytes": "50000"])
        bounded.worker.maximumCommandBytes = 1 << 20
        #expect(Self.sizes(bounded, ["max.message.bytes": "100000"]) == [50_000, 50_000])
    }

    @Test func `records are as real ones: valid, of nobody, and no command when they are sent back`() throws {
        let records = TrialRecords(.defaults, now: Self.now)
        let results = records.results(for: "r", [:])
        #expect(results.map(\.record.topic) == ["r", "r"])
        #expect(results[0].record.key == Array("customer-worker-check".utf8))
        #expect(results[1].record.key == nil)
        for result in results {
            let read = try CustomerResult(decoding: try #require(result.record.value))
            guard case .failed = read.outcome else {
                Issue.record("\(read)")
                continue
            }
        }
        let letters = records.letters(for: Self.letters, [:], commands: ["retention.ms": "3600000"])
        #expect(letters.map(\.kind) == [.largest, .withoutKey, .old(.seconds(3_600))])
        #expect(letters[1].record.key == nil)
        #expect(letters[2].record.timestamp == UnixMilliseconds(Self.now.value - 3_600_000))
        for letter in letters {
            #expect(letter.record.partition == 0)
            _ = try FailureNotice(reading: letter.record.headers)
            let command = KafkaRecord(
                position: RecordPosition(topic: "customer_commands", partition: 0, offset: 0),
                key: letter.record.key,
                value: letter.record.value,
                headers: letter.record.headers
            )
            guard case .refused(_, let failure) = CommandReader(maximumBytes: 1 << 20).read(command) else {
                Issue.record("it is a command")
                continue
            }
            #expect(failure.code == .invalidCommand)
        }
    }

    @Test(arguments: ["-1", "no number"])
    func `where commands are kept for ever, or nobody tells for how long, a week is tried`(retention: String) {
        let letters = TrialRecords(.defaults, now: Self.now)
            .letters(for: Self.letters, [:], commands: ["retention.ms": retention])
        #expect(letters.last?.kind == .old(.seconds(604_800)))
    }

    @Test func `no worker has the transactional id of a trial, since no part of an id has a space`() {
        #expect(PublishTrial.transactionalID(for: "group-host") == "group-host check")
        #expect(throws: ConfigurationErrors.self) {
            try SettingsSources(
                configPath: nil,
                environment: ["FLEXPRICE_DELIVERY_TRANSACTIONAL_ID": "group-host check"],
                standardPath: "/nonexistent"
            ).load()
        }
    }
}
