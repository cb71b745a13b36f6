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

    /// One wake-up is over; `true` when another one has become due meanwhile, which nobody else would start: an empty
    /// queue is not polled.
    mutating func ended() -> Bool {
        self.isUnderWay = self.isWanted
        self.isWanted = false
        return self.isUnderWay
    }
}
