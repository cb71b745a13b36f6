import Kafka
import Records

/// Publishes for trial: records that the brokers answer for, in transactions that are aborted.
///
/// Readers of committed records see nothing of it. What a transaction of it leaves open, because the brokers went away
/// in between, they abort themselves after `transaction.timeout.ms`.
struct PublishTrial {
    enum Verdict: Sendable, Hashable {
        /// The brokers have it, on all in-sync replicas.
        case taken
        /// They, or the client, refuse it.
        case refused(KafkaError)
        /// They did not answer in time.
        case late
        /// The transactional id cannot be had again, so nothing more can be tried.
        case lost(KafkaError)
    }

    /// A record's acknowledgement is waited for no longer.
    private static let recordLimit = Duration.seconds(3)
    private static let lookUpLimit = Duration.seconds(1)
    private static let abortLimit = Duration.seconds(2)

    private let settings: ProducerSettings
    private let limit: TimeLimit
    private var producer: Producer?
    /// Whether a transaction is open at the brokers, as far as is known.
    private(set) var isOpen = false
    /// Whether the brokers have gone: they answer neither to a record nor to an abort, or give no transactional id.
    private(set) var isLost = false

    /// - Parameters:
    ///   - settings: with a transactional id that no worker has.
    ///   - limit: when to have done; ending takes up to 4 s longer where no broker answers.
    init(_ settings: ProducerSettings, limit: TimeLimit) {
        self.settings = settings
        self.limit = limit
    }

    /// The transactional id of trials for a worker with that one.
    ///
    /// No worker has it, whatever its settings: none of the parts of an id may hold a space. It begins with the
    /// worker's, so that a permission for ids with that prefix covers it.
    static func transactionalID(for worker: String) -> String { "\(worker) check" }

    /// Takes the transactional id and opens a transaction.
    mutating func open() async throws(KafkaError) {
        let producer = try Producer(self.settings) { _ in }
        try await producer.initTransactions(timeout: self.limit.left(atMost: .seconds(30)))
        self.isOpen = false
        try await producer.beginTransaction()
        self.producer = producer
    }

    /// Publishes a record in the open transaction; what is refused ends it, and the next record begins another.
    mutating func verdict(on record: ProducerRecord) async -> Verdict {
        do throws(KafkaError) {
            if self.producer == nil { try await self.open() }
        } catch {
            self.isLost = true
            return .lost(error)
        }
        guard let producer = self.producer else { return .late }
        await producer.lookUp(topics: [record.topic], timeout: self.limit.left(atMost: Self.lookUpLimit))
        self.isOpen = true
        let plan = ProducePlan(watched: [0], limit: self.limit.left(atMost: Self.recordLimit))
        let verdict = await Self.verdict(on: record, plan, of: producer)
        if verdict != .taken { await self.abort() }
        if verdict == .late, self.isOpen { self.isLost = true }
        return verdict
    }

    private static func verdict(
        on record: ProducerRecord,
        _ plan: ProducePlan,
        of producer: Producer
    ) async -> Verdict {
        do throws(KafkaError) {
            var end = try await producer.enqueue([record], plan: plan)
            if end == .complete { end = try await producer.settle(plan) }
            switch end {
            case .complete: return .taken
            case .late, .stalled: return .late
            case .refused(let refused): return .refused(await Self.cause(refused[0], of: producer) ?? .unexplained)
            }
        } catch {
            return .refused(await Self.cause(error, of: producer) ?? error)
        }
    }

    /// What an error of a transaction or its record comes from: where the transaction failed, all in it only say that.
    private static func cause(_ error: KafkaError?, of producer: Producer) async -> KafkaError? {
        if let error, error.isOfRecord { return error }
        let reports = await producer.refusedRecords(within: .milliseconds(200))
        if let report = reports.values.first(where: \.isOfRecord) { return report }
        return await producer.transactionError() ?? error
    }

    /// Makes an offset part of the open transaction, which is aborted right behind it.
    ///
    /// - Returns: why that is refused; `nil` when it is not.
    mutating func refusal(of offset: PartitionOffset, group: String) async -> KafkaError? {
        do throws(KafkaError) {
            if self.producer == nil { try await self.open() }
            guard let producer = self.producer else { return nil }
            self.isOpen = true
            try await producer.sendOffsets(
                [offset],
                of: ConsumerGroupMetadata(memberless: group),
                timeout: self.limit.left(atMost: Self.recordLimit)
            )
        } catch {
            let cause = await self.producer?.transactionError() ?? error
            await self.abort()
            return cause
        }
        await self.abort()
        return nil
    }

    /// Aborts what is open; ``isOpen`` says whether that came to its end.
    mutating func finish() async {
        if self.producer != nil { await self.abort() }
        guard self.isOpen, let producer = try? Producer(self.settings, log: { _ in }) else { return }
        // Taking a transactional id makes the brokers abort what is open under it.
        if (try? await producer.initTransactions(timeout: Self.abortLimit)) != nil { self.isOpen = false }
    }

    /// Ends the open transaction; the next one gets a producer of its own, since librdkafka before 2.1 counts refused
    /// records in the sequence that brokers check.
    private mutating func abort() async {
        if (try? await self.producer?.abortTransaction(timeout: Self.abortLimit)) != nil { self.isOpen = false }
        self.producer = nil
    }
}

extension KafkaError {
    fileprivate static var unexplained: Self {
        Self(code: .fail, message: "refused without a reason", disposition: .permanent)
    }
}

/// A moment by which several questions to a cluster are to be answered together.
struct TimeLimit: Sendable {
    private let end: ContinuousClock.Instant

    /// The moment that is `duration` from now.
    init(_ duration: Duration) {
        self.end = .now + duration
    }

    /// Whether nothing more is to be asked.
    var isOver: Bool { ContinuousClock.now >= self.end }

    /// What is left for one question: at most `most`, and a millisecond where nothing is.
    func left(atMost most: Duration) -> Duration { max(.milliseconds(1), min(most, self.end - .now)) }
}
