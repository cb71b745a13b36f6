import Kafka

/// `delivery.guarantee: at_least_once`: an idempotent producer, and offsets committed once every result is acknowledged.
///
/// A crash between the two sends results again, with the same `ce_id`.
actor AtLeastOncePublisher: ResultPublisher {
    private let consumer: Consumer
    private let encoder: RecordEncoder
    private let makeProducer: @Sendable () throws(KafkaError) -> Producer
    private var producer: Producer?
    private var dropsLargeValues = false

    init(
        consumer: Consumer,
        encoder: RecordEncoder,
        makeProducer: @escaping @Sendable () throws(KafkaError) -> Producer
    ) {
        self.consumer = consumer
        self.encoder = encoder
        self.makeProducer = makeProducer
    }

    /// Connects, so that the first batch need not wait for it.
    func prepare() async {
        _ = try? await self.currentProducer()
    }

    func publish(_ batch: CommitBatch, as member: ConsumerGroupMetadata) async -> PublishOutcome {
        let (records, owners) = await self.encoder.encode(batch.results, dropsLargeValues: self.dropsLargeValues)
        do {
            let producer = try await self.currentProducer()
            let failures = records.isEmpty ? [:] : try await producer.send(records)
            self.dropsLargeValues = false
            if let error = failures.values.first {
                await self.encoder.topics.doubt()
                if failures.values.contains(where: \.isTooLarge) { self.dropsLargeValues = true }
                if failures.values.contains(where: { $0.disposition == .fatal }) { self.producer = nil }
                return .failed(error, unpublished: Set(failures.keys.map { owners[$0] }))
            }
        } catch {
            // This instance is of no more use. What it had not acknowledged may stand in the log all the same.
            self.producer = nil
            return .failed(error, unpublished: nil)
        }
        guard !batch.offsets.isEmpty else { return .published }
        do {
            try await self.consumer.commit(batch.offsets)
            return .published
        } catch {
            return .notCommitted(error)
        }
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
