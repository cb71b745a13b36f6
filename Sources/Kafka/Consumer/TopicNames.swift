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
        let parts = unsafe MessageParts(message)
        return .record(
            KafkaRecord(
                position: position,
                timestamp: isTimed ? UnixMilliseconds(timestamp) : nil,
                keyBytes: parts.key,
                valueBytes: parts.value,
                headers: parts.headers
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
}

/// Key, value and headers of a message, copied into one piece of memory.
private struct MessageParts {
    private(set) var key: ArraySlice<UInt8>?
    private(set) var value: ArraySlice<UInt8>?
    private(set) var headers = RecordHeaders()

    init(_ message: UnsafePointer<rd_kafka_message_t>) {
        let key = unsafe Source(message.pointee.key, message.pointee.key_len)
        let value = unsafe Source(message.pointee.payload, message.pointee.len)
        var list: OpaquePointer?
        if unsafe rd_kafka_message_headers(message, &list) != RD_KAFKA_RESP_ERR_NO_ERROR { unsafe list = nil }
        let count = unsafe list.map { unsafe rd_kafka_header_cnt($0) } ?? 0
        var size = unsafe key.count + value.count
        for index in 0..<count { unsafe size += Source.header(index, of: list).value.count }
        let memory = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            unsafe key.append(to: buffer, &filled)
            unsafe value.append(to: buffer, &filled)
            for index in 0..<count {
                unsafe Source.header(index, of: list).value.append(to: buffer, &filled)
            }
        }
        var place = 0
        self.key = unsafe key.part(of: memory, &place)
        self.value = unsafe value.part(of: memory, &place)
        self.headers.reserveCapacity(count)
        for index in 0..<count {
            let header = unsafe Source.header(index, of: list)
            let name = HeaderName(unsafe header.name.map { unsafe String(cString: $0) } ?? "")
            self.headers.append(RecordHeader(name: name, bytes: unsafe header.value.part(of: memory, &place)))
        }
    }

    /// A part in librdkafka's memory; of no bytes for null too, which is told apart by the pointer.
    @unsafe private struct Source {
        private let start: UnsafeRawPointer?
        let count: Int

        init(_ start: UnsafeRawPointer?, _ count: Int) {
            unsafe self.start = start
            unsafe self.count = start == nil ? 0 : count
        }

        static func header(_ index: Int, of list: OpaquePointer?) -> (name: UnsafePointer<CChar>?, value: Source) {
            var name: UnsafePointer<CChar>?
            var value: UnsafeRawPointer?
            var size = 0
            guard unsafe rd_kafka_header_get_all(list, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR
            else { return unsafe (nil, Source(nil, 0)) }
            return unsafe (name, Source(value, size))
        }

        func append(to buffer: UnsafeMutableBufferPointer<UInt8>, _ filled: inout Int) {
            guard let start = unsafe self.start, let target = buffer.baseAddress else { return }
            unsafe UnsafeMutableRawPointer(target + filled).copyMemory(from: start, byteCount: self.count)
            unsafe filled += self.count
        }

        /// The copy, which is the next part; nil for null.
        func part(of memory: [UInt8], _ place: inout Int) -> ArraySlice<UInt8>? {
            guard unsafe self.start != nil else { return nil }
            defer { unsafe place += self.count }
            return unsafe memory[place..<place + self.count]
        }
    }
}
