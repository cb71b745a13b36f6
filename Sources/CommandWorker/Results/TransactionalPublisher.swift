import Kafka
import Records

/// `delivery.guarantee: exactly_once`: results, dead letters and offsets in one Kafka transaction (KIP-98, KIP-447).
///
/// What a broker refuses permanently is found in transactions that are aborted, written in a smaller form, and
/// committed with everything else in one transaction, so that no offset is committed before a result that it covers,
/// and no result without its offset.
///
/// After an error that leaves the outcome of a commit unknown, the producer is thrown away and a new one takes the same
/// transactional id. Taking it makes the broker finish or abort what the old one left open; then the group's committed
/// offsets tell which of the two it was, since every batch moves them.
actor TransactionalPublisher: ResultPublisher {
    private enum Step {
        case preparing
        case filling
        case committing
    }

    /// What came of one transaction.
    private enum Trial {
        case ended(PublishOutcome)
        /// It is aborted, and these records were refused.
        case refused([Int: KafkaError])
        /// It failed, at a step, for a reason that concerns no record.
        case failed(KafkaError, at: Step)
    }

    private let consumer: Consumer
    private let encoder: RecordEncoder
    private let tally: ReductionTally
    private let makeProducer: @Sendable () throws(KafkaError) -> Producer
    private var producer: Producer?
    /// Only one at a time takes the transactional id: a second one would fence the first.
    private var opening: Task<Result<Producer, KafkaError>, Never>?
    private var replies: SuspendedTopics
    /// The group's coordinator did not answer a transaction: before the next one it must have answered something else,
    /// since what waits for it in vain occupies a producer.
    private var isGroupSilent = false
    private let transactionTimeout: Duration
    private let abortLimit: Duration
    private let offsetsLimit: Duration
    private let clock: any Clock<Duration>

    /// - Parameters:
    ///   - transactionTimeout: the age at which the brokers abort a transaction by themselves.
    ///   - abortLimit: how long an abort may take before the producer is thrown away instead: all results wait
    ///     meanwhile.
    ///   - offsetsLimit: how long the group's coordinator may take for a transaction's offsets. librdkafka asks again
    ///     for as long when it refuses those of a partition that is gone, and all results wait meanwhile.
    init(
        consumer: Consumer,
        encoder: RecordEncoder,
        tally: ReductionTally = ReductionTally(),
        replies: SuspendedTopics = SuspendedTopics(),
        transactionTimeout: Duration,
        abortLimit: Duration = .seconds(5),
        offsetsLimit: Duration = .seconds(10),
        clock: any Clock<Duration> = ContinuousClock(),
        makeProducer: @escaping @Sendable () throws(KafkaError) -> Producer
    ) {
        self.consumer = consumer
        self.encoder = encoder
        self.tally = tally
        self.replies = replies
        self.transactionTimeout = transactionTimeout
        self.abortLimit = abortLimit
        self.offsetsLimit = offsetsLimit
        self.clock = clock
        self.makeProducer = makeProducer
    }

    /// Takes the transactional id now: what a killed process left open holds back the group's committed offsets, and
    /// with them the next reader of its partitions, until it is aborted.
    func prepare() async {
        await self.encoder.limits.learn(self.encoder.topicsOfOurOwn)
        _ = try? await self.currentProducer()
    }

    func publish(_ batch: CommitBatch, as member: ConsumerGroupMetadata) async -> PublishOutcome {
        if let error = await self.encoder.missingLetterTopic(of: batch.results) {
            return .failed(error, unpublished: nil)
        }
        var forms = BatchForms()
        while true {
            let encoded = await self.encoder.encode(batch.results, forms, replies: self.replies)
            let begun = ContinuousClock.now
            switch await self.attempt(encoded, batch, member) {
            case .ended(.published):
                self.tally.add(encoded)
                self.replies.succeeded(encoded.replyTopics)
                for topic in forms.blamed { self.replies.suspend(topic, forms.refusal(of: topic) ?? "refused") }
                return .published
            case .ended(let outcome):
                return outcome
            case .refused(let refused):
                await self.abort()
                let isExplained = await self.encoder.isExplained(refused, of: encoded)
                if isExplained, forms.mayTryAgain() { break }
                if let error = forms.learn(refused, of: encoded, &self.replies) {
                    return .failed(error, unpublished: nil)
                }
            case .failed(let error, let step) where step == .filling && error.produceVerdict == .topic:
                await self.encoder.topics.doubt()
                await self.abort()
                if let error = forms.learn(topicError: error, of: encoded) { return .failed(error, unpublished: nil) }
            case .failed(let error, let step):
                return await self.recover(from: error, at: step, after: ContinuousClock.now - begun, batch)
            }
            // The hard stop: whoever runs next begins with what is committed.
            if Task.isCancelled { return .failed(.stopped, unpublished: nil) }
        }
    }

    private func attempt(
        _ encoded: EncodedBatch,
        _ batch: CommitBatch,
        _ member: ConsumerGroupMetadata
    ) async -> Trial {
        var step = Step.preparing
        do throws(KafkaError) {
            if self.isGroupSilent, !batch.offsets.isEmpty {
                let partitions = batch.offsets.map(\.topicPartition)
                _ = try await self.consumer.committed(partitions, timeout: min(self.offsetsLimit, .seconds(10)))
                self.isGroupSilent = false
            }
            let producer = try await self.currentProducer()
            step = .filling
            try await producer.beginTransaction()
            let filled = try await producer.enqueue(encoded.records, plan: encoded.plan)
            if let end = await self.trial(filled.refused(after: encoded.plan.limit), producer) { return end }
            if !batch.offsets.isEmpty { try await self.send(batch.offsets, of: member, producer) }
            let settled = try await producer.settle(encoded.plan)
            if let end = await self.trial(settled.refused(after: encoded.plan.limit), producer) { return end }
            step = .committing
            try await producer.commitTransaction(attempts: 3)
            return .ended(.published)
        } catch {
            // A transaction does not tell which record was refused, nor why: the delivery report does.
            guard step == .filling || step == .committing && error.disposition == .abortTransaction,
                error.disposition != .fatal, !error.isFenced
            else { return .failed(error, at: step) }
            // What sends offsets then says only that the transaction has failed before.
            let cause = await self.producer?.transactionError() ?? error
            let limit: Duration = cause.produceVerdict == .topic ? .zero : .milliseconds(200)
            let refused = await self.producer?.refusedRecords(within: limit).filter { $0.value.isOfRecord } ?? [:]
            return refused.isEmpty ? .failed(cause, at: step) : .refused(refused)
        }
    }

    private func send(
        _ offsets: [PartitionOffset],
        of member: ConsumerGroupMetadata,
        _ producer: Producer
    ) async throws(KafkaError) {
        do throws(KafkaError) {
            try await producer.sendOffsets(offsets, of: member, timeout: self.offsetsLimit)
        } catch {
            if error.code == .timedOut { self.isGroupSilent = true }
            throw error
        }
    }

    /// What refused records make of a transaction; `nil` when there are none.
    private func trial(_ refused: [Int: KafkaError]?, _ producer: Producer) async -> Trial? {
        guard let refused, let first = refused.values.first else { return nil }
        let own = refused.filter { $0.value.isOfRecord }
        if !own.isEmpty { return .refused(own) }
        // All were given up because the transaction failed, as for a topic that it could not add.
        return .failed(await producer.transactionError() ?? first, at: .filling)
    }

    private func recover(
        from error: KafkaError,
        at step: Step,
        after elapsed: Duration,
        _ batch: CommitBatch
    ) async -> PublishOutcome {
        if step != .preparing { await self.encoder.topics.doubt() }
        switch (step, error.disposition) {
        case (_, _) where error.isFenced && elapsed < self.transactionTimeout:
            self.producer = nil
            return .fenced(error)
        case (.filling, _) where error.isFenced, (.committing, _) where error.isFenced:
            // A process that did not run for that long (a suspended machine, a stopped container) finds its transaction
            // aborted by the brokers, with the same error. Had another instance come meanwhile, that one's next
            // transaction is what stops it, or ours stops us.
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
        // librdkafka before 2.1 counts refused records in the sequence that brokers check, so that the same producer's
        // next transaction would fail too, and repairs it by a bump of the epoch that older brokers do not know.
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

    /// Finds out whether a transaction was committed after all, however long the brokers take: until it is known, the
    /// same results must neither be published again nor be taken for published.
    ///
    /// Every batch changes what is committed for each of its partitions, so one that shows it shows all.
    /// A batch of results from a log that is gone may change nothing: in doubt it goes out again, with the same ids.
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
                return .failed(.stopped, unpublished: nil)
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

extension KafkaError {
    fileprivate static var stopped: Self {
        Self(code: .state, message: "stopped", disposition: .unknownOutcome)
    }
}

extension EnqueueEnd {
    /// What was refused, or taken for refused since it is late; `nil` when everything may continue.
    fileprivate func refused(after limit: Duration) -> [Int: KafkaError]? {
        switch self {
        case .complete: nil
        case .refused(let refused): refused
        case .late(let late):
            Dictionary(
                uniqueKeysWithValues: late.map { index in
                    let text = "not acknowledged within \(limit), while all other records are"
                    return (index, KafkaError(code: .timedOut, message: text, disposition: .retry))
                }
            )
        }
    }
}
