import CLibrdkafka
import Glibc
import Records

/// Owns a list of partitions with offsets, as librdkafka passes it around.
@safe struct TopicPartitionListHandle: ~Copyable {
    /// librdkafka's mark for «no offset» (rdkafka.h, `RD_KAFKA_OFFSET_INVALID`): the group's reset policy applies.
    private static let noOffset: Int64 = -1001

    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    /// Takes over a list that librdkafka gave up.
    init(taking pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) {
        unsafe self.pointer = pointer
    }

    init(_ partitions: some Collection<TopicPartition>) {
        self.init(partitions.map { PartitionOffset($0, offset: nil) })
    }

    init(_ offsets: some Collection<PartitionOffset>) {
        unsafe self.pointer = rd_kafka_topic_partition_list_new(Int32(clamping: offsets.count))
        for entry in offsets {
            let element = unsafe rd_kafka_topic_partition_list_add(
                self.pointer,
                entry.topicPartition.topic,
                entry.topicPartition.partition
            )
            guard let element = unsafe element else { continue }
            unsafe element.pointee.offset = entry.offset ?? Self.noOffset
            if !entry.metadata.isEmpty, let copy = unsafe malloc(entry.metadata.count) {
                // Freed with free(3) by rd_kafka_topic_partition_list_destroy().
                unsafe copy.copyMemory(from: entry.metadata, byteCount: entry.metadata.count)
                unsafe element.pointee.metadata = copy
                unsafe element.pointee.metadata_size = entry.metadata.count
            }
        }
    }

    deinit {
        unsafe rd_kafka_topic_partition_list_destroy(self.pointer)
    }

    /// Copies the list out.
    var offsets: [PartitionOffset] { unsafe Self.offsets(of: self.pointer) }

    /// The first error that a call left on an element.
    var firstError: KafkaError? {
        for index in 0..<Int(unsafe self.pointer.pointee.cnt) {
            let code = unsafe self.pointer.pointee.elems[index].err
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { return KafkaError(code) }
        }
        return nil
    }

    /// Copies a list that another owner frees.
    static func offsets(of list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> [PartitionOffset] {
        (0..<Int(unsafe list.pointee.cnt)).map { index in
            let element = unsafe list.pointee.elems[index]
            let metadata: [UInt8] =
                if let bytes = unsafe element.metadata, unsafe element.metadata_size > 0 {
                    unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: element.metadata_size))
                } else {
                    []
                }
            return unsafe PartitionOffset(
                TopicPartition(topic: String(cString: element.topic), partition: element.partition),
                offset: element.offset >= 0 ? element.offset : nil,
                metadata: metadata
            )
        }
    }

    /// Copies only the partitions of a list that another owner frees.
    static func partitions(of list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> [TopicPartition] {
        unsafe Self.offsets(of: list).map(\.topicPartition)
    }
}
