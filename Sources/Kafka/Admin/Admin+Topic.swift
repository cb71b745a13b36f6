import CLibrdkafka
import Records

extension Admin {
    /// Asks for one topic by its name: a topic that this user may not see is missing from the list of all, and only
    /// here does the broker say why.
    ///
    /// As a consumer, whose question creates no topic (CONFIGURATION.md, `allow.auto.create.topics`).
    ///
    /// - Returns: the topic; `nil` when there is none.
    /// - Throws: ``KafkaError``, `TOPIC_AUTHORIZATION_FAILED` with the topic among others.
    package func topic(named name: String, timeout: Duration = .seconds(10)) throws(KafkaError) -> TopicDescription? {
        let reader = unsafe try ClientHandle(
            RD_KAFKA_CONSUMER,
            context: ClientContext(log: self.log),
            properties: ConsumerSettings(client: self.properties, group: "customer-worker-topics").properties(),
            register: { unsafe ClientContext.register($0) }
        )
        guard let topic = unsafe rd_kafka_topic_new(reader.pointer, name, nil) else {
            throw KafkaError(rd_kafka_last_error())
        }
        defer { unsafe rd_kafka_topic_destroy(topic) }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        try reader.check(unsafe rd_kafka_metadata(reader.pointer, 0, topic, &metadata, timeout.wholeMilliseconds))
        guard let metadata = unsafe metadata else { return nil }
        defer { unsafe rd_kafka_metadata_destroy(metadata) }
        guard unsafe metadata.pointee.topic_cnt > 0 else { return nil }
        let found = unsafe metadata.pointee.topics[0]
        let error = KafkaError(unsafe found.err).of(topic: name)
        if error.isNotPermitted { throw error }
        return unsafe found.err == RD_KAFKA_RESP_ERR_NO_ERROR ? TopicDescription(found) : nil
    }
}
