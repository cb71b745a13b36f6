import CustomerContract
import Kafka
import Records
import Testing

@testable import Redrive

/// What a redrive remembers in a cluster, shown against a broker that keeps it.
@Suite(.serialized, .timeLimit(.minutes(2))) struct RedriveStoreTests {
    private static let topic = "customer_commands_dlq"
    private static let partition = TopicPartition(topic: topic, partition: 0)

    private static func record(beat: Int) -> JobRecord {
        var record = JobRecord(
            id: "j-1",
            identity: "i",
            summary: "all",
            owner: .current(),
            beganAt: UnixMilliseconds(0),
            since: nil,
            until: nil
        )
        record.beat = beat
        return record
    }

    private static func commit(_ store: JobStore, beat: Int, offset: Int64) async -> JobStore.Outcome {
        var sentBack = LetterSet()
        sentBack.insert(0, offset)
        let record = self.record(beat: beat)
        return await store.commit(
            [ProducerRecord(topic: "customer_commands", partition: 1, key: nil, value: Array("\(offset)".utf8))],
            pages: .init(sentBack: sentBack.allPages(of: self.topic)),
            job: [PartitionOffset(self.partition, offset: 9, metadata: record.encoded)],
            record: record
        )
    }

    @Test func `what is committed is found by the next process, and who was there is fenced`() async throws {
        let broker = try await TestBroker(.ownProcess)
        let store = try JobStore(broker.client, deadLetterTopic: Self.topic)
        let before = try await store.find([Self.partition], results: [])
        #expect(before.record == nil && before.ends.isEmpty)
        guard case .committed(let positions) = await Self.commit(store, beat: 1, offset: 5) else {
            Issue.record("not committed")
            return
        }
        #expect(positions == [0: RecordPosition(topic: "customer_commands", partition: 1, offset: 0)])

        let next = try JobStore(broker.client, deadLetterTopic: Self.topic)
        try await next.take()
        let found = try await next.find([Self.partition], results: [])
        #expect(found.record == Self.record(beat: 1))
        #expect(found.ends == [Self.partition: 9])
        let marks = try await next.marks(of: [Self.partition: 0..<9])
        #expect(marks.sentBack.contains(0, 5) && marks.sentBack.count == 1 && marks.dismissed.count == 0)

        guard case .takenOver = await Self.commit(store, beat: 2, offset: 6) else {
            Issue.record("the first one was not fenced")
            return
        }
        #expect(try await next.find([Self.partition], results: []).record?.beat == 1)
        guard case .committed = await Self.commit(next, beat: 2, offset: 6) else {
            Issue.record("the second one could not commit")
            return
        }
    }

    @Test func `what was sent back is remembered over pages and jobs`() async throws {
        let broker = try await TestBroker(.ownProcess)
        let store = try JobStore(broker.client, deadLetterTopic: Self.topic)
        var sentBack = LetterSet()
        for offset in stride(from: 0 as Int64, to: 5_000, by: 2) { sentBack.insert(0, offset) }
        sentBack.insert(2, 4_999)
        let record = Self.record(beat: 1)
        let outcome = await store.commit(
            [],
            pages: .init(sentBack: sentBack.allPages(of: Self.topic)),
            job: [PartitionOffset(Self.partition, offset: 9, metadata: record.encoded)],
            record: record
        )
        guard case .committed = outcome else {
            Issue.record("not committed")
            return
        }
        let ranges = (0..<3).map {
            (TopicPartition(topic: Self.topic, partition: Int32($0)), 0..<5_000 as Range<Int64>)
        }
        let read = try await JobStore(broker.client, deadLetterTopic: Self.topic)
            .marks(of: Dictionary(uniqueKeysWithValues: ranges))
        #expect(read == LetterMarks(sentBack: sentBack))
    }
}
