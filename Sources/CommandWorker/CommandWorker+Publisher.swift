import CustomerContract
import Kafka

/// What gets the results out, by the guarantee that is wished.
extension CommandWorker {
    /// Asks the cluster for the dead-letter topic first, which decides where its partitions lie.
    func makePublisher(_ consumer: Consumer, log: @escaping KafkaLogSink) async throws -> any ResultPublisher {
        let settings = self.settings
        let admin = try Admin(settings.kafka, log: log)
        let topics = TopicDirectory { () async throws(KafkaError) in try await admin.topics() }
        let deadLetterPartitions = await topics.partitionCount(of: settings.deadLetterTopic)
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
            topics: topics
        )
        switch settings.guarantee {
        case .exactlyOnce:
            let producer = ProducerSettings(client: settings.kafka, transactionalID: settings.transactionalID)
            return TransactionalPublisher(
                consumer: consumer,
                encoder: encoder,
                transactionTimeout: producer.transactionTimeout
            ) { () throws(KafkaError) in try Producer(producer, log: log) }
        case .atLeastOnce:
            return AtLeastOncePublisher(consumer: consumer, encoder: encoder) { () throws(KafkaError) in
                try Producer(.init(client: settings.kafka), log: log)
            }
        }
    }
}
