import CustomerContract
import Kafka
import Records
import Testing
import Topics

@Suite struct ResultSelectionTests {
    private static func event(_ partition: Int32, _ offset: Int64, at time: Int64) throws -> ResultEvent {
        let record = KafkaRecord(
            position: RecordPosition(topic: "customer_results", partition: partition, offset: offset),
            timestamp: UnixMilliseconds(time),
            key: nil,
            value: Array(#"{"status":"created","outcome":"created","command":{"id":"c"}}"#.utf8),
            headers: []
        )
        return try #require(ResultEvent(record))
    }

    @Test func `a time ends before until, and since begins with its moment`() throws {
        var selection = ResultSelection()
        selection.since = UnixMilliseconds(100)
        selection.until = UnixMilliseconds(200)
        let matching = try [99, 100, 199, 200].filter { selection.matches(try Self.event(0, 0, at: $0)) }
        #expect(matching == [100, 199])
    }

    @Test func `a known code is taken, and a misspelt one is named with its neighbour`() {
        #expect(ResultSelection.mistake(in: "idempotency_conflict") == nil)
        #expect(ResultSelection.mistake(in: "replayed") == nil)
        #expect(
            ResultSelection.mistake(in: "idempotncy_conflict")?.hasSuffix("did you mean idempotency_conflict?") == true
        )
        #expect(ResultSelection.mistake(in: "zebra")?.contains("expected one of created, replayed") == true)
    }

    @Test func `the newest are kept in order over partitions, and the rest is dropped meanwhile`() throws {
        var newest = NewestResults(3)
        for offset in 0..<50 { newest.take(try Self.event(0, Int64(offset), at: Int64(offset))) }
        for offset in 0..<50 { newest.take(try Self.event(1, Int64(offset), at: Int64(offset) * 10)) }
        #expect(newest.events.map(\.position.offset) == [47, 48, 49])
        #expect(newest.events.allSatisfy { $0.position.partition == 1 })
        newest.take(try Self.event(2, 0, at: 475))
        #expect(newest.events.map { "\($0.position.partition)/\($0.position.offset)" } == ["2/0", "1/48", "1/49"])
    }

    @Test func `a partition's order is its log's, whatever its timestamps`() throws {
        var newest = NewestResults(10)
        for (offset, time) in [(0, 500), (1, 100), (2, 300), (3, 600)] {
            newest.take(try Self.event(0, Int64(offset), at: Int64(time)))
        }
        newest.take(try Self.event(1, 0, at: 550))
        #expect(
            newest.events.map { "\($0.position.partition)/\($0.position.offset)" } == [
                "0/0", "0/1", "0/2", "1/0", "0/3",
            ]
        )
    }
}
