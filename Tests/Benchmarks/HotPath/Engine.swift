import CustomerContract
import Kafka
import Ledger
import Records

@testable import CommandWorker

/// The core among effects that cost nothing: every record is another customer, of one partition.
struct Engine {
    private var core: WorkerCore
    private let reader = CommandReader()
    private let customer: CustomerDocument
    private var uptime: Duration = .zero
    private var settled = 0
    /// Actions that are not done yet, in their order.
    private var actions: [WorkerAction] = []

    private var now: Moment { Moment(uptime: self.uptime, wall: Samples.now) }

    /// Takes in so many records; how many results were published.
    static func run(_ count: Int) throws -> Int {
        var engine = Engine(customer: LocalCustomers().make(try Samples.command(0), at: Samples.now))
        for number in 0..<count {
            engine.receive(Samples.record(number))
            // As many as one poll gives.
            if number % 512 == 511 { engine.turnUntilQuiet() }
        }
        engine.turnUntilQuiet()
        return engine.settled
    }

    private init(customer: CustomerDocument) {
        self.customer = customer
        self.core = WorkerCore(settings: Self.settings(requestLimit: 1_024), seed: 1)
        self.core.assign(Samples.partition, at: self.now)
    }

    static func settings(requestLimit: Int) -> WorkerSettings {
        var settings = WorkerSettings()
        settings.live.retry.maximumInterval = .seconds(4)
        settings.live.retry.maximumElapsedTime = .seconds(60)
        settings.live.requestLimit = .fixed(requestLimit)
        settings.breaker.minimumRequests = 5
        return settings
    }

    private mutating func receive(_ record: KafkaRecord) {
        self.core.received(record, decode: self.reader.read, at: self.now)
    }

    private mutating func turnUntilQuiet() {
        while true {
            let actions = self.core.takeActions(at: self.now)
            guard !actions.isEmpty else {
                // What gathers is waited for, as a clock would.
                guard let due = self.core.nextDeadline(at: self.now), self.core.lanes.count > 0 else { return }
                self.uptime = max(self.uptime, due)
                continue
            }
            for action in actions { self.answer(action) }
        }
    }

    private mutating func answer(_ action: WorkerAction) {
        switch action {
        case .remember(let batch):
            self.core.answered(batch.nothingFound, at: self.now)
        case .request(let request):
            self.core.answered(
                request.ticket,
                BackendReply(.created(.created, self.customer), requests: 1),
                at: self.now
            )
        case .publish(let batch):
            self.settled += batch.results.count
            self.core.published(.published, at: self.now)
        case .readCommitted, .assign, .release, .pause, .resume, .askNeutral, .report, .reportLog:
            break
        }
    }
}

extension WorkerCore {
    /// Gives it a partition that nobody has committed to.
    mutating func assign(_ partition: TopicPartition, at now: Moment) {
        self.partitionsAssigned([partition])
        _ = self.takeActions(at: now)
        self.assigned([CommittedPosition(committed: PartitionOffset(partition, offset: nil))], at: now)
        _ = self.takeActions(at: now)
    }
}

extension LedgerWork {
    /// The answer of a store that remembers nobody yet.
    var nothingFound: LedgerAnswer {
        .done(
            found: Array(repeating: nil, count: self.lookUps.count),
            made: [],
            earlier: Array(repeating: nil, count: self.entries.count)
        )
    }
}
