import CustomerContract
import DequeModule
import Kafka
import Ledger

@testable import CommandWorker

/// The core with an API that takes 10 ms by the clock for each request, a thousand at a time: commands of a thousand
/// external_ids, in one partition.
///
/// The API refuses every one, or the first success of an id would answer the rest of them without a request.
struct EngineAtWork {
    private static let ids = 1_000
    private static let latency = Duration.milliseconds(10)

    private var core: WorkerCore
    private let start = ContinuousClock.now
    private var underWay: Deque<(due: Duration, ticket: CommandTicket)> = []
    private var settled = 0

    private var now: Moment { Moment(uptime: ContinuousClock.now - self.start, wall: Samples.now) }

    /// Carries so many commands; how many results were published.
    static func run(_ count: Int) throws -> Int {
        let reader = CommandReader()
        var engine = EngineAtWork()
        var taken = 0
        while engine.settled < count {
            for _ in 0..<min(engine.core.pollLimit(at: engine.now), 512, count - taken) {
                let record = Samples.record(taken, id: taken % Self.ids)
                engine.core.received(record, decode: reader.read, at: engine.now)
                taken += 1
            }
            engine.turn()
        }
        return engine.settled
    }

    private init() {
        self.core = WorkerCore(settings: Engine.settings(requestLimit: Self.ids), seed: 1)
        self.core.assign(Samples.partition, at: self.now)
    }

    private mutating func turn() {
        while let first = self.underWay.first, first.due <= self.now.uptime {
            self.underWay.removeFirst()
            let refusal = CommandFailure(code: .rejected, message: "refused", httpStatus: 422)
            self.core.answered(first.ticket, BackendReply(.failed(refusal), requests: 1), at: self.now)
        }
        for action in self.core.takeActions(at: self.now) {
            switch action {
            case .remember(let batch): self.core.answered(batch.nothingFound, at: self.now)
            case .request(let request): self.underWay.append((self.now.uptime + Self.latency, request.ticket))
            case .publish(let batch):
                self.settled += batch.results.count
                self.core.published(.published, at: self.now)
            case .readCommitted, .assign, .release, .pause, .resume, .askNeutral, .report, .reportLog: break
            }
        }
    }
}
