import Blocking
import CLibrdkafka
import Records

/// Reads partitions from given offsets on, outside any consumer group: committed records only, and nothing is ever
/// committed.
///
/// ```swift
/// let reader = try PartitionReader(client, log: sink)
/// try await reader.read(from: [PartitionOffset(partition, offset: 0)])
/// for reading in try await reader.next(limit: 500, within: .milliseconds(200)) { … }
/// ```
///
/// What is fetched ahead is bounded by bytes, so a reader that is slow to ask holds no more memory than a quick one.
/// Its calls block on a thread of its own for at most the time that each is given.
@safe package actor PartitionReader {
    private let client: ClientHandle<ClientContext>
    private let topics = TopicNames()
    private let executor = BlockingExecutor(label: "kafka.partition-reader")

    /// Runs on a thread of its own: its calls block no other thread.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe self.executor.asUnownedSerialExecutor() }

    /// Connects.
    ///
    /// - Throws: ``KafkaError`` that names the property which librdkafka does not take.
    package init(_ client: ClientProperties, log: @escaping KafkaLogSink) throws(KafkaError) {
        // librdkafka assigns partitions only to a consumer with a group, which this one never joins.
        let settings = ConsumerSettings(client: client, group: "customer-worker-partition-reader")
        self.client = unsafe try ClientHandle(
            RD_KAFKA_CONSUMER,
            context: ClientContext(log: log),
            properties: settings.properties() + [("enable.partition.eof", "true")],
            register: { unsafe ClientContext.register($0) }
        )
        _ = unsafe rd_kafka_poll_set_consumer(self.client.pointer)
    }

    /// Reads these partitions, each from its offset on, and no others.
    package func read(from offsets: [PartitionOffset]) throws(KafkaError) {
        let list = TopicPartitionListHandle(offsets)
        try self.client.check(unsafe rd_kafka_assign(self.client.pointer, list.pointer))
    }

    /// Waits at most `limit` for the first reading, and returns it with those that are there, at most `count` of them.
    ///
    /// - Throws: ``KafkaError`` that ends the reader, or says that this user may not read.
    package func next(limit count: Int, within limit: Duration) throws(KafkaError) -> [PartitionReading] {
        var readings: [PartitionReading] = []
        while readings.count < count {
            let wait = readings.isEmpty ? limit.wholeMilliseconds : 0
            guard let message = unsafe rd_kafka_consumer_poll(self.client.pointer, wait) else { break }
            defer { unsafe rd_kafka_message_destroy(message) }
            if unsafe message.pointee.err == RD_KAFKA_RESP_ERR__PARTITION_EOF {
                let name = unsafe rd_kafka_topic_name(message.pointee.rkt).map { unsafe String(cString: $0) } ?? ""
                let partition = unsafe TopicPartition(topic: name, partition: message.pointee.partition)
                readings.append(.caughtUp(partition, offset: unsafe message.pointee.offset))
                continue
            }
            switch unsafe self.topics.event(of: message, self.client.context) {
            case .record(let record): readings.append(.record(record))
            case .failed(let error) where error.disposition == .fatal || error.isNotPermitted: throw error
            case .failed(let error): readings.append(.failed(error))
            case .assigned, .revoked, .lost, .statistics: break
            }
        }
        return readings
    }
}
