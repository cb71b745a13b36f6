import CustomerContract
import Kafka
import Ledger
import Records

@testable import CommandWorker

/// A core with a clock in the hand: says what happens, and looks at what the core wants done.
final class CoreDriver {
    static let partition = TopicPartition(topic: "commands", partition: 0)

    var core: WorkerCore
    var now: Duration = .zero
    /// The time of day.
    var wall: Int64 = 1_800_000_000_000

    init(_ adjust: (inout WorkerSettings) -> Void = { _ in }) {
        var settings = WorkerSettings()
        settings.live.retry.maximumInterval = .seconds(4)
        settings.live.retry.maximumElapsedTime = .seconds(60)
        settings.live.requestLimit = .fixed(8)
        settings.maximumInFlight = 100
        settings.maximumInFlightBytes = 1_000_000
        settings.breaker.minimumRequests = 5
        adjust(&settings)
        self.core = WorkerCore(settings: settings, seed: 1)
    }

    var moment: Moment { Moment(uptime: self.now, wall: UnixMilliseconds(self.wall)) }

    /// How many events may be polled for now.
    var pollLimit: Int { self.core.pollLimit(at: self.moment) }

    func take() -> [WorkerAction] { self.core.takeActions(at: self.moment) }

    /// Moves the clock to the core's next deadline, if there is one within the time.
    func advance(atMost wait: Duration = .seconds(3_600)) -> [WorkerAction] {
        if let due = self.core.nextDeadline(at: self.moment), due <= self.now + wait { self.now = max(due, self.now) }
        return self.take()
    }

    /// Moves the clock until a request goes, over a few deadlines if need be.
    func nextRequest() -> BackendRequest? {
        for _ in 0..<20 {
            if let request = self.advance().requests.first { return request }
        }
        return nil
    }

    /// Gets a partition, from a committed offset on.
    @discardableResult
    func assign(
        _ partition: TopicPartition = CoreDriver.partition,
        at offset: Int64? = nil,
        metadata: [UInt8] = [],
        ends: Watermarks? = nil
    ) -> [WorkerAction] {
        self.core.partitionsAssigned([partition])
        _ = self.take()
        self.core.assigned(
            [CommittedPosition(committed: PartitionOffset(partition, offset: offset, metadata: metadata), ends: ends)],
            at: self.moment
        )
        return self.take()
    }

    /// Gets a record with a good command, or with a value that is none.
    func receive(_ offset: Int64, id: String, of partition: TopicPartition = CoreDriver.partition, isValid: Bool = true)
    {
        self.core.received(
            Self.record(offset, id: id, of: partition, isValid: isValid),
            decode: CommandReader().read,
            at: self.moment
        )
    }

    /// Gets a record whose command is new to the ledger; the request that goes out for it, if one may.
    func start(_ offset: Int64, id: String, of partition: TopicPartition = CoreDriver.partition) -> BackendRequest? {
        self.receive(offset, id: id, of: partition)
        guard let batch = self.take().stores.first else { return nil }
        self.answer(batch)
        return self.take().requests.first
    }

    /// Answers a batch for the ledger: finds nothing, and remembers everything for the first time.
    func answer(_ batch: LedgerWork, earlier: LedgerEntry? = nil) {
        self.core.answered(
            .done(
                found: batch.lookUps.map { _ in nil },
                made: batch.creations.map { _ in Self.customer },
                earlier: Array(repeating: earlier, count: batch.creations.count + batch.entries.count)
            ),
            at: self.moment
        )
    }

    func answer(_ request: BackendRequest, _ answer: BackendAnswer, requests: Int = 1) {
        self.core.answered(request.ticket, BackendReply(answer, requests: requests), at: self.moment)
    }

    /// Lets a request succeed and its success be remembered; what the core does next.
    func succeed(_ request: BackendRequest) -> [WorkerAction] {
        self.answer(request, .created(.created, Self.customer))
        if let batch = self.take().stores.first { self.answer(batch) }
        return self.take()
    }

    func published(_ outcome: PublishOutcome = .published) -> [WorkerAction] {
        self.core.published(outcome, at: self.moment)
        return self.take()
    }

    static let customer = CustomerDocument(json: Array(#"{"id":"cust_1"}"#.utf8))

    static let error = KafkaError(code: .transport, message: "gone", disposition: .retry)

    static func passing(
        _ reason: String = "500",
        after: Duration? = nil,
        isInDoubt: Bool = false,
        _ sign: PassingFailure.Sign = .none
    ) -> BackendAnswer {
        .transient(
            PassingFailure(
                reason: reason,
                failure: CommandFailure(code: .retriesExhausted, message: reason),
                after: after,
                isInDoubt: isInDoubt,
                sign: sign
            )
        )
    }

    static func record(
        _ offset: Int64,
        id: String,
        of partition: TopicPartition = CoreDriver.partition,
        isValid: Bool = true
    ) -> KafkaRecord {
        KafkaRecord(
            position: RecordPosition(partition, offset: offset),
            timestamp: UnixMilliseconds(1_800_000_000_000),
            key: nil,
            value: Array((isValid ? #"{"external_id":"\#(id)"}"# : #"{"external_id":"\#(id)","name":7}"#).utf8)
        )
    }

    /// The command of a record, as another worker would have read it.
    static func command(_ offset: Int64, id: String) -> CreateCustomerCommand? {
        let decoded = CommandReader().read(Self.record(offset, id: id))
        return if case .command(let command) = decoded { command } else { nil }
    }
}

extension [WorkerAction] {
    var stores: [LedgerWork] { self.compactMap { if case .remember(let batch) = $0 { batch } else { nil } } }
    var requests: [BackendRequest] { self.compactMap { if case .request(let request) = $0 { request } else { nil } } }
    var batches: [CommitBatch] { self.compactMap { if case .publish(let batch) = $0 { batch } else { nil } } }
    var released: [TopicPartition] {
        self.flatMap { action -> [TopicPartition] in
            guard case .release(let partitions) = action else { return [] }
            return partitions
        }
    }
    var paused: [TopicPartition] {
        self.flatMap { action -> [TopicPartition] in
            guard case .pause(let partitions) = action else { return [] }
            return partitions
        }
    }
    var resumed: [TopicPartition] {
        self.flatMap { action -> [TopicPartition] in
            guard case .resume(let partitions) = action else { return [] }
            return partitions
        }
    }
    var assignments: [[PartitionOffset]] { self.compactMap { if case .assign(let list) = $0 { list } else { nil } } }
    var assigned: [PartitionOffset] { self.assignments.flatMap(\.self) }
    var reports: [RequestReport] { self.compactMap { if case .report(let report) = $0 { report } else { nil } } }
    var logReports: [LogReport] { self.compactMap { if case .reportLog(let report) = $0 { report } else { nil } } }
    var readings: [[TopicPartition]] { self.compactMap { if case .readCommitted(let list) = $0 { list } else { nil } } }
}

extension CommitBatch {
    /// The offsets of its results' records, in their order.
    var records: [Int64] { self.results.map(\.context.message.position.offset) }
}
