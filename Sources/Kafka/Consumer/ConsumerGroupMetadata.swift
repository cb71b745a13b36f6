import CLibrdkafka

/// A member's identity and generation, which a transaction's offsets carry so that a broker can fence an old member.
@safe package final class ConsumerGroupMetadata: @unchecked Sendable {
    // @unchecked: an immutable object of librdkafka, read by one call and destroyed once.
    let pointer: OpaquePointer

    init(taking pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    /// Names a group that has no members, for offsets that a reader by manual assignment commits.
    ///
    /// A broker takes them only while the group is empty, and fences no writer by them: a user needs another guard,
    /// such as a transactional id that all writers of the group share.
    package init(memberless group: String) {
        unsafe self.pointer = rd_kafka_consumer_group_metadata_new(group)
    }

    /// Whether both name the same member of the same generation.
    func isSame(as other: ConsumerGroupMetadata) -> Bool {
        guard let own = self.bytes else { return false }
        return own == other.bytes
    }

    /// A private form of librdkafka, which depends on nothing but what it names; `nil` when there is no memory for it.
    private var bytes: [UInt8]? {
        var buffer: UnsafeMutableRawPointer?
        var size = 0
        if let error = unsafe rd_kafka_consumer_group_metadata_write(self.pointer, &buffer, &size) {
            unsafe rd_kafka_error_destroy(error)
            return nil
        }
        guard let buffer = unsafe buffer else { return nil }
        defer { unsafe rd_kafka_mem_free(nil, buffer) }
        return unsafe Array(UnsafeRawBufferPointer(start: buffer, count: size))
    }

    deinit {
        unsafe rd_kafka_consumer_group_metadata_destroy(self.pointer)
    }
}
