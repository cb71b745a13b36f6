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

    /// How long an abort may take before the producer is thrown away instead: everybody's results wait meanwhile.
    private static let abortLimit = Duration.seconds(5)

    private let consumer: Consumer
    private let encoder: RecordEncoder
    private let makeProducer: @Sendable () throws(KafkaError) -> Producer
    private var producer: Producer?
    private var dropsLargeValues = false
    private let clock: any Clock<Duration>

    init(
        consumer: Consumer,
        encoder: RecordEncoder,
        clock: any Clock<Duration> = ContinuousClock(),
        makeProducer: @escaping @Sendable () throws(KafkaError) -> Producer
    ) {
        self.consumer = consumer
        self.encoder = encoder
        self.clock = clock
        self.makeProducer = makeProducer
    }

    func publish(_ batch: CommitBatch, as member: ConsumerGroupMetadata) async -> PublishOutcome {
        var step = Step.preparing
        do throws(KafkaError) {
            let producer = try await self.currentProducer()
            let records = await self.encoder.encode(batch.results, dropsLargeValues: self.dropsLargeValues).records
            step = .filling
            try await producer.beginTransaction()
            try await producer.enqueue(records)
            if !batch.offsets.isEmpty {
                try await producer.sendOffsets(batch.offsets, of: member)
            }
            step = .committing
            try await self.commit(producer)
            self.dropsLargeValues = false
            return .published
        } catch {
            return await self.recover(from: error, at: step, batch)
        }
    }

    /// Commits, again while librdkafka says that the same call may be repeated (rdkafka.h, `rd_kafka_commit_transaction`).
    private func commit(_ producer: Producer) async throws(KafkaError) {
        var attemptsLeft = 3
        while true {
            do {
                return try await producer.commitTransaction()
            } catch  where error.disposition == .retry && attemptsLeft > 1 {
                attemptsLeft -= 1
            }
        }
    }

    private func recover(from error: KafkaError, at step: Step, _ batch: CommitBatch) async -> PublishOutcome {
        if error.isTooLarge { self.dropsLargeValues = true }
        switch (step, error.disposition) {
        case (_, _) where error.isFenced:
            self.producer = nil
            return .fenced(error)
        case (.preparing, _):
            self.producer = nil
            return .failed(error, unpublished: nil)
        case (.filling, .fatal), (.committing, .fatal), (.committing, .retry), (.committing, .unknownOutcome),
            (.committing, .permanent):
            self.producer = nil
            guard step == .committing else { return .failed(error, unpublished: nil) }
            return await self.settle(error, batch)
        case (.filling, _):
            await self.abort()
            return .failed(error, unpublished: nil)
        case (.committing, .abortTransaction):
            // A record was refused. librdkafka before 2.1 counts what was refused in the sequence that brokers check, so that
            // the same producer's next transaction would fail too, and mends it by a bump of the epoch that older brokers do
            // not know; a new producer begins a new sequence, and aborts this transaction.
            self.producer = nil
            return .failed(error, unpublished: nil)
        }
    }

    private func abort() async {
        do {
            try await self.producer?.abortTransaction(timeout: Self.abortLimit)
        } catch {
            // The next producer's start aborts it.
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
        let producer = try self.makeProducer()
        try await producer.initTransactions()
        self.producer = producer
        return producer
    }
}
