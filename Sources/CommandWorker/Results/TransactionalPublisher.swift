import Kafka

/// `delivery.guarantee: exactly_once`: results, dead letters and offsets in one Kafka transaction (KIP-98, KIP-447).
///
/// After an error that leaves the outcome of a commit unknown, the producer is thrown away and a new one takes the same
/// transactional id. Taking it makes the broker finish or abort what the old one left open; then the group's committed offsets
/// tell which of the two it was, since every batch moves them.
actor TransactionalPublisher: ResultPublisher {
    private enum Step {
        case preparing
        case filling
        case committing
    }

    private let consumer: Consumer
    private let encoder: RecordEncoder
    private let makeProducer: @Sendable () throws(KafkaError) -> Producer
    private var producer: Producer?
    /// Only one at a time takes the transactional id: a second one would fence the first.
    private var opening: Task<Result<Producer, KafkaError>, Never>?
    private var dropsLargeValues = false
    private let transactionTimeout: Duration
    private let abortLimit: Duration
    private let clock: any Clock<Duration>

    /// - Parameters:
    ///   - transactionTimeout: after so long the brokers abort a transaction by themselves.
    ///   - abortLimit: how long an abort may take before the producer is thrown away instead: everybody's results wait meanwhile.
    init(
        consumer: Consumer,
        encoder: RecordEncoder,
        transactionTimeout: Duration,
        abortLimit: Duration = .seconds(5),
        clock: any Clock<Duration> = ContinuousClock(),
        makeProducer: @escaping @Sendable () throws(KafkaError) -> Producer
    ) {
        self.consumer = consumer
        self.encoder = encoder
        self.transactionTimeout = transactionTimeout
        self.abortLimit = abortLimit
        self.clock = clock
        self.makeProducer = makeProducer
    }

    /// Takes the transactional id now: what a killed process left open holds back the group's committed offsets, and with them
    /// everybody who reads its partitions next, until it is aborted.
    func prepare() async {
        _ = try? await self.currentProducer()
    }

    func publish(_ batch: CommitBatch, as member: ConsumerGroupMetadata) async -> PublishOutcome {
        var step = Step.preparing
        var begun = ContinuousClock.now
        do throws(KafkaError) {
            let producer = try await self.currentProducer()
            let records = await self.encoder.encode(batch.results, dropsLargeValues: self.dropsLargeValues).records
            step = .filling
            begun = .now
            try await producer.beginTransaction()
            try await producer.enqueue(records)
            if !batch.offsets.isEmpty {
                try await producer.sendOffsets(batch.offsets, of: member)
            }
            step = .committing
            try await producer.commitTransaction(attempts: 3)
            self.dropsLargeValues = false
            return .published
        } catch {
            return await self.recover(from: error, at: step, after: ContinuousClock.now - begun, batch)
        }
    }

    private func recover(
        from error: KafkaError,
        at step: Step,
        after elapsed: Duration,
        _ batch: CommitBatch
    ) async -> PublishOutcome {
        if error.isTooLarge { self.dropsLargeValues = true }
        // A transaction does not tell which record was refused, nor why.
        if step != .preparing { await self.encoder.topics.doubt() }
        switch (step, error.disposition) {
        case (_, _) where error.isFenced && elapsed < self.transactionTimeout:
            self.producer = nil
            return .fenced(error)
        case (.filling, _) where error.isFenced, (.committing, _) where error.isFenced:
            // A process that stood still for that long (a suspended machine, a stopped container) finds its transaction aborted
            // by the brokers, with the same error. Had another instance come meanwhile, that one's next transaction is what
            // stops it, or ours stops us.
            self.producer = nil
            return await self.settle(error, batch)
        case (.preparing, _):
            self.producer = nil
            return .failed(error, unpublished: nil)
        case (.filling, .fatal), (.committing, .fatal), (.committing, .retry), (.committing, .unknownOutcome),
            (.committing, .permanent):
            self.producer = nil
            guard step == .committing else { return .failed(error, unpublished: nil) }
            return await self.settle(error, batch)
        case (.filling, _), (.committing, .abortTransaction):
            await self.abort()
            return .failed(error, unpublished: nil)
        }
    }

    /// Aborts the open transaction, or leaves that to a new producer, whose start aborts it.
    private func abort() async {
        // librdkafka before 2.1 counts refused records in the sequence that brokers check, so that the same producer's next
        // transaction would fail too, and mends it by a bump of the epoch that older brokers do not know.
        if await self.producer?.hasRefusedRecords() ?? false {
            self.producer = nil
            return
        }
        do {
            try await self.producer?.abortTransaction(timeout: self.abortLimit)
        } catch {
            self.producer = nil
        }
    }

    /// Finds out whether a transaction was committed after all, however long the brokers take: until it is known, the same
    /// results must neither be published again nor be taken for published.
    ///
    /// Every batch changes what is committed for each of its partitions, so one that shows it shows all.
    private func settle(_ error: KafkaError, _ batch: CommitBatch) async -> PublishOutcome {
        while true {
            do throws(KafkaError) {
                _ = try await self.currentProducer()
                let committed = try await self.consumer.committed(batch.offsets.map(\.topicPartition))
                let wasCommitted = committed.contains { batch.offsets.contains($0) }
                return wasCommitted ? .published : .failed(error, unpublished: nil)
            } catch {
                self.producer = nil
                if error.isFenced { return .fenced(error) }
            }
            do {
                try await self.clock.sleep(for: .seconds(1))
            } catch {
                // The hard stop: whoever runs next reads the committed offsets.
                return .failed(
                    .init(name: "_STATE", code: -1, message: "stopped", disposition: .unknownOutcome),
                    unpublished: nil
                )
            }
        }
    }

    private func currentProducer() async throws(KafkaError) -> Producer {
        if let producer = self.producer { return producer }
        let opening = self.opening ?? Task { await self.open() }
        self.opening = opening
        return try await opening.value.get()
    }

    private func open() async -> Result<Producer, KafkaError> {
        defer { self.opening = nil }
        do throws(KafkaError) {
            let producer = try self.makeProducer()
            try await producer.initTransactions()
            await producer.lookUp(topics: self.encoder.topicsOfOurOwn)
            self.producer = producer
            return .success(producer)
        } catch {
            return .failure(error)
        }
    }
}
