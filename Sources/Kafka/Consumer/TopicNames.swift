import CLibrdkafka
import Records
import Synchronization

/// Copies messages out of librdkafka's memory, making the string of a topic's name once and not for every record.
@safe final class TopicNames: @unchecked Sendable {
    // @unchecked: the dictionary is guarded by the mutex. The keys are addresses of librdkafka's topic objects, used as
    // identities only; librdkafka keeps such an object for as long as the client lives, once a partition was consumed.
    private let names = Mutex<[Int: String]>([:])

    /// Copies a message that is valid until its event is destroyed.
    func event(of message: UnsafePointer<rd_kafka_message_t>, _ context: ClientContext) -> ConsumerEvent {
        let code = unsafe message.pointee.err
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            return .failed(
                context.explained(
                    KafkaError(code, unsafe rd_kafka_message_errstr(message).map { unsafe String(cString: $0) })
                )
            )
        }
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let timestamp = unsafe rd_kafka_message_timestamp(message, &kind)
        let position = unsafe RecordPosition(
            topic: self.name(of: message.pointee.rkt),
            partition: message.pointee.partition,
            // One less than the type holds, so that there is an offset behind every record.
            offset: min(message.pointee.offset, .max - 1)
        )
        let isTimed = kind != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE && timestamp >= 0
        return .record(
            KafkaRecord(
                position: position,
                timestamp: isTimed ? UnixMilliseconds(timestamp) : nil,
                key: unsafe Self.bytes(message.pointee.key, message.pointee.key_len),
                value: unsafe Self.bytes(message.pointee.payload, message.pointee.len),
                headers: unsafe Self.headers(of: message)
            )
        )
    }

    private func name(of topic: OpaquePointer?) -> String {
        guard let topic = unsafe topic else { return "" }
        let identity = Int(bitPattern: topic)
        return self.names.withLock { names in
            if let known = names[identity] { return known }
            let name = unsafe String(cString: rd_kafka_topic_name(topic))
            names[identity] = name
            return name
        }
    }

    private static func bytes(_ start: UnsafeRawPointer?, _ count: Int) -> [UInt8]? {
        guard let start = unsafe start else { return nil }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    private static func headers(of message: UnsafePointer<rd_kafka_message_t>) -> RecordHeaders {
        var list: OpaquePointer?
        guard unsafe rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR,
            let list = unsafe list
        else { return RecordHeaders() }
        let count = unsafe rd_kafka_header_cnt(list)
        var headers = RecordHeaders()
        headers.reserveCapacity(count)
        for index in 0..<count {
            var name: UnsafePointer<CChar>?
            var value: UnsafeRawPointer?
            var size = 0
            guard unsafe rd_kafka_header_get_all(list, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR
            else { continue }
            headers.append(
                RecordHeader(
                    name: HeaderName(unsafe name.map { unsafe String(cString: $0) } ?? ""),
                    value: unsafe Self.bytes(value, size)
                )
            )
        }
        return headers
    }
}
