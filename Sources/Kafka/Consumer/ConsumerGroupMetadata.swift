import CLibrdkafka

/// A member's identity and generation, which a transaction's offsets carry so that a broker can fence an old member.
@safe public final class ConsumerGroupMetadata: @unchecked Sendable {
    // @unchecked: an immutable object of librdkafka, read by one call and destroyed once.
    let pointer: OpaquePointer

    init(taking pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe rd_kafka_consumer_group_metadata_destroy(self.pointer)
    }
}
