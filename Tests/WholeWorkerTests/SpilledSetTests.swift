import CustomerContract
import FlexpriceSimulator
import Foundation
import Kafka
import Ledger
import Records
import Testing
import Topics

@testable import CommandWorker

/// A completed set that has no room beside its offset, over a restart, on a broker with transactions.
@Suite(.timeLimit(.minutes(3))) struct SpilledSetTests {
    private static let count = 300

    private static func isSlow(_ number: Int) -> Bool { number % 3 == 0 }

    private static func id(_ number: Int) -> String { Self.isSlow(number) ? "slow_\(number)" : "plain_\(number)" }

    @Test func `results behind many unfinished commands are published, and once, over a restart`() async throws {
        let broker = try await TestBroker(.ownProcess, partitions: 1)
        let results = try TopicReader(broker, "customer_results")
        let slow = Set((0..<Self.count).filter(Self.isSlow).map(Self.id))
        try await withTemporaryFolder { folder in
            let ledger = folder.appending(path: "ledger.sqlite").path
            let configure: (inout WorkerSettings) -> Void = {
                $0.metadataLimit = 40
                $0.breaker.failureRatio = 1
            }
            let simulator = FlexpriceSimulator(.init(apiKey: "sk_test"))
            simulator.state.inject(.plain(.internalError), .init(externalIDs: slow.sorted()))
            var seen: [String] = []
            try await withWorker(
                broker,
                backend: .flexprice,
                ledgerPath: ledger,
                simulator: simulator,
                configure: configure
            ) { _ in
                try await broker.send(
                    (0..<Self.count).map(Self.id).map { id in
                        let value = Array(#"{"external_id":"\#(id)"}"#.utf8)
                        return ProducerRecord(topic: "customer_commands", key: Array(id.utf8), value: value)
                    }
                )
                seen += try await Self.read(Self.count - slow.count, results)
            }
            #expect(Set(seen).isDisjoint(with: slow))
            let committed = try #require(try await broker.committed(partitions: 1).first)
            let place = OffsetMetadata.place(committed.metadata, at: try #require(committed.offset))
            let kept = try await SQLiteLedger(path: ledger).spilledSets()
            #expect(kept.contains { $0.place.writer == place?.writer && $0.place.slot == place?.slot })
            try await withWorker(broker, backend: .flexprice, ledgerPath: ledger, configure: configure) { _ in
                seen += try await Self.read(slow.count, results)
            }
            #expect(seen.count == Self.count)
            #expect(Set(seen).count == Self.count)
        }
        let ends = try await broker.highWatermarks(of: "customer_commands", partitions: 1)
        #expect(try await broker.committed(partitions: 1).map { $0.offset ?? 0 } == ends)
        await results.close()
    }

    /// The external ids of results.
    private static func read(_ count: Int, _ results: TopicReader) async throws -> [String] {
        var ids: [String] = []
        while ids.count < count {
            let records = try await results.read(1, within: .seconds(60))
            try #require(!records.isEmpty, "\(ids.count) of \(count) results, and no more after a minute")
            ids += try records.compactMap { try ResultEvent($0).externalID }
        }
        return ids
    }
}
