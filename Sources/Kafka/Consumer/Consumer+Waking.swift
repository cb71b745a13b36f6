import CLibrdkafka
import Synchronization

extension Consumer {
    /// Milliseconds; a broker that does not answer within them has no records to fetch either.
    private static let wakeLimit: CInt = 1_000
    /// Between two of these requests.
    private static let wakePause = Duration.milliseconds(10)

    /// Sends the partitions' leaders a small request when ``FetchWake`` says so: its being sent is what wakes their
    /// threads.
    ///
    /// Called by the consumer's owner, after each poll and resumption. The request is waited for elsewhere, and keeps a
    /// consumer that was let go of alive for as long as it lasts: a second at most.
    func wakeFetching() {
        let length = unsafe rd_kafka_queue_length(self.queue)
        guard self.fetchWake.withLock({ $0.isDue(length: length) }) else { return }
        Task { [waking] in
            repeat {
                try? await waking.run { () throws(KafkaError) in
                    let ends = try self.assignment().map { PartitionOffset($0, offset: Int64(RD_KAFKA_OFFSET_END)) }
                    guard !ends.isEmpty else { return }
                    let list = TopicPartitionListHandle(ends)
                    // Not for the answer.
                    _ = unsafe rd_kafka_offsets_for_times(self.client.pointer, list.pointer, Self.wakeLimit)
                }
                try? await Task.sleep(for: Self.wakePause)
            } while self.fetchWake.withLock { $0.ended() }
        }
    }
}
