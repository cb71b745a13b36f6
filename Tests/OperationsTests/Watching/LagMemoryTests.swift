import Kafka
import Records
import Testing

@testable import CommandWorker
@testable import Operations

@Suite struct LagMemoryTests {
    private static let start = ContinuousClock.now
    private static let zero = TopicPartition(topic: "customer_commands", partition: 0)

    private func after(_ seconds: Int) -> ContinuousClock.Instant { Self.start + .seconds(seconds) }

    @Test(arguments: [
        (WorkerInspection.Partition.sample(), 10), (.sample(committed: nil), 100),
        (.sample(committed: nil, logStart: 40), 60), (.sample(committed: 120), 0),
        // The last offset is a transaction's marker.
        (.sample(committed: 99, incomplete: 0, readTo: 100), 0),
        (.sample(committed: 99, incomplete: 1, readTo: 100), 1),
        (.sample(committed: 90, incomplete: 0, readTo: 99), 10),
    ])
    func `lag counts from the committed offset, or from the start of the log`(
        _ partition: WorkerInspection.Partition,
        _ lag: Double
    ) {
        var memory = LagMemory()
        memory.update(.sample(partitions: [partition]), LogEnds.Known(), at: Self.start)
        let families = memory.families(at: Self.start)
        #expect(families[0].samples == [.init(lag, [.init("topic", "customer_commands"), .init("partition", "0")])])
        #expect(families[1].samples.map(\.value) == [0])
    }

    @Test func `an unknown end of the log has no lag, and a newer one from elsewhere wins`() {
        var memory = LagMemory()
        let ends = LogEnds.Known(ends: [TopicPartition(topic: "customer_commands", partition: 1): 1_000])
        memory.update(.sample(partitions: [.sample(logEnd: nil), .sample(1)]), ends, at: Self.start)
        #expect(memory.families(at: Self.start)[0].samples.map(\.value) == [910])
        #expect(memory.total == 910)
    }

    @Test func `before anything is known there is neither lag nor age`() {
        var memory = LagMemory()
        memory.update(.sample(partitions: []), LogEnds.Known(), at: Self.start)
        #expect(memory.families(at: Self.start).allSatisfy { $0.samples.isEmpty })
        #expect(memory.total == nil)
    }

    @Test(arguments: [
        ConsumerStop.brokersUnreachable(nil), .brokersSilent(for: .seconds(20)),
        .membershipLost(for: .seconds(20), state: "init"),
    ])
    func `lost partitions keep their lag, which ages, until the group has given them out again`(_ stop: ConsumerStop) {
        var memory = LagMemory()
        memory.update(.sample(brokerSilence: .seconds(1)), LogEnds.Known(), at: Self.start)
        #expect(memory.age(at: Self.start) == .seconds(1))
        for second in 1...420 {
            let lost = WorkerInspection.sample(partitions: [], stops: [stop], brokerSilence: .seconds(second + 1))
            memory.update(lost, LogEnds.Known(), at: self.after(second))
        }
        #expect(memory.total == 10)
        #expect(memory.age(at: self.after(420)) == .seconds(421))
        memory.update(.sample(partitions: [.sample(committed: 100)]), LogEnds.Known(), at: self.after(421))
        #expect(memory.total == 0)
        #expect(memory.age(at: self.after(421)) == .zero)
    }

    @Test func `partitions that another instance was given are forgotten after the grace`() {
        var memory = LagMemory()
        memory.update(.sample(partitions: [.sample(), .sample(1)]), LogEnds.Known(), at: Self.start)
        memory.update(.sample(), LogEnds.Known(), at: self.after(1))
        #expect(memory.total == 20)
        memory.update(.sample(), LogEnds.Known(), at: self.after(20))
        #expect(memory.total == 20)
        memory.update(.sample(), LogEnds.Known(), at: self.after(21))
        #expect(memory.total == 10)
        memory.update(.sample(partitions: []), LogEnds.Known(), at: self.after(22))
        memory.update(.sample(partitions: []), LogEnds.Known(), at: self.after(60))
        #expect(memory.total == nil)
        #expect(memory.age(at: self.after(60)) == nil)
    }

    @Test func `while the intake is paused the age is that of the answer about the ends`() {
        var memory = LagMemory()
        memory.update(.sample(), LogEnds.Known(), at: Self.start)
        memory.update(.sample(isPaused: true), LogEnds.Known(), at: self.after(4))
        #expect(memory.age(at: self.after(4)) == .seconds(4))
        let ends = LogEnds.Known(ends: [Self.zero: 150], answeredAt: self.after(5))
        memory.update(.sample(isPaused: true), ends, at: self.after(7))
        #expect(memory.age(at: self.after(7)) == .seconds(2))
        #expect(memory.total == 60)
    }

    @Test(arguments: [true, false])
    func `the lag of a partition that is paused alone grows with what brokers answer`(byOperator: Bool) {
        var paused = WorkerInspection.Partition.sample(1)
        (paused.isPausedByOperator, paused.isOverShare) = (byOperator, !byOperator)
        let inspection = WorkerInspection.sample(partitions: [.sample(), paused])
        #expect(inspection.unfetched == [paused.topicPartition])
        var memory = LagMemory()
        let ends = LogEnds.Known(ends: [paused.topicPartition: 150], answeredAt: self.after(5))
        memory.update(inspection, ends, at: self.after(7))
        #expect(memory.total == 70)
        #expect(memory.age(at: self.after(7)) == .seconds(2))
    }
}
