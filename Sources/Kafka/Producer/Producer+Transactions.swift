import CLibrdkafka
import Records
import Synchronization

/// One call that makes offsets part of a transaction, and all that it needs for as long as it takes.
@safe final class OffsetsCall: @unchecked Sendable {
    // @unchecked: a pointer that never changes, to a client whose calls may be made on any thread.
    private let client: OpaquePointer
    /// Lives as long as the call: it would destroy the client under librdkafka's feet.
    private let producer: Producer
    private let offsets: [PartitionOffset]
    private let group: ConsumerGroupMetadata
    private let timeout: Duration
    private let outcome = Mutex<KafkaError?>(nil)

    init(
        _ client: OpaquePointer,
        of producer: Producer,
        offsets: [PartitionOffset],
        group: ConsumerGroupMetadata,
        timeout: Duration
    ) {
        unsafe self.client = client
        self.producer = producer
        self.offsets = offsets
        self.group = group
        self.timeout = timeout
    }

    /// Why it failed; `nil` when it did not, or is not back.
    var error: KafkaError? { self.outcome.withLock { $0 } }

    /// Makes the call, and waits until it is back.
    func make() {
        let list = TopicPartitionListHandle(self.offsets)
        let error = unsafe rd_kafka_send_offsets_to_transaction(
            self.client,
            list.pointer,
            self.group.pointer,
            self.timeout.wholeMilliseconds
        )
        guard let error = unsafe error else { return }
        let failure = unsafe KafkaError(consuming: error)
        self.outcome.withLock { $0 = failure }
    }
}

extension Producer {
    /// Commits, again while librdkafka says that the same call may be repeated (rdkafka.h,
    /// `rd_kafka_commit_transaction`).
    ///
    /// - Parameter attempts: calls in all, at least one.
    /// - Throws: ``KafkaError`` of the last one.
    package func commitTransaction(attempts: Int) throws(KafkaError) {
        var attemptsLeft = attempts
        while true {
            do {
                return try self.commitTransaction()
            } catch  where error.disposition == .retry && attemptsLeft > 1 {
                attemptsLeft -= 1
            }
        }
    }
}
