import CustomerContract
import Kafka
import Ledger
import Records
import Topics

@testable import CommandWorker

/// The core with the ledger and the encoder of the worker, and no broker: every record is another customer, of one
/// partition, and is made and remembered here.
struct Road {
    private var core: WorkerCore
    private let writer: LedgerWriter
    private let encoder: RecordEncoder
    private var uptime: Duration = .zero
    private var published = 0

    private var now: Moment { Moment(uptime: self.uptime, wall: Samples.now) }

    /// Takes in that number of records; returns how many results became records.
    static func run(_ count: Int, _ ledger: SQLiteLedger) async throws -> Int {
        var road = Road(ledger)
        let read = CommandReader().read
        for number in 0..<count {
            road.core.received(Samples.record(number), decode: read, at: road.now)
            // As many as one poll gives.
            if number % 512 == 511 { try await road.turnUntilQuiet() }
        }
        try await road.turnUntilQuiet()
        return road.published
    }

    private init(_ ledger: SQLiteLedger) {
        var settings = Engine.settings(requestLimit: 1)
        settings.createsLocally = true
        self.core = WorkerCore(settings: settings, seed: 1)
        self.writer = LedgerWriter(ledger: ledger, customers: LocalCustomers(), metrics: .none)
        self.encoder = RecordEncoder(
            results: ResultEncoder(resultsTopic: "customer_results"),
            replyTopics: LiveReplyTopics(ReplyTopicAllowList()),
            deadLetters: DeadLetterEncoder(topic: "customer_commands.dlq", group: "customer-worker", partitionCount: 1),
            topics: TopicDirectory { () async throws(KafkaError) in [] },
            limits: TopicLimits(largestRecord: 1_000_000) { _ async throws(KafkaError) in [:] }
        )
        self.core.assign(Samples.partition, at: self.now)
    }

    private mutating func turnUntilQuiet() async throws {
        while true {
            let actions = self.core.takeActions(at: self.now)
            guard !actions.isEmpty else {
                // What gathers is waited for, as a clock would.
                guard let due = self.core.nextDeadline(at: self.now), self.core.lanes.count > 0 else { return }
                self.uptime = max(self.uptime, due)
                continue
            }
            for action in actions { try await self.carryOut(action) }
        }
    }

    private mutating func carryOut(_ action: WorkerAction) async throws {
        switch action {
        case .remember(let batch):
            self.core.answered(await self.writer.write(batch, at: self.now.wall), at: self.now)
        case .publish(let batch):
            self.published += await self.encoder.encode(batch.results).records.count { $0.valueBytes != nil }
            self.core.published(.published, at: self.now)
        case .request:
            throw Wrong("the API was asked")
        case .readCommitted, .assign, .release, .pause, .resume, .askNeutral, .report, .reportLog:
            break
        }
    }
}
