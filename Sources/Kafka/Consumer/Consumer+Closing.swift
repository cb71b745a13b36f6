import CLibrdkafka
import Synchronization

/// How a member leaves its group, in bounded time whatever state the group is in.
///
/// rd_kafka_consumer_close() can wait without end, in two ways. It answers the rebalance events that are still in the
/// queue, but not one that the owner took and has not answered. And before librdkafka 2.4 its own, empty answer to an
/// assignment by a cooperative assignor does not count once the close has begun
/// (github.com/confluentinc/librdkafka/issues/4527). So, in this order:
///
/// 1. What the owner has not answered is answered with nothing.
/// 2. A dynamic member ends its subscription and answers, with nothing, until it has left: no rebalance can come after
///    that. A static member must not do so, since it would lose its place, and one of KIP-848 need not; they answer
///    what is there.
/// 3. The close begins, and is waited for up to a deadline, past which the client is left alone permanently.
extension Consumer {
    private static let leaveLimit = Duration.seconds(3)
    private static let closeLimit = Duration.seconds(10)

    /// Does all of it, blocking; nothing if it was done before.
    func closeNow() {
        guard !self.state.withLock({ $0.isClosed }) else { return }
        self.answerWithNothing(self.state.withLock { $0.unanswered })
        if self.leavesByClosing {
            while self.answerNext(within: 50) {}
        } else {
            self.leave()
        }
        // Before librdkafka 2.3 a member with a cooperative assignor that has not come to its first assignment cannot
        // be destroyed: an assertion ends the process (github.com/confluentinc/librdkafka/issues/4312).
        if rd_kafka_version() < 0x0203_0000, self.isCooperative, !self.state.withLock({ $0.wasAssigned }) {
            self.client.context.abandon()
        }
        self.state.withLock { $0.isClosed = true }
        if !self.finishClose() { self.client.context.abandon() }
    }

    private func leave() {
        unsafe rd_kafka_unsubscribe(self.client.pointer)
        let clock = ContinuousClock()
        let deadline = clock.now + Self.leaveLimit
        // The id goes when the member leaves, whether or not the broker hears of it, but also when the broker has
        // forgotten the member: so the queue is emptied in any case.
        while self.answerNext(within: 10) || self.hasMemberID, clock.now < deadline {}
    }

    /// Takes one event from the queue, and answers it with nothing if it is a rebalance; `false` if none came.
    private func answerNext(within milliseconds: Int32) -> Bool {
        guard let event = unsafe rd_kafka_queue_poll(self.queue, milliseconds) else { return false }
        defer { unsafe rd_kafka_event_destroy(event) }
        if unsafe rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE {
            let rebalance = unsafe self.rebalance(event)
            self.state.withLock { $0.take(rebalance) }
            self.answerWithNothing(rebalance)
        }
        return true
    }

    /// A refusal means that no code waits for the answer any more.
    private func answerWithNothing(_ rebalance: ConsumerEvent?) {
        switch rebalance {
        case .assigned: try? self.assign([])
        case .revoked(let partitions), .lost(let partitions): try? self.release(partitions)
        case .record, .failed, .statistics, nil: break
        }
    }

    private var hasMemberID: Bool {
        guard let id = unsafe rd_kafka_memberid(self.client.pointer) else { return false }
        defer { unsafe rd_kafka_mem_free(self.client.pointer, id) }
        return unsafe id.pointee != 0
    }

    /// Closes; `false` if that did not come to its end in time.
    private func finishClose() -> Bool {
        // Not the consumer's own queue, which librdkafka forwards to this one.
        guard let queue = unsafe rd_kafka_queue_new(self.client.pointer) else { return false }
        defer { unsafe rd_kafka_queue_destroy(queue) }
        if let error = unsafe rd_kafka_consumer_close_queue(self.client.pointer, queue) {
            unsafe rd_kafka_error_destroy(error)
            return false
        }
        let clock = ContinuousClock()
        let deadline = clock.now + Self.closeLimit
        while unsafe rd_kafka_consumer_closed(self.client.pointer) == 0 {
            if clock.now > deadline { return false }
            guard let event = unsafe rd_kafka_queue_poll(queue, 20) else { continue }
            defer { unsafe rd_kafka_event_destroy(event) }
            // While the group is left, any answer means «none».
            guard unsafe rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE else { continue }
            unsafe rd_kafka_assign(self.client.pointer, nil)
        }
        return true
    }
}
