import CustomerContract
import Kafka
import Records
import Testing

@testable import CommandWorker

/// Batches as records, by what the topics are known to take.
@Suite struct RecordEncoderTests {
    private static func encoder(_ limits: [String: Int], batchBytes: Int = 1_000_000) async -> RecordEncoder {
        let topicLimits = TopicLimits(largestRecord: 100_000_000) { topic async throws(KafkaError) in
            limits[topic].map { ["max.message.bytes": "\($0)"] } ?? [:]
        }
        await topicLimits.learn(["results", "letters"])
        return RecordEncoder(
            results: ResultEncoder(resultsTopic: "results"),
            replyTopics: LiveReplyTopics(ReplyTopicAllowList(["replies", "gone"])),
            deadLetters: DeadLetterEncoder(topic: "letters", group: "g", partitionCount: 1),
            topics: TopicDirectory { () async throws(KafkaError) in
                [TopicDescription(name: "replies", partitionCount: 1, replicationFactor: 1)]
            },
            limits: topicLimits,
            batchBytes: batchBytes
        )
    }

    private static func result(
        _ offset: Int64,
        bytes: Int = 10,
        fails: Bool = false,
        headers: RecordHeaders = [],
        replyTopic: String? = nil
    ) -> CommandResult {
        let blob = String(repeating: "x", count: bytes)
        return CommandResult(
            context: CommandContext(
                message: KafkaRecord(
                    position: RecordPosition(topic: "commands", partition: 0, offset: offset),
                    key: Array("a".utf8),
                    value: Array(blob.utf8),
                    headers: headers
                ),
                id: CommandID("c"),
                externalID: ExternalID("a\(offset)"),
                correlation: ReplyCorrelation(replyTopic: replyTopic)
            ),
            outcome: fails
                ? .failed(CommandFailure(code: .rejected, message: "no"))
                : .created(.created, CustomerDocument(json: Array(#"{"id":"c","metadata":{"blob":"\#(blob)"}}"#.utf8))),
            attempts: 1,
            completedAt: UnixMilliseconds(0)
        )
    }

    @Test func `what fits is written in full, and nothing is waited for or kept apart`() async {
        let encoder = await Self.encoder([:])
        let encoded = await encoder.encode((0..<100).map { Self.result($0) })
        #expect(encoded.records.count == 100)
        #expect(encoded.resultForms.isEmpty && encoded.letterForms.isEmpty)
        #expect(encoded.plan.barriers.isEmpty && encoded.plan.watched.isEmpty)
        #expect(encoded.reductions.isEmpty)
    }

    @Test(arguments: [(500, ResultForm.Extent.full), (5_000, .reduced), (500_000, .reduced)])
    func `a result over the limit of its topic is reduced, and the next one is not`(
        _ bytes: Int,
        _ extent: ResultForm.Extent
    ) async {
        let encoder = await Self.encoder(["results": 3_000])
        let encoded = await encoder.encode([Self.result(0, bytes: bytes), Self.result(1)])
        #expect((encoded.resultForms[0] ?? .full).extent == extent)
        #expect(encoded.resultForms[1] == nil)
        #expect(encoded.records.allSatisfy { $0.largestBatchBytes <= 3_000 })
    }

    @Test func `a result in a topic for which even the smallest form is too large goes there all the same`() async {
        let encoder = await Self.encoder(["results": 100])
        let encoded = await encoder.encode([Self.result(0)])
        #expect(encoded.resultForms[0]?.extent == .minimal)
        #expect(encoded.records.count == 1)
    }

    @Test func `a dead letter leaves out what makes it too large, and no more`() async {
        let encoder = await Self.encoder(["letters": 10_000])
        let heavy = RecordHeaders(
            (0..<10).map { RecordHeader(name: HeaderName("h\($0)"), value: [UInt8](repeating: 0, count: 5_000)) }
        )
        let encoded = await encoder.encode([
            Self.result(0, fails: true), Self.result(1, bytes: 20_000, fails: true),
            Self.result(2, fails: true, headers: heavy), Self.result(3, bytes: 20_000, fails: true, headers: heavy),
        ])
        #expect(encoded.letterForms == [1: .withoutValue, 2: .withoutHeaders, 3: [.withoutValue, .withoutHeaders]])
        #expect(encoded.records.count == 8)
        #expect(encoded.plan.watched == [1, 3, 5, 7])
        #expect(encoded.reductions == [.letterValue: 2, .letterHeaders: 2])
    }

    @Test func `a reply that its topic does not take goes reduced, then to the results topic`() async {
        for (limit, topic, form) in [
            (100_000, "replies", ResultForm.full), (2_000, "replies", ResultForm(extent: .reduced)),
            (300, "results", ResultForm(replyRefusal: "MSG_SIZE_TOO_LARGE")),
        ] {
            let encoder = await Self.encoder(["replies": limit])
            let encoded = await encoder.encode([Self.result(0, bytes: 5_000, replyTopic: "replies")])
            #expect(encoded.records.map(\.topic) == [topic])
            #expect((encoded.resultForms[0] ?? .full) == form)
            #expect(encoded.replyTopics == (topic == "replies" ? ["replies"] : []))
        }
    }

    @Test func `a reply topic that is missing or suspended is not used, and the header says why`() async {
        let encoder = await Self.encoder([:])
        var suspended = SuspendedTopics()
        suspended.suspend("replies", "_TIMED_OUT")
        let results = [Self.result(0, replyTopic: "replies"), Self.result(1, replyTopic: "gone")]
        let encoded = await encoder.encode(results, replies: suspended)
        #expect(encoded.records.allSatisfy { $0.topic == "results" })
        let reasons = encoded.records.map { record in
            record.headers.last { $0.name == "reply-topic-refused" }.map {
                String(decoding: $0.value ?? [], as: UTF8.self)
            }
        }
        #expect(reasons == ["replies: _TIMED_OUT", "gone: no such topic or partition"])
        #expect(encoded.reductions == [.replyTopic: 2])
    }

    @Test func `records of a topic with a small limit are kept apart, so that no batch exceeds it`() async {
        let encoder = await Self.encoder(["letters": 3_000])
        let encoded = await encoder.encode((0..<20).map { Self.result($0, bytes: 900, fails: true) })
        let starts = [0] + encoded.plan.barriers + [encoded.records.count]
        for (start, end) in zip(starts, starts.dropFirst()) {
            let letters = encoded.records[start..<end].filter { $0.topic == "letters" }
            #expect(letters.map(\.largestBatchBytes).reduce(0, +) <= 3_000)
        }
        #expect(encoded.plan.barriers.count >= 8)
        let large = await Self.encoder(["letters": 3_000], batchBytes: 3_000)
        #expect(await large.encode((0..<20).map { Self.result($0, bytes: 900, fails: true) }).plan.barriers.isEmpty)
    }

    @Test func `what is acknowledged is not written again`() async {
        let encoder = await Self.encoder([:])
        let done: Set<RecordReference> = [.init(owner: 0, isLetter: false), .init(owner: 1, isLetter: true)]
        let results = [Self.result(0, fails: true), Self.result(1, fails: true)]
        let encoded = await encoder.encode(results, without: done)
        #expect(encoded.references == [.init(owner: 0, isLetter: true), .init(owner: 1, isLetter: false)])
    }
}
