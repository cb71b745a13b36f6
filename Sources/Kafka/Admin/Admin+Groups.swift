import CLibrdkafka
import Records

extension Admin {
    /// How many members a consumer group has now; 0 for a group that the cluster does not know.
    ///
    /// - Throws: ``KafkaError``; of a cluster that cannot tell, or that does not let this user describe the group.
    package func memberCount(
        ofGroup group: String,
        timeout: Duration = .seconds(5)
    ) throws(KafkaError) -> Int {
        let options = unsafe try self.options(RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, timeout)
        defer { unsafe Self.destroy(options) }
        return unsafe try self.ask(
            { client, queue in
                unsafe group.withCString { name in
                    var names: [UnsafePointer<CChar>?] = unsafe [name]
                    unsafe rd_kafka_DescribeConsumerGroups(client, &names, 1, options, queue)
                }
            },
            within: timeout,
            reading: { event throws(KafkaError) in try unsafe Self.memberCount(in: event) }
        )
    }

    private static func memberCount(in event: OpaquePointer) throws(KafkaError) -> Int {
        var count = 0
        guard let result = unsafe rd_kafka_event_DescribeConsumerGroups_result(event),
            let groups = unsafe rd_kafka_DescribeConsumerGroups_result_groups(result, &count), count > 0,
            let group = unsafe groups[0]
        else { throw KafkaError(RD_KAFKA_RESP_ERR__BAD_MSG) }
        if let error = unsafe rd_kafka_ConsumerGroupDescription_error(group) {
            switch unsafe rd_kafka_error_code(error) {
            case RD_KAFKA_RESP_ERR_NO_ERROR: break
            // How newer brokers (KIP-1043) speak of a group that is not there.
            case RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND: return 0
            case let code: throw KafkaError(code, unsafe String(cString: rd_kafka_error_string(error)))
            }
        }
        return Int(unsafe rd_kafka_ConsumerGroupDescription_member_count(group))
    }
}
