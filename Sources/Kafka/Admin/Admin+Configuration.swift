import CLibrdkafka
import Records

extension Admin {
    /// The settings of a topic as the broker uses them, its defaults included, by Kafka's names.
    ///
    /// - Throws: ``KafkaError``; `TOPIC_AUTHORIZATION_FAILED` when the user may not describe the topic's settings.
    package func configuration(
        ofTopic topic: String,
        timeout: Duration = .seconds(10)
    ) throws(KafkaError) -> [String: String] {
        guard let resource = unsafe rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG)
        }
        defer { unsafe rd_kafka_ConfigResource_destroy(resource) }
        let options = unsafe try self.options(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout)
        defer { unsafe Self.destroy(options) }
        return unsafe try self.ask(
            { client, queue in
                var resources: [OpaquePointer?] = unsafe [resource]
                unsafe rd_kafka_DescribeConfigs(client, &resources, 1, options, queue)
            },
            within: timeout,
            reading: { event throws(KafkaError) in try unsafe Self.settings(in: event) }
        )
    }

    /// Options of a request that ends with its timeout; for ``destroy(_:)``.
    ///
    /// Without one it would live on for a minute behind an answer that nothing waits for any more.
    func options(_ request: rd_kafka_admin_op_t, _ timeout: Duration) throws(KafkaError) -> OpaquePointer? {
        let options = unsafe rd_kafka_AdminOptions_new(self.client.pointer, request)
        var text = [CChar](repeating: 0, count: 512)
        let count = text.count
        let milliseconds = timeout.wholeMilliseconds
        let code = unsafe rd_kafka_AdminOptions_set_request_timeout(options, milliseconds, &text, count)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            unsafe Self.destroy(options)
            throw KafkaError(code)
        }
        return unsafe options
    }

    static func destroy(_ options: OpaquePointer?) {
        if let options = unsafe options { unsafe rd_kafka_AdminOptions_destroy(options) }
    }

    private static func settings(in event: OpaquePointer) throws(KafkaError) -> [String: String] {
        var answerCount = 0
        guard let result = unsafe rd_kafka_event_DescribeConfigs_result(event),
            let answers = unsafe rd_kafka_DescribeConfigs_result_resources(result, &answerCount), answerCount > 0
        else { return [:] }
        let answer = unsafe answers[0]
        unsafe try Self.check(rd_kafka_ConfigResource_error(answer), rd_kafka_ConfigResource_error_string(answer))
        var entryCount = 0
        guard let entries = unsafe rd_kafka_ConfigResource_configs(answer, &entryCount) else { return [:] }
        var settings: [String: String] = [:]
        for index in 0..<entryCount {
            let entry = unsafe entries[index]
            // A value of null is that of a secret, or of a setting that has none.
            guard let name = unsafe rd_kafka_ConfigEntry_name(entry),
                let value = unsafe rd_kafka_ConfigEntry_value(entry)
            else { continue }
            settings[unsafe String(cString: name)] = unsafe String(cString: value)
        }
        return settings
    }
}
