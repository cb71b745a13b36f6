import CustomerContract
import Kafka

/// What gets the results out, by the guarantee that is configured.
extension CommandWorker {
    /// The timeout for a topic's settings: without them everything is tried as it is.
    private static let limitsTimeout: Duration = .seconds(2)

    /// Asks the cluster for the dead-letter topic first, which decides where its partitions lie.
    ///
    /// - Returns: the publisher, and what it knows of topics, to be run beside it.
    func makePublisher(
        _ consumer: Consumer,
        log: @escaping KafkaLogSink
    ) async throws -> (any ResultPublisher, TopicLimits) {
        let settings = self.settings
        let admin = try Admin(self.kafka, log: log)
        let topics = TopicDirectory { () async throws(KafkaError) in try await admin.topics() }
        let deadLetterPartitions = await topics.partitionCount(of: settings.deadLetterTopic)
        var producer = ProducerSettings(client: self.kafka)
        let limits = TopicLimits(largestRecord: producer.largestRecord) { topic async throws(KafkaError) in
            try await admin.configuration(ofTopic: topic, timeout: Self.limitsTimeout)
        }
        let encoder = RecordEncoder(
            results: ResultEncoder(
                resultsTopic: settings.resultTopic,
                source: "customer-worker"
            ),
            replyTopics: self.replyTopics,
            deadLetters: DeadLetterEncoder(
                topic: settings.deadLetterTopic,
                group: settings.group,
                partitionCount: deadLetterPartitions.map { Int32(clamping: $0) }
            ),
            topics: topics,
            limits: limits,
            batchBytes: producer.batchBytes
        )
        switch settings.guarantee {
        case .exactlyOnce:
            producer.transactionalID = settings.transactionalID
            let publisher = TransactionalPublisher(
                consumer: consumer,
                encoder: encoder,
                tally: self.reductions,
                transactionTimeout: producer.transactionTimeout
            ) { [producer] () throws(KafkaError) in try Producer(producer, log: log) }
            return (publisher, limits)
        case .atLeastOnce:
            let publisher = AtLeastOncePublisher(consumer: consumer, encoder: encoder, tally: self.reductions) {
                [producer] () throws(KafkaError) in try Producer(producer, log: log)
            }
            return (publisher, limits)
        }
    }
}
