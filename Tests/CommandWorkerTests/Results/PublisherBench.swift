import CustomerContract
import Kafka
import Records
import Synchronization
import Testing

@testable import CommandWorker

/// A publisher on the mock cluster, with batches of one result at hand.
final class PublisherBench: Sendable {
    let cluster: EmbeddedCluster
    /// Yields when a producer has something to say, as when its broker is gone.
    let complaints: AsyncStream<Void>
    /// Yields when the cluster is asked for its topics and hides one.
    let misses: AsyncStream<Void>
    private let consumer: Consumer
    private let admin: Admin
    private let publisher: any ResultPublisher
    let tally = ReductionTally()
    private let hidden = Hidden()
    private let made: Counter
    private let published = Counter()

    /// A topic that the cluster does not tell of.
    private final class Hidden: Sendable {
        let topic = Mutex<String?>(nil)
    }

    private final class Counter: Sendable {
        private let count = Mutex<Int>(0)
        var value: Int { self.count.withLock { $0 } }

        @discardableResult
        func next() -> Int {
            self.count.withLock { count in
                defer { count += 1 }
                return count
            }
        }
    }

    init(
        transactionTimeout: Duration = .seconds(60),
        offsetsLimit: Duration = .seconds(10),
        isTransactional: Bool = true,
        brokerCount: Int = 1
    ) throws {
        self.cluster = try EmbeddedCluster(brokerCount: brokerCount)
        for topic in ["commands", "results", "letters", "replies", "others"] {
            try self.cluster.createTopic(topic, partitions: 1)
        }
        let client = ClientProperties(
            brokers: self.cluster.brokers,
            passthrough: ["reconnect.backoff.ms": "20", "reconnect.backoff.max.ms": "100"]
        )
        let (complaints, complain) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.complaints = complaints
        let (misses, miss) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.misses = misses
        // It need not join: the mock takes offsets from nobody in particular.
        self.consumer = try Consumer(ConsumerSettings(client: client, group: "g"), log: { _ in }, onReadable: {})
        let admin = try Admin(client, log: { _ in })
        self.admin = admin
        let made = Counter()
        self.made = made
        let encoder = RecordEncoder(
            results: ResultEncoder(resultsTopic: "results"),
            replyTopics: LiveReplyTopics(ReplyTopicAllowList(["replies", "others"])),
            deadLetters: DeadLetterEncoder(topic: "letters", group: "g", partitionCount: 1),
            topics: TopicDirectory { [hidden] () async throws(KafkaError) in
                let topics = try await admin.topics()
                guard let name = hidden.topic.withLock({ $0 }) else { return topics }
                miss.yield()
                return topics.filter { $0.name != name }
            },
            limits: TopicLimits(largestRecord: 104_857_600) { topic async throws(KafkaError) in
                // These brokers have no controller and never answer.
                try await admin.configuration(ofTopic: topic, timeout: .milliseconds(100))
            }
        )
        let makeProducer = { @Sendable () throws(KafkaError) in
            made.next()
            let id = isTransactional ? "w" : nil
            return try Producer(.init(client: client, transactionalID: id), log: { _ in complain.yield() })
        }
        guard isTransactional else {
            self.publisher = AtLeastOncePublisher(
                consumer: self.consumer,
                encoder: encoder,
                tally: self.tally,
                makeProducer: makeProducer
            )
            return
        }
        self.publisher = TransactionalPublisher(
            consumer: self.consumer,
            encoder: encoder,
            tally: self.tally,
            transactionTimeout: transactionTimeout,
            // Long enough for a machine that is busy with everything else: which way is taken must not depend on it.
            abortLimit: .seconds(60),
            offsetsLimit: offsetsLimit,
            makeProducer: makeProducer
        )
    }

    /// Lets the cluster say that a topic is not there, to whom asks for all of them.
    func hide(_ topic: String) { self.hidden.topic.withLock { $0 = topic } }

    /// How many producers were made so far.
    var producerCount: Int { self.made.value }

    func prepare() async { _ = await self.publisher.prepare() }

    /// Publishes one more result with its offset.
    ///
    /// - Parameters:
    ///   - replyTopics: one more result for each, beside it.
    ///   - fails: whether the command failed, and so has a dead letter.
    func publish(replyTopics: [String] = [], fails: Bool = false) async throws -> PublishOutcome {
        let results = try ([nil] + replyTopics).map { try self.result(replyTopic: $0, fails: fails) }
        let partition = TopicPartition(topic: "commands", partition: 0)
        return await self.publisher.publish(
            CommitBatch(results: results, offsets: [PartitionOffset(partition, offset: Int64(self.published.value))]),
            as: try self.consumer.groupMetadata()
        )
    }

    private func result(replyTopic: String?, fails: Bool) throws -> CommandResult {
        let offset = Int64(self.published.next())
        let message = KafkaRecord(
            position: RecordPosition(topic: "commands", partition: 0, offset: offset),
            timestamp: UnixMilliseconds(1_800_000_000_000),
            key: nil,
            value: Array(#"{"external_id":"a\#(offset)"}"#.utf8),
            headers: replyTopic.map { [.replyTo: $0] } ?? []
        )
        guard case .command(let command) = CommandReader(mode: .full).read(message) else { throw NoCommand() }
        return CommandResult(
            context: command.context,
            outcome: fails
                ? .failed(CommandFailure(code: .rejected, message: "no"))
                : .created(.created, CustomerDocument(json: Array(#"{"id":"c"}"#.utf8))),
            attempts: 1,
            completedAt: UnixMilliseconds(1_800_000_000_001)
        )
    }

    /// Records in the topic of results; the mock keeps those of aborted transactions too.
    func resultCount(in topic: String = "results") async throws -> Int {
        Int(try await self.admin.watermarks(of: TopicPartition(topic: topic, partition: 0)).high)
    }

    func close() async { await self.consumer.close() }

    private struct NoCommand: Error {}
}

extension PublishOutcome {
    var isPublished: Bool { if case .published = self { true } else { false } }
    var isFailed: Bool { if case .failed(_, unpublished: nil) = self { true } else { false } }
    var isFenced: Bool { if case .fenced = self { true } else { false } }
}
