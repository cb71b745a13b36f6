import CLibrdkafka

extension Producer {
    /// Learns where the topics' partitions lie, so that the first records for them go out at once.
    ///
    /// A record for a topic that the client has not heard of waits until librdkafka next looks at its topics, which it
    /// does once a second. What cannot be learnt here, for want of a broker or of the topic, is looked for again when a
    /// record comes.
    ///
    /// - Parameter timeout: for each topic.
    package func lookUp(topics: [String], timeout: Duration = .seconds(2)) {
        for topic in topics {
            guard let handle = unsafe rd_kafka_topic_new(self.client.pointer, topic, nil) else { continue }
            defer { unsafe rd_kafka_topic_destroy(handle) }
            var metadata: UnsafePointer<rd_kafka_metadata>?
            let code = unsafe rd_kafka_metadata(self.client.pointer, 0, handle, &metadata, timeout.wholeMilliseconds)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { unsafe rd_kafka_metadata_destroy(metadata) }
        }
    }
}
