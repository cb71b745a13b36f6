import CLibrdkafka
import Synchronization

/// What a producer's callbacks point to: the failures of the batch that is being sent.
///
/// A transactional producer must use the delivery-report callback and not the event, or a commit cannot flush (rdkafka.h,
/// `rd_kafka_commit_transaction`), so both kinds of producers do. Only failures are reported.
final class ProducerContext: ClientContext, @unchecked Sendable {
    /// Failures by the index of the record in its batch.
    private let failures = Mutex<[Int: KafkaError]>([:])

    var hasFailures: Bool { self.failures.withLock { !$0.isEmpty } }

    func takeFailures() -> [Int: KafkaError] {
        self.failures.withLock { failures in
            defer { failures = [:] }
            return failures
        }
    }

    static func registerReports(_ configuration: OpaquePointer) {
        unsafe rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, opaque in
            guard let opaque = unsafe opaque, let message = unsafe message,
                unsafe message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR
            else { return }
            let context = unsafe Unmanaged<ProducerContext>.fromOpaque(opaque).takeUnretainedValue()
            let error = KafkaError(unsafe message.pointee.err)
            let index = Int(bitPattern: unsafe message.pointee._private)
            context.failures.withLock { $0[index] = error }
        }
    }
}
