import Blocking
import CLibrdkafka
package import Records

/// Asks a cluster about topics, logs and groups, and creates topics.
///
/// Its calls block on a thread of its own for at most the timeout that each names.
@safe package actor Admin {
    let properties: ClientProperties
    let log: KafkaLogSink
    let client: ClientHandle<ClientContext>
    private let executor = BlockingExecutor(label: "kafka.admin")

    /// Runs on a thread of its own: its calls block no other thread.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe self.executor.asUnownedSerialExecutor() }

    /// Connects.
    ///
    /// - Throws: ``KafkaError`` that names the property which librdkafka does not take.
    package init(_ properties: ClientProperties, log: @escaping KafkaLogSink) throws(KafkaError) {
        self.properties = properties
        self.log = log
        self.client = unsafe try ClientHandle(
            RD_KAFKA_PRODUCER,
            context: ClientContext(log: log),
            // A producer that never produces: an idempotent one would ask the cluster for an id that is never used.
            properties: ProducerSettings(client: properties).properties().filter { $0.0 != "enable.idempotence" }
        ) { configuration in
            unsafe ClientContext.register(configuration)
            unsafe ClientContext.registerErrors(configuration)
        }
    }

    /// The topics of the cluster, ordered by name.
    ///
    /// - Throws: ``KafkaError`` `_TRANSPORT` or `_TIMED_OUT` when no broker answers.
    package func topics(timeout: Duration = .seconds(10)) throws(KafkaError) -> [TopicDescription] {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = unsafe rd_kafka_metadata(self.client.pointer, 1, nil, &metadata, timeout.wholeMilliseconds)
        try self.client.check(code)
        guard let metadata = unsafe metadata else { return [] }
        defer { unsafe rd_kafka_metadata_destroy(metadata) }
        let topics = (0..<Int(unsafe metadata.pointee.topic_cnt)).map { index in
            unsafe TopicDescription(metadata.pointee.topics[index])
        }
        return topics.sorted { $0.name < $1.name }
    }

    /// Creates a topic and waits until the controller has it.
    ///
    /// - Throws: ``KafkaError`` with the broker's own sentence; `TOPIC_ALREADY_EXISTS` when there is one of that name.
    package func create(_ topic: NewTopic, timeout: Duration = .seconds(15)) throws(KafkaError) {
        var text = [CChar](repeating: 0, count: 512)
        let count = text.count
        let new = unsafe rd_kafka_NewTopic_new(
            topic.name,
            Int32(clamping: topic.partitions),
            Int32(clamping: topic.replicationFactor),
            &text,
            count
        )
        guard let new = unsafe new else {
            let reason = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, reason)
        }
        defer { unsafe rd_kafka_NewTopic_destroy(new) }
        for (name, value) in topic.configuration { _ = unsafe rd_kafka_NewTopic_set_config(new, name, value) }

        unsafe try self.ask(
            { client, queue in
                var topics: [OpaquePointer?] = unsafe [new]
                unsafe rd_kafka_CreateTopics(client, &topics, 1, nil, queue)
            },
            within: timeout,
            reading: { event throws(KafkaError) in try unsafe Self.checkCreation(event) }
        )
    }

    private static func checkCreation(_ event: OpaquePointer) throws(KafkaError) {
        var resultCount = 0
        guard let result = unsafe rd_kafka_event_CreateTopics_result(event),
            let results = unsafe rd_kafka_CreateTopics_result_topics(result, &resultCount)
        else { return }
        for index in 0..<resultCount {
            let one = unsafe results[index]
            unsafe try Self.check(rd_kafka_topic_result_error(one), rd_kafka_topic_result_error_string(one))
        }
    }

    /// Sends a request whose answer comes as an event, and reads that.
    ///
    /// It is waited for in slices, so that a cancelled task does not wait for brokers that are away.
    func ask<R>(
        _ request: (_ client: OpaquePointer, _ queue: OpaquePointer) -> Void,
        within timeout: Duration,
        reading read: (_ event: OpaquePointer) throws(KafkaError) -> R
    ) throws(KafkaError) -> R {
        guard let queue = unsafe rd_kafka_queue_new(self.client.pointer) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE)
        }
        defer { unsafe rd_kafka_queue_destroy(queue) }
        unsafe request(self.client.pointer, queue)
        let end = ContinuousClock.now + timeout
        while true {
            let slice = max(.milliseconds(1), min(.milliseconds(200), end - .now))
            guard let event = unsafe rd_kafka_queue_poll(queue, slice.wholeMilliseconds) else {
                if ContinuousClock.now < end, !Task.isCancelled { continue }
                throw self.client.context.explained(KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT))
            }
            defer { unsafe rd_kafka_event_destroy(event) }
            let text = unsafe rd_kafka_event_error_string(event).map { unsafe String(cString: $0) }
            try self.client.check(unsafe rd_kafka_event_error(event), text)
            return try unsafe read(event)
        }
    }

    /// Asks the leader for the ends of a partition's log.
    package func watermarks(
        of partition: TopicPartition,
        timeout: Duration = .seconds(10)
    ) throws(KafkaError) -> Watermarks {
        try self.client.watermarks(of: partition, timeout: timeout)
    }

    /// Asks what a group has committed for partitions, with metadata, without becoming a member of it.
    ///
    /// - Parameter isSettled: whether an open transaction that moves these offsets is waited for; Kafka gives no answer
    ///   before its end then (KIP-447), which for a process that was killed is its timeout.
    package func offsets(
        of group: String,
        for partitions: [TopicPartition],
        isSettled: Bool = true,
        timeout: Duration = .seconds(10)
    ) throws(KafkaError) -> [PartitionOffset] {
        let reader = unsafe try ClientHandle(
            RD_KAFKA_CONSUMER,
            context: ClientContext(log: self.log),
            properties: ConsumerSettings(client: self.properties, group: group).properties()
                + (isSettled ? [] : [("isolation.level", "read_uncommitted")]),
            register: { unsafe ClientContext.register($0) }
        )
        _ = unsafe rd_kafka_poll_set_consumer(reader.pointer)
        let end = ContinuousClock.now + timeout
        while true {
            let list = TopicPartitionListHandle(partitions)
            // In slices: an event tells why no coordinator is found, while the call itself only waits.
            let slice = max(.milliseconds(1), min(.milliseconds(500), end - ContinuousClock.now))
            do throws(KafkaError) {
                try reader.check(unsafe rd_kafka_committed(reader.pointer, list.pointer, slice.wholeMilliseconds))
                if let error = list.firstError { throw reader.context.explained(error) }
                return list.offsets
            } catch  where (error.isNoAnswer || error.isOfMovingCoordinator) && ContinuousClock.now < end {
                if let refusal = unsafe Self.refusal(reader.pointer), refusal.isNotPermitted { throw refusal }
                if Task.isCancelled { throw error }
            }
        }
    }

    /// What a consumer that reads nothing has to report, waiting for a moment; `nil` when nothing comes.
    private static func refusal(_ consumer: OpaquePointer) -> KafkaError? {
        // This thread is the admin's own.
        guard let message = unsafe rd_kafka_consumer_poll(consumer, 100) else { return nil }
        defer { unsafe rd_kafka_message_destroy(message) }
        let text = unsafe rd_kafka_message_errstr(message).map { unsafe String(cString: $0) }
        return KafkaError(unsafe message.pointee.err, text)
    }

    static func check(_ code: rd_kafka_resp_err_t, _ text: UnsafePointer<CChar>?) throws(KafkaError) {
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw KafkaError(code, unsafe text.map { unsafe String(cString: $0) })
    }
}

extension KafkaError {
    /// The group's coordinator moves or loads: so it is with every group of a cluster that has had none yet.
    fileprivate var isOfMovingCoordinator: Bool {
        switch self.response {
        case RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR__WAIT_COORD:
            true
        default: false
        }
    }
}
