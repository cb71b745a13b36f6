import CommandWorker
import Kafka
import KafkaFaults
import Records
import Testing

/// A broker that goes down and comes back, again and again, while commands are served.
@Suite(.timeLimit(.minutes(3)), .serialized) struct BrokerOutageTests {
    private static let rounds = 10
    private static let size = 200

    private static func command(_ number: Int) -> ProducerRecord {
        let id = "acct_\(number)"
        return ProducerRecord(
            topic: "customer_commands",
            key: Array(id.utf8),
            value: Array(#"{"external_id":"\#(id)"}"#.utf8)
        )
    }

    @Test(arguments: WorkerSettings.Guarantee.allCases)
    func `every command has its result when the broker was down ten times, and no restart was needed`(
        _ guarantee: WorkerSettings.Guarantee
    ) async throws {
        let broker = try await TestBroker(.embedded)
        let cluster = try #require(broker.embedded)
        let results = try TopicReader(broker, "customer_results")
        var seen: [String: Set<String>] = [:]
        try await withWorker(broker, backend: .local, properties: ["reconnect.backoff.max.ms": "200"]) {
            $0.guarantee = guarantee
        } _: { worker in
            for round in 0..<Self.rounds {
                try await broker.send((0..<Self.size).map { Self.command(round * Self.size + $0) })
                try cluster.takeDown(broker: 1)
                #expect(try await !broker.answers(within: .seconds(1)))
                try cluster.bringUp(broker: 1)
                while seen.count < (round + 1) * Self.size {
                    let records = try await results.read(1, within: .seconds(30))
                    try #require(!records.isEmpty, "\(seen.count) results, and no more after 30 s: \(worker.snapshot)")
                    for event in try records.map({ try ResultEvent($0) }) {
                        seen[event.position, default: []].insert(event.header("ce_id") ?? "none")
                    }
                }
            }
        }
        // The mock shows what was aborted too, so a result may stand there twice: but it is the same one.
        #expect(seen.values.allSatisfy { $0.count == 1 })
        if guarantee == .atLeastOnce {
            // Offsets in transactions are taken by the mock, and forgotten.
            let ends = try await broker.highWatermarks(of: "customer_commands", partitions: 3)
            #expect(try await broker.committed(partitions: 3).map { $0.offset ?? 0 } == ends)
        }
        await results.close()
    }
}
