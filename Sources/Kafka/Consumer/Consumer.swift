import CLibrdkafka
package import Records
import Synchronization

/// A member of a consumer group: one queue of events that its owner reads, woken by a callback.
///
/// ```swift
/// let consumer = try Consumer(settings, log: sink) { signal.raise() }
/// try consumer.subscribe(to: ["customer_commands"])
/// while running {
///     for event in consumer.poll(limit: 1_000) { … }   // until it returns fewer than the limit
///     await signal.raised()
/// }
/// await consumer.close()
/// ```
///
/// Every method may be called from any thread («librdkafka is completely thread-safe», its INTRODUCTION.md), but events
/// have an order only if one task polls. Assignments are answered by the owner, never by the binding. The owner polls
/// at every wake-up, of which there is one every few seconds (`statistics.interval.ms`) even when nothing happens: it
/// is the sign of life that `max.poll.interval.ms` asks for. It calls ``close()`` before the last reference goes;
/// otherwise whoever drops that reference waits until the member has left the group.
@safe package final class Consumer: @unchecked Sendable {
    // @unchecked: the handles are C pointers that never change, and librdkafka's calls on them are thread-safe.
    let client: ClientHandle<ConsumerContext>
    let queue: OpaquePointer
    /// Whether the subscription is not to be ended before the close: a static member (KIP-345) would lose its place in
    /// the group, and under KIP-848 a member keeps the id whose end would be waited for.
    let leavesByClosing: Bool
    private let blocking: BlockingCalls
    /// Apart from the other calls, which must not wait for it.
    let waking: BlockingCalls
    private let fetchWake = Mutex(FetchWake())
    /// Tells ``keepFetching()`` that fetching is to be woken; one that comes while another is under way is kept.
    let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation
    private let topics = TopicNames()
    let state = Mutex(State())

    struct State {
        /// The rebalance that the owner has taken from the queue and not answered yet; librdkafka has one under way at
        /// most.
        private(set) var unanswered: ConsumerEvent?
        private(set) var wasAssigned = false
        var isClosed = false

        mutating func take(_ rebalance: ConsumerEvent) {
            switch rebalance {
            case .assigned:
                self.unanswered = rebalance
                self.wasAssigned = true
            case .revoked, .lost:
                self.unanswered = rebalance
            case .record, .failed, .statistics:
                break
            }
        }

        mutating func answered() {
            self.unanswered = nil
        }
    }

    /// Joins nothing yet: connects, and checks every property.
    ///
    /// - Parameter onReadable: called on a thread of librdkafka when the empty queue gets its first event; it must be
    ///   quick and must not call the consumer.
    /// - Throws: ``KafkaError`` that names the property which librdkafka does not take.
    package init(
        _ settings: ConsumerSettings,
        log: @escaping KafkaLogSink,
        onReadable: @escaping @Sendable () -> Void
    ) throws(KafkaError) {
        let context = ConsumerContext(log: log, onReadable: onReadable)
        self.client = unsafe try ClientHandle(
            RD_KAFKA_CONSUMER,
            context: context,
            properties: settings.properties()
        ) { configuration in
            unsafe ClientContext.register(configuration)
            unsafe rd_kafka_conf_set_events(
                configuration,
                RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS
            )
        }
        _ = unsafe rd_kafka_poll_set_consumer(self.client.pointer)
        unsafe self.queue = rd_kafka_queue_get_consumer(self.client.pointer)
        self.leavesByClosing = settings.groupInstanceID != nil || settings.isAssignedByBrokers
        self.blocking = BlockingCalls(label: "kafka.consumer.\(settings.group)")
        self.waking = BlockingCalls(label: "kafka.consumer.\(settings.group).waking")
        (self.wakes, self.wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        unsafe context.wake(on: self.queue)
    }

    deinit {
        self.closeNow()
        unsafe rd_kafka_queue_cb_event_enable(self.queue, nil, nil)
        unsafe rd_kafka_queue_destroy(self.queue)
    }

    /// Joins the group for these topics; assignments arrive as events.
    package func subscribe(to topics: [String]) throws(KafkaError) {
        try self.requireOpen()
        let list = TopicPartitionListHandle(topics.map { TopicPartition(topic: $0, partition: -1) })
        try self.client.check(unsafe rd_kafka_subscribe(self.client.pointer, list.pointer))
    }

    /// Takes what is there, at most `limit` events, without waiting.
    ///
    /// Fewer than `limit` means that the queue was empty, and that the wake-up will come for the next event. Polling is
    /// also the sign of life that `max.poll.interval.ms` asks for.
    package func poll(limit: Int) -> [ConsumerEvent] {
        var events: [ConsumerEvent] = []
        if self.state.withLock({ $0.isClosed }) { return events }
        while events.count < limit, let event = unsafe rd_kafka_queue_poll(self.queue, 0) {
            defer { unsafe rd_kafka_event_destroy(event) }
            switch unsafe rd_kafka_event_type(event) {
            case RD_KAFKA_EVENT_FETCH:
                while let message = unsafe rd_kafka_event_message_next(event) {
                    events.append(unsafe self.topics.event(of: message, self.client.context))
                }
            case RD_KAFKA_EVENT_REBALANCE:
                let rebalance = unsafe self.rebalance(event)
                self.state.withLock { $0.take(rebalance) }
                events.append(rebalance)
            case RD_KAFKA_EVENT_ERROR:
                events.append(.failed(unsafe self.failure(event)))
            case RD_KAFKA_EVENT_STATS:
                events.append(.statistics(unsafe String(cString: rd_kafka_event_stats(event))))
            default:
                break
            }
        }
        let length = unsafe rd_kafka_queue_length(self.queue)
        if self.fetchWake.withLock({ $0.isDue(length: length) }) { self.wake.yield() }
        return events
    }

    /// Answers an assignment: fetching starts at these offsets, or where the reset policy says for those without one.
    ///
    /// Better with an offset: for a partition without any librdkafka asks for the committed offset itself, and when the
    /// group's coordinator refuses that question it forgets the partition and never fetches it (rdkafka_assignment.c,
    /// `rd_kafka_assignment_handle_OffsetFetch`; seen with 2.0.2, and the same in 2.15).
    package func assign(_ offsets: [PartitionOffset]) throws(KafkaError) {
        try self.requireOpen()
        let list = TopicPartitionListHandle(offsets)
        if self.isCooperative {
            unsafe try self.client.check(error: rd_kafka_incremental_assign(self.client.pointer, list.pointer))
        } else {
            try self.client.check(unsafe rd_kafka_assign(self.client.pointer, list.pointer))
        }
        self.state.withLock { $0.answered() }
    }

    /// Answers a revocation or a loss: these partitions are no longer ours.
    package func release(_ partitions: [TopicPartition]) throws(KafkaError) {
        try self.requireOpen()
        if self.isCooperative {
            // librdkafka refuses the whole list for one partition that is not assigned, and waits for another answer.
            let list = TopicPartitionListHandle(Set(partitions).intersection(try self.assignment()))
            unsafe try self.client.check(error: rd_kafka_incremental_unassign(self.client.pointer, list.pointer))
        } else {
            // The eager protocol takes everything back at once.
            try self.client.check(unsafe rd_kafka_assign(self.client.pointer, nil))
        }
        self.state.withLock { $0.answered() }
    }

    func assignment() throws(KafkaError) -> [TopicPartition] {
        var pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
        try self.client.check(unsafe rd_kafka_assignment(self.client.pointer, &pointer))
        guard let pointer = unsafe pointer else { return [] }
        return unsafe TopicPartitionListHandle(taking: pointer).offsets.map(\.topicPartition)
    }

    /// What librdkafka's log has told of a connection within the last minute; `nil` without trouble.
    package var connectionTrouble: ConnectionTrouble? { self.client.context.lastTrouble }

    /// Stops fetching from partitions; they stay assigned, and what was fetched ahead is dropped and fetched again.
    package func pause(_ partitions: [TopicPartition]) throws(KafkaError) {
        let list = TopicPartitionListHandle(partitions)
        try self.client.check(unsafe rd_kafka_pause_partitions(self.client.pointer, list.pointer))
    }

    /// Fetches again from where ``pause(_:)`` stopped.
    package func resume(_ partitions: [TopicPartition]) throws(KafkaError) {
        let list = TopicPartitionListHandle(partitions)
        try self.client.check(unsafe rd_kafka_resume_partitions(self.client.pointer, list.pointer))
        // Nothing is fetched for them before their brokers' threads look.
        self.wake.yield()
    }

    /// Reads a partition of the assignment from its log's beginning again; what was fetched ahead is dropped.
    ///
    /// Returns before that has happened: records of the earlier position may come still.
    package func rewind(_ partition: TopicPartition) throws(KafkaError) {
        try self.requireOpen()
        guard let topic = unsafe rd_kafka_topic_new(self.client.pointer, partition.topic, nil) else {
            throw KafkaError(rd_kafka_last_error())
        }
        defer { unsafe rd_kafka_topic_destroy(topic) }
        // «If \p timeout_ms is 0 it will initiate the seek but return immediately without any error reporting»
        // (rdkafka.h); rd_kafka_seek_partitions() cannot be given a time before librdkafka 2.1.
        try self.client.check(unsafe rd_kafka_seek(topic, partition.partition, Int64(RD_KAFKA_OFFSET_BEGINNING), 0))
    }

    /// Asks the broker what the group has committed, with metadata; waits at most `timeout`.
    package func committed(
        _ partitions: [TopicPartition],
        timeout: Duration = .seconds(10)
    ) async throws(KafkaError) -> [PartitionOffset] {
        try await self.blocking.run { () throws(KafkaError) in
            let list = TopicPartitionListHandle(partitions)
            try self.client.check(
                unsafe rd_kafka_committed(self.client.pointer, list.pointer, timeout.wholeMilliseconds)
            )
            if let error = list.firstError { throw self.client.context.explained(error) }
            return list.offsets
        }
    }

    /// Commits offsets that a member made, while this consumer is that member; see ``commit(_:)``.
    ///
    /// A commit carries the generation of its moment and not that in which its offsets were made. A member that was
    /// thrown out and has joined again would be taken for the owner of partitions that are another one's by now, and
    /// set back what that one has committed.
    ///
    /// - Throws: `ILLEGAL_GENERATION` when the group has moved on since.
    package func commit(_ offsets: [PartitionOffset], as member: ConsumerGroupMetadata) async throws(KafkaError) {
        guard try self.groupMetadata().isSame(as: member) else {
            throw KafkaError(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, disposition: .retry)
        }
        try await self.commit(offsets)
    }

    /// Commits exactly these offsets and waits for the broker's word.
    ///
    /// Offsets are always explicit: without a list librdkafka commits whatever it had handed out by the time it gets to
    /// it, which loses records when the process dies.
    package func commit(_ offsets: [PartitionOffset]) async throws(KafkaError) {
        try await self.blocking.run { () throws(KafkaError) in
            let list = TopicPartitionListHandle(offsets)
            try self.client.check(unsafe rd_kafka_commit(self.client.pointer, list.pointer, 0))
            if let error = list.firstError { throw self.client.context.explained(error) }
        }
    }

    /// This member's identity and generation at this moment, for a transaction's offsets.
    package func groupMetadata() throws(KafkaError) -> ConsumerGroupMetadata {
        // A member that was thrown out has an empty identity, and a broker does not fence offsets that are sent under
        // it.
        guard unsafe rd_kafka_assignment_lost(self.client.pointer) == 0 else {
            throw KafkaError(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, disposition: .retry)
        }
        guard let metadata = unsafe rd_kafka_consumer_group_metadata(self.client.pointer) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__STATE, "the consumer is not a member of a group")
        }
        return unsafe ConsumerGroupMetadata(taking: metadata)
    }

    /// The lowest offset kept and the next one to be written, as the last fetch said; `nil` before the first.
    package func cachedWatermarks(of partition: TopicPartition) -> Watermarks? {
        var low: Int64 = -1
        var high: Int64 = -1
        let code = unsafe rd_kafka_get_watermark_offsets(
            self.client.pointer,
            partition.topic,
            partition.partition,
            &low,
            &high
        )
        return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? Watermarks(low: max(low, 0), high: high) : nil
    }

    /// Asks the leader for the lowest offset kept and the next one that readers of committed records may get; waits at
    /// most `timeout`.
    package func watermarks(of partition: TopicPartition, timeout: Duration) async throws(KafkaError) -> Watermarks {
        try await self.blocking.run { () throws(KafkaError) in
            try self.client.watermarks(of: partition, timeout: timeout)
        }
    }

    /// Leaves the group.
    ///
    /// Commit and release first: whatever is still assigned is given up as it is. Takes some milliseconds, some seconds
    /// when a rebalance is under way or no broker answers, never more than fifteen. No poll is allowed meanwhile;
    /// afterwards a poll gives nothing, and what would change anything is refused. A second close does nothing.
    package func close() async {
        try? await self.blocking.run { () throws(KafkaError) in
            self.closeNow()
        }
    }

    /// librdkafka would take an assignment after the close, or wait for an answer that never comes.
    private func requireOpen() throws(KafkaError) {
        guard self.state.withLock({ $0.isClosed }) else { return }
        throw KafkaError(RD_KAFKA_RESP_ERR__STATE, "the consumer is closed", disposition: .fatal)
    }

    var isCooperative: Bool {
        guard let name = unsafe rd_kafka_rebalance_protocol(self.client.pointer) else { return false }
        return unsafe String(cString: name) == "COOPERATIVE"
    }

    func rebalance(_ event: OpaquePointer) -> ConsumerEvent {
        let code = unsafe rd_kafka_event_error(event)
        guard let list = unsafe rd_kafka_event_topic_partition_list(event) else { return .failed(KafkaError(code)) }
        let partitions = unsafe TopicPartitionListHandle.partitions(of: list)
        return switch code {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS: .assigned(partitions)
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS where unsafe rd_kafka_assignment_lost(self.client.pointer) != 0:
            .lost(partitions)
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS: .revoked(partitions)
        default: .failed(KafkaError(code))
        }
    }

    private func failure(_ event: OpaquePointer) -> KafkaError {
        let code = unsafe rd_kafka_event_error(event)
        let text = unsafe rd_kafka_event_error_string(event).map { unsafe String(cString: $0) }
        let disposition: KafkaError.Disposition? = unsafe rd_kafka_event_error_is_fatal(event) != 0 ? .fatal : nil
        return self.client.context.explained(KafkaError(code, text, disposition: disposition))
    }
}
