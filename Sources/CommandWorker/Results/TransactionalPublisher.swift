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
        /// It waits for a topic that the cluster says is not there.
        case waits(KafkaError)
    }

    private let consumer: Consumer
    private let encoder: RecordEncoder
    private let tally: ReductionTally
    private let producer: TransactionalProducer
    private var replies: SuspendedTopics
    /// The group's coordinator did not answer a transaction: before the next one it must have answered something else,
    /// since what waits for it in vain occupies a producer.
    private var isGroupSilent = false
    private let transactionTimeout: Duration
    private let offsetsLimit: Duration
    private let clock: any Clock<Duration>

    /// How often a stalled transaction is looked at before its commit waits for it: even with the shortest limit of a
    /// plan that takes longer than ``TopicDirectory/refreshInterval``.
    private static let stalledTurns = 4

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
        self.offsetsLimit = offsetsLimit
        self.clock = clock
        self.producer = TransactionalProducer(
            topics: encoder.topicsOfOurOwn,
            abortLimit: abortLimit,
            make: makeProducer
        )
    }

    /// Takes the transactional id now: what a killed process left open holds back the group's committed offsets, and
    /// with them the next reader of its partitions, until it is aborted.
    func prepare() async -> KafkaError? {
        await self.encoder.limits.learn(self.encoder.topicsOfOurOwn)
        do throws(KafkaError) {
            _ = try await self.producer.current()
            return nil
        } catch {
            return error
        }
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
                await self.producer.abort()
                let isExplained = await self.encoder.isExplained(refused, of: encoded)
                if isExplained, forms.mayTryAgain() { break }
                if let error = forms.learn(refused, of: encoded, &self.replies) {
                    return .failed(error, unpublished: nil)
                }
            case .waits(let error):
                await self.producer.abort()
                if let error = forms.learn(topicError: error, of: encoded) { return .failed(error, unpublished: nil) }
            case .failed(let error, let step) where step == .filling && error.produceVerdict == .topic:
                await self.encoder.topics.doubt()
                await self.producer.abort()
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
        var current: Producer?
        do throws(KafkaError) {
            if self.isGroupSilent, !batch.offsets.isEmpty {
                let partitions = batch.offsets.map(\.topicPartition)
                _ = try await self.consumer.committed(partitions, timeout: min(self.offsetsLimit, .seconds(10)))
                self.isGroupSilent = false
            }
            let producer = try await self.producer.current()
            current = producer
            step = .filling
            try await producer.beginTransaction()
            let filled = try await producer.enqueue(encoded.records, plan: encoded.plan)
            if let end = await self.trial(filled.refused(after: encoded.plan.limit), producer) { return end }
            if !batch.offsets.isEmpty { try await self.send(batch.offsets, of: member, producer) }
            for _ in 0..<Self.stalledTurns where !Task.isCancelled {
                let settled = try await producer.settle(encoded.plan)
                if let end = await self.trial(settled.refused(after: encoded.plan.limit), producer) { return end }
                guard case .stalled(let late) = settled else { break }
                if let error = await self.encoder.missingTopic(of: late, encoded) { return .waits(error) }
            }
            step = .committing
            try await producer.commitTransaction(attempts: 3)
            return .ended(.published)
        } catch {
            // A transaction does not tell which record was refused, nor why: the delivery report does.
            guard let current, step == .filling || error.disposition == .abortTransaction,
                error.disposition != .fatal, !error.isFenced
            else { return .failed(error, at: step) }
            // What sends offsets then says only that the transaction has failed before.
            let cause = await current.transactionError() ?? error
            let limit: Duration = cause.produceVerdict == .topic ? .zero : .milliseconds(200)
            let refused = await current.refusedRecords(within: limit).filter { $0.value.isOfRecord }
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
        let isTakenOver = error.isFenced && elapsed < self.transactionTimeout
        if isTakenOver || step == .preparing {
            await self.producer.discard()
            return isTakenOver ? .fenced(error) : .failed(error, unpublished: nil)
        }
        switch await self.producer.end(after: error, isCommitting: step == .committing) {
        case .fenced where error.isFenced, .unknown:
            // A process that did not run for longer than a transaction may last (a suspended machine, a stopped
            // container) finds its own aborted by the brokers, with the error of one that is fenced. Had another
            // instance come meanwhile, that one's next transaction is what stops it, or ours stops us.
            return await self.settle(error, batch)
        case .aborted, .fenced, .leftOpen:
            return .failed(error, unpublished: nil)
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
                _ = try await self.producer.current()
                let committed = try await self.consumer.committed(batch.offsets.map(\.topicPartition))
                let wasCommitted = committed.contains { batch.offsets.contains($0) }
                return wasCommitted ? .published : .failed(error, unpublished: nil)
            } catch {
                await self.producer.discard()
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
        // Where others wait too, the commit waits for all.
        case .complete, .stalled: nil
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
