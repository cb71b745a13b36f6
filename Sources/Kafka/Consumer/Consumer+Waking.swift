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
    private var isWanted = false
    private var isUnderWay = false

    /// Partitions were resumed: nothing is fetched for them before their brokers' threads look.
    mutating func resumed() { self.isWanted = true }

    /// Takes the queue's length after a poll; `true` when fetching is to be woken now, after which ``ended()`` is due.
    mutating func isDue(length: Int) -> Bool {
        self.peak = max(self.peak, length)
        // By bytes the queue may be full at any length, so half of what it was must do.
        if self.peak >= Self.leastPeak, length <= self.peak / 2 {
            self.isWanted = true
            self.peak = length
        }
        guard self.isWanted, !self.isUnderWay else { return false }
        (self.isWanted, self.isUnderWay) = (false, true)
        return true
    }

    /// One wake-up is over; `true` when another one has become due meanwhile, which no other call would start: an empty
    /// queue is not polled.
    mutating func ended() -> Bool {
        self.isUnderWay = self.isWanted
        self.isWanted = false
        return self.isUnderWay
    }
}
