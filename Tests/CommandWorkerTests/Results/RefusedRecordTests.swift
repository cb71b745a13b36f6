import Kafka
import KafkaFaults
import Records
import Testing

@testable import CommandWorker

/// What is published of a batch of which a broker refuses a record, or a topic takes nothing; both guarantees alike.
@Suite(.timeLimit(.minutes(3))) struct RefusedRecordTests {
    private static let produce: Int16 = 0
    private static let addPartitions: Int16 = 24

    @Test(arguments: [true, false])
    func `a refused dead letter loses its value, and its result gets out`(isTransactional: Bool) async throws {
        let bench = try PublisherBench(isTransactional: isTransactional)
        #expect(try await bench.publish().isPublished)
        // The first request fails, whatever it holds; one with both topics fails for both.
        bench.cluster.failNext(request: Self.produce, with: [44])
        let outcome = try await bench.publish(fails: true)
        #expect(outcome.isPublished, "\(outcome)")
        #expect(!bench.tally.counts.isEmpty)
        #expect(try await bench.resultCount(in: "letters") >= 1)
        #expect(try await bench.publish(fails: true).isPublished)
        await bench.close()
    }

    @Test(arguments: [true, false])
    func `a reply topic without a leader is left out within seconds, and then for a while`(
        isTransactional: Bool
    ) async throws {
        let bench = try PublisherBench(isTransactional: isTransactional)
        #expect(try await bench.publish(replyTopics: ["replies"]).isPublished)
        #expect(try await bench.resultCount(in: "replies") == 1)
        try bench.cluster.setLeader(of: TopicPartition(topic: "replies", partition: 0), to: nil)
        let clock = ContinuousClock()
        let begun = clock.now
        let outcome = try await bench.publish(replyTopics: ["replies"])
        #expect(outcome.isPublished, "\(outcome)")
        #expect(clock.now - begun < .seconds(20))
        #expect(bench.tally.counts[.replyTopic] == 1)
        // Suspended: nothing waits for it now.
        #expect(try await bench.publish(replyTopics: ["replies", "others"]).isPublished)
        #expect(bench.tally.counts[.replyTopic] == 2)
        #expect(try await bench.resultCount(in: "others") >= 1)
        await bench.close()
    }

    @Test func `a transaction that may not have a topic of our own names it, and leaves out nothing else`() async throws
    {
        let bench = try PublisherBench()
        #expect(try await bench.publish().isPublished)
        // TOPIC_AUTHORIZATION_FAILED, which no delivery report gives, and whose error names no topic.
        bench.cluster.failNext(request: Self.addPartitions, with: [29])
        guard case .failed(let error, _) = try await bench.publish() else {
            Issue.record("published in spite of the refusal")
            return
        }
        #expect(error.topic == "results" && error.code == .topicForbidden, "\(error)")
        #expect(bench.tally.counts.isEmpty)
        let outcome = try await bench.publish(replyTopics: ["replies", "others"])
        #expect(outcome.isPublished, "\(outcome)")
        await bench.close()
    }

    @Test(arguments: [[], ["replies"]])
    func `a topic that is gone is found within its limit, although nothing of its transaction gets out`(
        replyTopics: [String]
    ) async throws {
        let bench = try PublisherBench()
        #expect(try await bench.publish(replyTopics: replyTopics, fails: true).isPublished)
        // AddPartitionsToTxn: UNKNOWN_TOPIC_OR_PART for one partition is none for all, and is asked again.
        bench.hide(replyTopics.first ?? "letters")
        bench.cluster.failNext(request: 24, with: Array(repeating: 3, count: 10_000))
        let outcome = Task { try await bench.publish(replyTopics: replyTopics, fails: true) }
        if replyTopics.isEmpty {
            guard case .failed(let error, nil) = try await outcome.value else {
                Issue.record("published into a topic that is gone")
                return
            }
            #expect(error.topic == "letters")
            // The next ones do not wait for it.
            guard case .failed = try await bench.publish(fails: true) else {
                Issue.record("published into a topic that is gone")
                return
            }
            bench.cluster.endFailures(request: 24)
            #expect(try await bench.publish().isPublished)
        } else {
            // Without that topic the same batch gets out, once its partitions are taken.
            for await _ in bench.misses { break }
            bench.cluster.endFailures(request: 24)
            #expect(try await outcome.value.isPublished)
        }
        await bench.close()
    }

    @Test(arguments: [true, false])
    func `a dead-letter topic without a leader is named, and nothing is reduced for it`(
        isTransactional: Bool
    ) async throws {
        let bench = try PublisherBench(isTransactional: isTransactional)
        #expect(try await bench.publish(fails: true).isPublished)
        try bench.cluster.setLeader(of: TopicPartition(topic: "letters", partition: 0), to: nil)
        guard case .failed(let error, let unpublished) = try await bench.publish(fails: true) else {
            Issue.record("published without a leader")
            return
        }
        #expect(error.topic == "letters")
        #expect(unpublished == (isTransactional ? nil : [0]))
        #expect(bench.tally.counts.isEmpty)
        try bench.cluster.setLeader(of: TopicPartition(topic: "letters", partition: 0), to: 1)
        var outcome = try await bench.publish(fails: true)
        // The client looks for a new leader once a second at first, and less often later.
        for _ in 0..<10 where !outcome.isPublished { outcome = try await bench.publish(fails: true) }
        #expect(outcome.isPublished, "\(outcome)")
        await bench.close()
    }
}
