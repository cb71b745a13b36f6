import CLibrdkafka

/// A member's identity and generation, which a transaction's offsets carry so that a broker can fence an old member.
@safe public final class ConsumerGroupMetadata: @unchecked Sendable {
    // @unchecked: an immutable object of librdkafka, read by one call and destroyed once.
    let pointer: OpaquePointer

    init(taking pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    /// Names a group that has no members, for offsets that somebody commits who reads by manual assignment.
    ///
    /// A broker takes them only while the group is empty, and fences nobody by them: whoever uses it needs another
    /// guard, such as a transactional id that all writers of the group share.
    public init(memberless group: String) {
        unsafe self.pointer = rd_kafka_consumer_group_metadata_new(group)
    }

    deinit {
        unsafe rd_kafka_consumer_group_metadata_destroy(self.pointer)
    }
}
