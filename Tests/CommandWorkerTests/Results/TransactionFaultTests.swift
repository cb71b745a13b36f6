import CustomerContract
import Kafka
import KafkaFaults
import Records
import Synchronization
import Testing

@testable import CommandWorker

/// What the publisher does about each error that librdkafka documents for transactions, at each step of one.
///
/// The codes are Kafka's; which of them are retried, ask for an abort or are fatal stands in librdkafka's
/// INTRODUCTION.md, «Transactional producer», and rdkafka.h.
@Suite(.timeLimit(.minutes(3))) struct TransactionFaultTests {
    /// The request that carries a step (Kafka's protocol guide).
    enum Step: Int16, Sendable {
        case takeTransactionalID = 22
        case addPartitions = 24
        case produce = 0
        case addOffsets = 25
        case commitOffsets = 28
        case end = 26
    }

    enum Reaction: Sendable {
        /// librdkafka repeats the request; the batch gets out with the same producer.
        case repeats
        /// The transaction is aborted, and the batch gets out in the next one of the same producer.
        case aborts
        /// The producer is thrown away, and the batch gets out through a new one of the same transactional id.
        case replaces
        /// A record is refused: it gets out in a smaller form, in the same call and through a new producer.
        case reduces
        /// The worker must stop: another instance has taken its transactional id.
        case stops
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let step: Step
        let codes: [Int32]
        let reaction: Reaction
        var testDescription: String { "\(self.step) \(self.codes) → \(self.reaction)" }
    }

    /// COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, CONCURRENT_TRANSACTIONS.
    private static let coordinator: [Int32] = [14, 15, 16, 51]
    /// The client's own: the connection breaks before the answer.
    private static let broken: Int32 = -195

    static let faults: [Fault] =
        coordinator.flatMap { code in
            [Step.takeTransactionalID, .addPartitions, .addOffsets, .end].map {
                Fault(step: $0, codes: [code], reaction: .repeats)
            }
        } + [
            Fault(step: .commitOffsets, codes: [14], reaction: .repeats),
            Fault(step: .commitOffsets, codes: [15], reaction: .repeats),
            Fault(step: .commitOffsets, codes: [16], reaction: .repeats),
            // UNKNOWN_TOPIC_OR_PART, REQUEST_TIMED_OUT: the group's coordinator is behind.
            Fault(step: .addPartitions, codes: [3], reaction: .repeats),
            Fault(step: .commitOffsets, codes: [3], reaction: .repeats),
            // NOT_LEADER_FOR_PARTITION, NOT_ENOUGH_REPLICAS and the same after appending.
            Fault(step: .produce, codes: [6], reaction: .repeats),
            Fault(step: .produce, codes: [19], reaction: .repeats),
            Fault(step: .produce, codes: [20], reaction: .repeats),
            // Connections that break, again and again.
            Fault(step: .takeTransactionalID, codes: [broken, broken], reaction: .repeats),
            Fault(step: .addPartitions, codes: [broken, broken], reaction: .repeats),
            Fault(step: .produce, codes: [broken, broken], reaction: .repeats),
            Fault(step: .addOffsets, codes: [broken, broken], reaction: .repeats),
            Fault(step: .commitOffsets, codes: [broken, broken], reaction: .repeats),
            Fault(step: .end, codes: [broken, broken], reaction: .repeats),

            // GROUP_AUTHORIZATION_FAILED: mended by an operator.
            Fault(step: .addOffsets, codes: [30], reaction: .aborts),
            Fault(step: .commitOffsets, codes: [30], reaction: .aborts),
            // ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, REBALANCE_IN_PROGRESS: the group has moved on.
            Fault(step: .commitOffsets, codes: [22], reaction: .aborts),
            Fault(step: .commitOffsets, codes: [25], reaction: .aborts),

            // OFFSET_METADATA_TOO_LARGE: less is written the next time.
            Fault(step: .commitOffsets, codes: [12], reaction: .aborts),

            // INVALID_PRODUCER_ID_MAPPING: the coordinator has forgotten the producer.
            Fault(step: .end, codes: [49], reaction: .aborts),

            // MSG_SIZE_TOO_LARGE, INVALID_RECORD, POLICY_VIOLATION: a record is refused.
            Fault(step: .produce, codes: [10], reaction: .reduces),
            Fault(step: .produce, codes: [87], reaction: .reduces),
            Fault(step: .produce, codes: [44], reaction: .reduces),
            // TOPIC_AUTHORIZATION_FAILED: the topic of all results.
            Fault(step: .produce, codes: [29], reaction: .replaces),
            Fault(step: .addPartitions, codes: [29], reaction: .replaces),
            // TRANSACTIONAL_ID_AUTHORIZATION_FAILED, INVALID_TXN_STATE: fatal for this producer.
            Fault(step: .takeTransactionalID, codes: [53], reaction: .replaces),
            Fault(step: .addPartitions, codes: [53], reaction: .replaces),
            Fault(step: .addOffsets, codes: [53], reaction: .replaces),
            Fault(step: .commitOffsets, codes: [53], reaction: .replaces),
            Fault(step: .end, codes: [53], reaction: .replaces),
            Fault(step: .end, codes: [48], reaction: .replaces),

            // INVALID_PRODUCER_EPOCH, PRODUCER_FENCED.
            Fault(step: .addPartitions, codes: [47], reaction: .stops),
            Fault(step: .addOffsets, codes: [47], reaction: .stops),
            Fault(step: .commitOffsets, codes: [47], reaction: .stops),
            Fault(step: .end, codes: [47], reaction: .stops),
            Fault(step: .addPartitions, codes: [90], reaction: .stops),
            Fault(step: .end, codes: [90], reaction: .stops),
        ]

    /// Publishes one more batch, which nothing hinders.
    private static func expectPublished(_ bench: PublisherBench) async throws {
        let outcome = try await bench.publish()
        #expect(outcome.isPublished, "\(outcome)")
    }

    @Test(arguments: Self.faults)
    func `each error at each step has its reaction, and then results get out again`(_ fault: Fault) async throws {
        let bench = try PublisherBench()
        let isFirst = fault.step == .takeTransactionalID
        if !isFirst { try await Self.expectPublished(bench) }
        bench.cluster.failNext(request: fault.step.rawValue, with: fault.codes)
        let outcome = try await bench.publish()
        switch fault.reaction {
        case .repeats:
            #expect(outcome.isPublished, "\(outcome)")
            #expect(bench.producerCount == 1)
            #expect(try await bench.resultCount() == (isFirst ? 1 : 2))
        case .aborts:
            #expect(outcome.isFailed, "\(outcome)")
            try await Self.expectPublished(bench)
            // A second one if a record of the transaction was told as failed before the abort, which is a matter of
            // moments.
            #expect(bench.producerCount <= 2)
        case .replaces:
            #expect(outcome.isFailed, "\(outcome)")
            // What a refused record leaves behind may show in the next attempt only.
            if try await !bench.publish().isPublished { try await Self.expectPublished(bench) }
            #expect(bench.producerCount == 2)
        case .reduces:
            #expect(outcome.isPublished, "\(outcome)")
            #expect(bench.tally.counts == [.result: 1])
            #expect(bench.producerCount == 2)
            try await Self.expectPublished(bench)
            #expect(bench.tally.counts == [.result: 1])
        case .stops:
            #expect(outcome.isFenced, "\(outcome)")
        }
        await bench.close()
    }

    @Test func `a group whose coordinator is away fails a batch in time, and is found when it is back`()
        async throws
    {
        let bench = try PublisherBench(offsetsLimit: .seconds(1), brokerCount: 2)
        for topic in ["results", "letters"] {
            try bench.cluster.setLeader(of: TopicPartition(topic: topic, partition: 0), to: 1)
        }
        try bench.cluster.setCoordinator(of: .transactions("w"), to: 1)
        try bench.cluster.setCoordinator(of: .group("g"), to: 2)
        try await Self.expectPublished(bench)
        try bench.cluster.takeDown(broker: 2)
        for _ in 0..<3 {
            let outcome = try await bench.publish()
            #expect(outcome.isFailed, "\(outcome)")
        }
        try bench.cluster.bringUp(broker: 2)
        // The consumer, too, needs a moment until it has found it again.
        while try await !bench.publish().isPublished {}
        await bench.close()
    }

    @Test func `offsets of a partition that is gone fail the batch in time, and are no topic's fault`() async throws {
        let bench = try PublisherBench(offsetsLimit: .seconds(1))
        try await Self.expectPublished(bench)
        // UNKNOWN_TOPIC_OR_PART, for longer than librdkafka asks again.
        bench.cluster.failNext(request: Step.commitOffsets.rawValue, with: Array(repeating: 3, count: 50))
        guard case .failed(let error, unpublished: nil) = try await bench.publish() else {
            Issue.record("it is published")
            return
        }
        #expect(error.name == "UNKNOWN_TOPIC_OR_PART")
        #expect(error.produceVerdict == .passing)
        #expect(bench.tally.counts.isEmpty)
        await bench.close()
    }

    @Test func `metadata that is too large for the brokers is told by its name, which makes it smaller`() async throws {
        let bench = try PublisherBench()
        try await Self.expectPublished(bench)
        bench.cluster.failNext(request: Step.commitOffsets.rawValue, with: [12])
        guard case .failed(let error, unpublished: nil) = try await bench.publish() else {
            Issue.record("it is published")
            return
        }
        #expect(error.name == "OFFSET_METADATA_TOO_LARGE")
        await bench.close()
    }

    @Test func `a transaction that outlived its time-out is not taken for another instance's`() async throws {
        let bench = try PublisherBench(transactionTimeout: .zero)
        try await Self.expectPublished(bench)
        bench.cluster.failNext(request: Step.end.rawValue, with: [90])
        let outcome = try await bench.publish()
        #expect(outcome.isFailed, "\(outcome)")
        try await Self.expectPublished(bench)
        #expect(bench.producerCount == 2)
        await bench.close()
    }

    @Test func `a batch that comes while the transactional id is being taken waits for it and does not fence it`()
        async throws
    {
        let bench = try PublisherBench()
        // Slow enough for the two to meet: the broker loads what it knows of the id (14), again and again.
        bench.cluster.failNext(request: Step.takeTransactionalID.rawValue, with: [14, 14, 14])
        async let prepared: Void = bench.prepare()
        async let outcome = bench.publish()
        await prepared
        let first = try await outcome
        #expect(first.isPublished, "\(first)")
        try await Self.expectPublished(bench)
        #expect(bench.producerCount == 1)
        await bench.close()
    }

    @Test func `brokers that are gone for a while hold a batch up, and nothing more`() async throws {
        let bench = try PublisherBench()
        try await Self.expectPublished(bench)
        try bench.cluster.takeDown(broker: 1)
        async let outcome = bench.publish()
        for await _ in bench.complaints { break }
        try bench.cluster.bringUp(broker: 1)
        let first = try await outcome
        #expect(first.isPublished || first.isFailed, "\(first)")
        try await Self.expectPublished(bench)
        await bench.close()
    }
}
