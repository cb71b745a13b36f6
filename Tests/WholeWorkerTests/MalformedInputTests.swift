import CommandWorker
import CustomerContract
import Kafka
import Records
import Testing

/// Everything that a producer can send by mistake: the right code, a dead letter, and a worker that goes on.
@Suite(.timeLimit(.minutes(2))) struct MalformedInputTests {
    struct Sample: Sendable {
        let name: String
        let key: [UInt8]?
        let value: [UInt8]?
        var headers: RecordHeaders = []
        let code: String
    }

    static let samples: [Sample] = [
        Sample(name: "tombstone", key: Array("a".utf8), value: nil, code: "invalid_json"),
        Sample(name: "empty value", key: Array("a".utf8), value: [], code: "invalid_json"),
        Sample(name: "null key and value", key: nil, value: nil, code: "invalid_json"),
        Sample(name: "empty key", key: [], value: Array("{}".utf8), code: "invalid_command"),
        Sample(name: "byte order mark", key: nil, value: [0xEF, 0xBB, 0xBF] + Array("{}".utf8), code: "invalid_json"),
        Sample(
            name: "not UTF-8",
            key: [0xFF],
            value: Array(#"{"external_id":"a"#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8),
            code: "invalid_json"
        ),
        Sample(name: "an array", key: nil, value: Array("[]".utf8), code: "invalid_json"),
        Sample(name: "a number", key: nil, value: Array("5".utf8), code: "invalid_json"),
        Sample(
            name: "two objects",
            key: nil,
            value: Array(#"{"external_id":"a"}{"external_id":"b"}"#.utf8),
            code: "invalid_json"
        ),
        Sample(name: "cut off", key: nil, value: Array(#"{"external_id":"a","name"#.utf8), code: "invalid_json"),
        Sample(
            name: "nested too deep",
            key: nil,
            value: Array((#"{"external_id":"a","metadata":"# + String(repeating: "[", count: 5_000)).utf8),
            code: "invalid_json"
        ),
        Sample(name: "HTML", key: nil, value: Array("<html><body>502</body></html>".utf8), code: "invalid_json"),
        Sample(
            name: "schema registry, version 0",
            key: nil,
            value: [0, 0, 0, 0, 7, 123],
            code: "schema_framed_payload"
        ),
        Sample(
            name: "schema registry, version 1",
            key: nil,
            value: [1, 0, 0, 0, 7, 123],
            code: "schema_framed_payload"
        ),
        Sample(
            name: "larger than 256 KiB",
            key: nil,
            value: Array((#"{"external_id":"big","name":""# + String(repeating: "x", count: 262_144) + #""}"#).utf8),
            code: "payload_too_large"
        ),
        Sample(
            name: "headers that are not UTF-8",
            key: nil,
            value: Array(#"{"name":"x"}"#.utf8),
            headers: [
                RecordHeader(name: "ce_id", value: [0xFF, 0xFE]), RecordHeader(name: "ce_type", value: nil),
                RecordHeader(name: "replyTo", value: [0x00]), RecordHeader(name: "kafka_replyPartition", value: [1]),
            ],
            code: "invalid_command"
        ),
        Sample(
            name: "external_id is a number",
            key: nil,
            value: Array(#"{"external_id":5}"#.utf8),
            code: "invalid_command"
        ),
        Sample(
            name: "external_id is empty",
            key: nil,
            value: Array(#"{"external_id":""}"#.utf8),
            code: "invalid_command"
        ),
        Sample(
            name: "external_id too long",
            key: nil,
            value: Array((#"{"external_id":""# + String(repeating: "x", count: 256) + #""}"#).utf8),
            code: "invalid_command"
        ),
        Sample(
            name: "a NUL in a name",
            key: nil,
            value: Array(#"{"external_id":"n","name":"a\u0000b"}"#.utf8),
            code: "invalid_command"
        ),
        Sample(
            name: "a lone surrogate",
            key: nil,
            value: Array(#"{"external_id":"\ud800"}"#.utf8),
            code: "invalid_json"
        ),
    ]

    @Test(arguments: BrokerKind.allCases)
    func `each malformed command fails with its code and a dead letter, and the next good one is served`(
        _ kind: BrokerKind
    ) async throws {
        let broker = try await TestBroker(kind, partitions: 2)
        let results = try TopicReader(broker, "customer_results")
        let letters = try TopicReader(broker, "customer_commands_dlq")
        // One partition, so that a good command stands behind each malformed one.
        let records = Self.samples.enumerated().flatMap { index, sample in
            [
                ProducerRecord(
                    topic: "customer_commands",
                    partition: 1,
                    key: sample.key,
                    value: sample.value,
                    headers: sample.headers,
                    timestamp: UnixMilliseconds(1_700_000_000_000 + Int64(index))
                ),
                ProducerRecord(
                    topic: "customer_commands",
                    partition: 1,
                    key: nil,
                    value: Array(#"{"external_id":"good_\#(index)"}"#.utf8)
                ),
            ]
        }
        try await broker.send(records)
        let (events, dead) = try await withWorker(broker, backend: .local) { worker in
            let events = try await results.read(records.count).map { try ResultEvent($0) }
            let dead = try await letters.read(Self.samples.count)
            #expect(worker.snapshot.counters.failed.values.reduce(0, +) == Self.samples.count)
            return (events, dead)
        }
        await results.close()
        await letters.close()

        let byPosition = Dictionary(uniqueKeysWithValues: events.map { ($0.position, $0) })
        #expect(byPosition.count == records.count)
        let deadByOffset = Dictionary(uniqueKeysWithValues: dead.map { ($0.header("__dlq.errors.offset") ?? "", $0) })
        #expect(deadByOffset.count == Self.samples.count)
        for (index, sample) in Self.samples.enumerated() {
            let failed = try #require(byPosition["1/\(2 * index)"], "no result for \(sample.name)")
            #expect(failed.outcome == sample.code, "\(sample.name)")
            #expect(byPosition["1/\(2 * index + 1)"]?.outcome == "created", "behind \(sample.name)")

            let letter = try #require(deadByOffset["\(2 * index)"], "no dead letter for \(sample.name)")
            #expect(letter.key == sample.key && letter.value == sample.value, "\(sample.name)")
            #expect(letter.timestamp == UnixMilliseconds(1_700_000_000_000 + Int64(index)))
            #expect(letter.topicPartition.partition == 1)
            #expect(RecordHeaders(letter.headers.prefix(sample.headers.count)) == sample.headers, "\(sample.name)")
            #expect(letter.header("dlq-error-code") == sample.code)
            #expect(letter.header("__dlq.errors.topic") == "customer_commands")
            #expect(letter.header("__dlq.errors.partition") == "1")
            #expect(letter.header("__dlq.errors.group") == "customer_worker")
            #expect(letter.header("dlq-error-retryable") == "false")
        }
    }
}
