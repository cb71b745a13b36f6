import CustomerContract
import Kafka

/// `delivery.guarantee: at_least_once`: an idempotent producer, and offsets committed once every result is
/// acknowledged.
///
/// Only what was not acknowledged is sent again; what is refused permanently, in a smaller form. A crash between the
/// results and the offsets sends results again, with the same `ce_id`.
actor AtLeastOncePublisher: ResultPublisher {
    private let consumer: Consumer
    private let encoder: RecordEncoder
    private let tally: ReductionTally
    private let makeProducer: @Sendable () throws(KafkaError) -> Producer
    private var producer: Producer?
    private var replies: SuspendedTopics

    init(
        consumer: Consumer,
        encoder: RecordEncoder,
        tally: ReductionTally = ReductionTally(),
        replies: SuspendedTopics = SuspendedTopics(),
        makeProducer: @escaping @Sendable () throws(KafkaError) -> Producer
    ) {
        self.consumer = consumer
        self.encoder = encoder
        self.tally = tally
        self.replies = replies
        self.makeProducer = makeProducer
    }

    /// Connects, so that the first batch need not wait for it.
    func prepare() async -> KafkaError? {
        await self.encoder.limits.learn(self.encoder.topicsOfOurOwn)
        do throws(KafkaError) {
            _ = try await self.currentProducer()
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
        var acknowledged: Set<RecordReference> = []
        while true {
            let encoded = await self.encoder.encode(
                batch.results,
                forms,
                replies: self.replies,
                without: acknowledged
            )
            let failures: [Int: KafkaError]
            do {
                let producer = try await self.currentProducer()
                failures = encoded.records.isEmpty ? [:] : try await producer.send(encoded.records, plan: encoded.plan)
            } catch {
                // This instance is of no more use. What it had not acknowledged may be in the log all the same.
                self.producer = nil
                return .failed(error, unpublished: Self.owners(batch, without: acknowledged))
            }
            self.tally.add(encoded.acknowledged(without: failures))
            if failures.isEmpty {
                self.replies.succeeded(encoded.replyTopics)
                return await self.commit(batch, as: member)
            }
            // Of no more use, or told to give up what may still be on its way.
            if failures.values.contains(where: { $0.disposition == .fatal || $0.code == .timedOut }) {
                self.producer = nil
            }
            for (index, reference) in encoded.references.enumerated() where failures[index] == nil {
                acknowledged.insert(reference)
            }
            if await self.encoder.isExplained(failures, of: encoded), forms.mayTryAgain() { continue }
            if let error = forms.learn(failures, of: encoded, &self.replies) {
                return .failed(error, unpublished: Set(failures.keys.map { encoded.references[$0].owner }))
            }
        }
    }

    private func commit(_ batch: CommitBatch, as member: ConsumerGroupMetadata) async -> PublishOutcome {
        guard !batch.offsets.isEmpty else { return .published }
        do {
            try await self.consumer.commit(batch.offsets, as: member)
            return .published
        } catch {
            return .notCommitted(error)
        }
    }

    /// The results of a batch that are not out, by index; `nil` for all of them.
    private static func owners(_ batch: CommitBatch, without acknowledged: Set<RecordReference>) -> Set<Int>? {
        if acknowledged.isEmpty { return nil }
        var owners: Set<Int> = []
        for (owner, result) in batch.results.enumerated() {
            var references = [RecordReference(owner: owner, isLetter: false)]
            if case .failed = result.outcome { references.append(RecordReference(owner: owner, isLetter: true)) }
            if !acknowledged.isSuperset(of: references) { owners.insert(owner) }
        }
        return owners
    }

    private func currentProducer() async throws(KafkaError) -> Producer {
        if let producer = self.producer { return producer }
        let producer = try self.makeProducer()
        // Before anything is awaited: a second caller is given the same one.
        self.producer = producer
        await producer.lookUp(topics: self.encoder.topicsOfOurOwn)
        return producer
    }
}

extension EncodedBatch {
    /// The forms of what was acknowledged of a batch.
    fileprivate func acknowledged(without failures: [Int: KafkaError]) -> Self {
        var batch = self
        if !failures.isEmpty { batch.droppedLetters = 0 }
        for index in failures.keys {
            let reference = self.references[index]
            if reference.isLetter {
                batch.letterForms[reference.owner] = nil
            } else {
                batch.resultForms[reference.owner] = nil
            }
        }
        return batch
    }
}
