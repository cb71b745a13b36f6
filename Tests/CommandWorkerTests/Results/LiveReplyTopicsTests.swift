import CustomerContract
import Kafka
import Records
import Testing

@testable import CommandWorker

@Suite struct LiveReplyTopicsTests {
    @Test func `another list holds for results that are published from then on`() async {
        let allowed = LiveReplyTopics(ReplyTopicAllowList())
        let encoder = RecordEncoder(
            results: ResultEncoder(resultsTopic: "results"),
            replyTopics: allowed,
            deadLetters: DeadLetterEncoder(topic: "letters", group: "g", partitionCount: 1),
            topics: TopicDirectory { () async throws(KafkaError) in
                [TopicDescription(name: "replies", partitionCount: 1, replicationFactor: 1)]
            },
            limits: TopicLimits(largestRecord: 1_000_000) { _ async throws(KafkaError) in [:] }
        )
        #expect(await Self.topics(encoder) == ["results"])
        allowed.set(ReplyTopicAllowList(["repl*"]))
        #expect(await Self.topics(encoder) == ["replies"])
        allowed.set(ReplyTopicAllowList(["others"]))
        #expect(await Self.topics(encoder) == ["results"])
    }

    private static func topics(_ encoder: RecordEncoder) async -> [String] {
        let position = RecordPosition(topic: "commands", partition: 0, offset: 7)
        let context = CommandContext(
            message: KafkaRecord(position: position, value: []),
            id: CommandID("c"),
            externalID: ExternalID("a"),
            correlation: ReplyCorrelation(replyTopic: "replies")
        )
        let result = CommandResult(
            context: context,
            outcome: .created(.created, CustomerDocument(json: Array("{}".utf8))),
            attempts: 1,
            completedAt: UnixMilliseconds(0)
        )
        return await encoder.encode([result]).records.map(\.topic)
    }
}
