import CommandWorker
import CustomerContract
import Foundation
import JSON
import Kafka
import Records
import Testing

/// Workers that join and leave a group while commands come in, with each kind of assignor.
@Suite(.timeLimit(.minutes(5))) struct MembershipTests {
    /// Sends commands and reads their results, one batch after the other.
    private final class Traffic {
        private let broker: TestBroker
        private let results: TopicReader
        private var sent = 0
        /// What was said of each command the first time.
        private(set) var answers: [String: ResultEvent] = [:]
        /// How many results said something else than the first of their command.
        private(set) var contradictions = 0

        init(_ broker: TestBroker) throws {
            self.broker = broker
            self.results = try TopicReader(broker, "customer_results")
        }

        /// One batch, and all of its results.
        func round() async throws {
            let records = (self.sent..<self.sent + 120).map { number in
                let id = "acct_\(number)"
                return ProducerRecord(
                    topic: "customer_commands",
                    key: Array(id.utf8),
                    value: Array(#"{"external_id":"\#(id)"}"#.utf8)
                )
            }
            try await self.broker.send(records)
            self.sent += records.count
            while self.answers.count < self.sent {
                let events = try await self.results.read(1, within: .seconds(30)).map { try ResultEvent($0) }
                try #require(!events.isEmpty, "\(self.answers.count) of \(self.sent) results, and no more after 30 s")
                for event in events { self.read(event) }
            }
        }

        private func read(_ event: ResultEvent) {
            guard let first = self.answers.updateValue(event, forKey: event.position) else { return }
            let isTheSame =
                event.header("ce_id") == first.header("ce_id") && event.outcome == first.outcome
                && event.customer?["id"] == first.customer?["id"]
            if !isTheSame { self.contradictions += 1 }
        }

        /// Batches until a worker has had its share of them; a share comes when the group has given it partitions.
        func rounds(untilServedBy worker: CommandWorker) async throws {
            let before = worker.snapshot.counters.resultCount
            // By time and not by number: a session that a busy machine let expire costs the group some seconds.
            let deadline = ContinuousClock.now + .seconds(60)
            while worker.snapshot.counters.resultCount == before, ContinuousClock.now < deadline {
                try await self.round()
            }
            #expect(worker.snapshot.counters.resultCount > before)
        }

        func close() async { await self.results.close() }
    }

    @Test(arguments: ["cooperative-sticky", "roundrobin"])
    func `whoever joins is given work, whoever leaves leaves nothing undone, and no customer is made twice`(
        _ assignor: String
    ) async throws {
        let broker = try await TestBroker(.embedded, partitions: 6)
        let traffic = try Traffic(broker)
        try await withTemporaryFolder { folder in
            let ledger = folder.appending(path: "ledger.sqlite").path
            // Offsets in transactions are taken by the mock, and forgotten: so this guarantee. It also refuses offsets
            // while the group gathers, as Kafka does not, so that a result can be sent again by the next owner; then it
            // says the same.
            func withMember(_ body: (CommandWorker) async throws -> Void) async throws {
                let properties = ["partition.assignment.strategy": assignor]
                try await withWorker(broker, backend: .local, ledgerPath: ledger, properties: properties) {
                    $0.guarantee = .atLeastOnce
                } _: {
                    try await body($0)
                }
            }
            try await withMember { first in
                try await traffic.rounds(untilServedBy: first)
                try await withMember { second in
                    try await traffic.rounds(untilServedBy: second)
                    try await withMember { third in
                        try await traffic.rounds(untilServedBy: third)
                        try await traffic.rounds(untilServedBy: first)
                    }
                    try await traffic.rounds(untilServedBy: second)
                }
                try await traffic.round()
                // Alone again, it owns everything.
                #expect(first.snapshot.partitions.count == 6)
            }
        }
        #expect(traffic.contradictions == 0)
        #expect(traffic.answers.values.allSatisfy { $0.outcome == "created" })
        #expect(Set(traffic.answers.values.map { $0.customer?["id"]?.stringValue }).count == traffic.answers.count)
        let ends = try await broker.highWatermarks(of: "customer_commands", partitions: 6)
        #expect(try await broker.committed(partitions: 6).map { $0.offset ?? 0 } == ends)
        await traffic.close()
    }
}
