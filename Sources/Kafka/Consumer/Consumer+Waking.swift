import CLibrdkafka
import Synchronization

extension Consumer {
    /// Milliseconds; a broker that does not answer within them has no records to fetch either.
    private static let wakeLimit: CInt = 500
    /// Between two of these requests.
    private static let wakePause = Duration.milliseconds(10)

    /// Sends the partitions' leaders a small request whenever ``FetchWake`` says so, until the task is cancelled: its
    /// being sent is what wakes their threads.
    ///
    /// The consumer's owner runs it beside its polling, which does not wait for these requests; without it a full queue
    /// is fetched for once a second.
    package func keepFetching() async {
        for await _ in self.wakes {
            try? await self.waking.run { () throws(KafkaError) in
                let ends = try self.assignment().map { PartitionOffset($0, offset: Int64(RD_KAFKA_OFFSET_END)) }
                guard !ends.isEmpty else { return }
                let list = TopicPartitionListHandle(ends)
                // Not for the answer.
                _ = unsafe rd_kafka_offsets_for_times(self.client.pointer, list.pointer, Self.wakeLimit)
            }
            try? await Task.sleep(for: Self.wakePause)
        }
    }
}

/// Says when fetching should be woken.
///
/// When the local queue is full, librdkafka's broker threads go to sleep until something happens on their connections,
/// or a second has passed (`rd_kafka_max_block_ms`; github.com/confluentinc/librdkafka/issues/2879). A member that
/// works a queue off in less than a second would idle for the rest of it, and the same after its partitions were
/// resumed.
struct FetchWake {
    /// Below this nothing is gained: the queue was not full but for records of many kilobytes.
    private static let leastPeak = 64
    private var peak = 0

    /// Takes the queue's length after a poll; `true` when fetching is to be woken.
    mutating func isDue(length: Int) -> Bool {
        self.peak = max(self.peak, length)
        // By bytes the queue may be full at any length, so half of what it was must do.
        guard self.peak >= Self.leastPeak, length <= self.peak / 2 else { return false }
        self.peak = length
        return true
    }
}
