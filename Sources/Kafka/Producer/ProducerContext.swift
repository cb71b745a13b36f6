import CLibrdkafka
import Records
import Synchronization

/// What a producer's callbacks point to: the failures of the batch that is being sent.
///
/// A transactional producer must use the delivery-report callback and not the event, or a commit cannot flush
/// (rdkafka.h, `rd_kafka_commit_transaction`), so both kinds of producers do. Successes are reported too, wanted or
/// not: nothing else ends the wait of `rd_kafka_flush`, and with it that of a commit, before its slice of 10 ms is over
/// (librdkafka 2.0.2, rdkafka.c).
final class ProducerContext: ClientContext, @unchecked Sendable {
    /// Failures by the index of the record in its batch.
    private let failures = Mutex<[Int: KafkaError]>([:])

    var hasFailures: Bool { self.failures.withLock { !$0.isEmpty } }

    /// What is added to the index of a record whose acknowledgement is watched: reports of all others cost nothing.
    static let watchedMark = 1 << 62
    private let watched = Mutex<Set<Int>>([])

    /// Watched records that are not acknowledged, by index.
    var unacknowledged: Set<Int> { self.watched.withLock { $0 } }

    func watch(_ indices: [Int]) { self.watched.withLock { $0 = Set(indices) } }

    private let reportsPositions: Bool
    /// The positions of records, by the same index; stays empty unless ``ProducerSettings/reportsPositions``.
    private let positions = Mutex<[Int: PartitionOffset]>([:])

    init(log: @escaping KafkaLogSink, reportsPositions: Bool) {
        self.reportsPositions = reportsPositions
        super.init(log: log)
    }

    func takePositions() -> [Int: PartitionOffset] {
        self.positions.withLock { positions in
            defer { positions = [:] }
            return positions
        }
    }

    /// Failures so far, by index.
    var failed: [Int: KafkaError] { self.failures.withLock { $0 } }

    func takeFailures() -> [Int: KafkaError] {
        self.failures.withLock { failures in
            defer { failures = [:] }
            return failures
        }
    }

    static func registerReports(_ configuration: OpaquePointer) {
        unsafe rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, opaque in
            guard let opaque = unsafe opaque, let message = unsafe message else { return }
            let context = unsafe Unmanaged<ProducerContext>.fromOpaque(opaque).takeUnretainedValue()
            var index = Int(bitPattern: unsafe message.pointee._private)
            if index & ProducerContext.watchedMark != 0 {
                index ^= ProducerContext.watchedMark
                context.watched.withLock { _ = $0.remove(index) }
            }
            guard unsafe message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                let error = context.explained(KafkaError(unsafe message.pointee.err))
                context.failures.withLock { $0[index] = error }
                return
            }
            guard context.reportsPositions, let topic = unsafe message.pointee.rkt else { return }
            let place = unsafe PartitionOffset(
                TopicPartition(
                    topic: String(cString: rd_kafka_topic_name(topic)),
                    partition: message.pointee.partition
                ),
                offset: message.pointee.offset
            )
            context.positions.withLock { $0[index] = place }
        }
    }
}
