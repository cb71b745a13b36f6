import Kafka
import Records
import Testing

/// A record of a hundred megabytes: somebody raised a broker's limits and sent a backup to the wrong topic.
@Suite(.timeLimit(.minutes(5)), .serialized) struct HugeRecordTests {
    /// The broker in a process of its own gets a smaller one: it takes seconds for a hundred megabytes, the first
    /// attempt to publish the letter is given up then, and no reader gets behind what was aborted (see
    /// ``results(_:_:)``).
    private static func value(for kind: BrokerKind) -> [UInt8] {
        [UInt8](repeating: UInt8(ascii: "x"), count: kind == .embedded ? 100_000_000 : 20_000_000)
    }

    private static func send(_ value: [UInt8], to broker: TestBroker) async throws {
        try await broker.send([
            ProducerRecord(
                topic: "customer_commands",
                partition: 0,
                key: Array("big".utf8),
                value: value,
                timestamp: UnixMilliseconds(1_700_000_000_000)
            )
        ])
    }

    private static func sendGood(_ broker: TestBroker, partition: Int32) async throws {
        let value = Array(#"{"external_id":"good"}"#.utf8)
        try await broker.send([
            ProducerRecord(topic: "customer_commands", partition: partition, key: nil, value: value)
        ])
    }

    /// The first so many results, from the beginning each time: the broker in a process of its own tells a reader that
    /// goes on behind an aborted transaction of that abort again, and the reader then drops what the same producer
    /// commits next.
    private static func results(_ broker: TestBroker, _ count: Int) async throws -> [ResultEvent] {
        for attempt in 1...12 {
            let reader = try TopicReader(broker, "customer_results", group: "reader-\(count)-\(attempt)")
            let events = try await reader.read(count, within: .seconds(5))
            await reader.close()
            if events.count >= count { return try events.map { try ResultEvent($0) } }
        }
        return []
    }

    /// The first dead letter, read from the beginning each time, for the same reason.
    private static func firstLetter(_ broker: TestBroker) async throws -> KafkaRecord? {
        for attempt in 1...4 {
            let reader = try TopicReader(broker, "customer_commands_dlq", group: "letters-\(attempt)")
            let letters = try await reader.read(1, within: .seconds(30))
            await reader.close()
            if let letter = letters.first { return letter }
        }
        return nil
    }

    private static func check(_ letter: KafkaRecord) {
        #expect(letter.key == Array("big".utf8))
        #expect(letter.timestamp == UnixMilliseconds(1_700_000_000_000))
        #expect(letter.header("dlq-error-code") == "payload_too_large")
        #expect(letter.header("__dlq.errors.offset") == "0")
    }

    @Test(arguments: BrokerKind.allCases)
    func `a huge record fails with a dead letter that holds all of it, and the next command is served`(
        _ kind: BrokerKind
    ) async throws {
        // The mock keeps 5 MB a partition and drops whatever comes behind so large a record: there the next one takes
        // another partition. The other broker leaves a large record out of an answer with several partitions: it has
        // one.
        let broker = try await TestBroker(
            kind,
            partitions: kind == .embedded ? 2 : 1,
            largestRecord: ["customer_commands": 200_000_000, "customer_commands_dlq": 200_000_000]
        )
        let value = Self.value(for: kind)
        try await Self.send(value, to: broker)
        let letter = try await withWorker(broker, backend: .local) { _ in
            let failed = try #require(try await Self.results(broker, 1).first)
            #expect(failed.outcome == "payload_too_large")
            #expect(failed.position == "0/0")
            let letter = try #require(try await Self.firstLetter(broker))
            try await Self.sendGood(broker, partition: kind == .embedded ? 1 : 0)
            let both = try await Self.results(broker, 2)
            #expect(Set(both.map(\.outcome)) == ["payload_too_large", "created"])
            #expect(both.compactMap(\.externalID) == ["good"])
            return letter
        }
        Self.check(letter)
        // Not inside of #expect: what it prints of two such values that differ is of no use.
        let isWhole = letter.value == value
        #expect(isWhole)
        #expect(letter.header("dlq-value-dropped-bytes") == nil)
    }

    @Test func `a dead letter that its topic refuses for its size is written without the value, and says so`()
        async throws
    {
        let broker = try await TestBroker(
            .ownProcess,
            partitions: 1,
            largestRecord: ["customer_commands": 200_000_000]
        )
        let value = Self.value(for: .ownProcess)
        try await Self.send(value, to: broker)
        try await Self.sendGood(broker, partition: 0)
        let (events, letters) = try await withWorker(broker, backend: .local) { _ in
            let events = try await Self.results(broker, 2)
            let reader = try TopicReader(broker, "customer_commands_dlq")
            let letters = try await reader.read(1)
            await reader.close()
            return (events, letters)
        }
        #expect(Set(events.map(\.outcome)) == ["payload_too_large", "created"])
        let letter = try #require(letters.first)
        Self.check(letter)
        #expect(letter.value == nil)
        #expect(letter.header("dlq-value-dropped-bytes") == "\(value.count)")
    }
}
