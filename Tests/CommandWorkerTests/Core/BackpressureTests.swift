import Kafka
import Records
import Testing

@testable import CommandWorker

/// What the whole core does about a full table and an operator's stop; the line alone is in `IntakeTests`.
@Suite struct BackpressureTests {
    @Test func `nobody polls for more than may be in flight`() {
        let driver = CoreDriver { $0.maximumInFlight = 5 }
        driver.assign()
        #expect(driver.pollLimit == 5)
        driver.receive(0, id: "a")
        driver.receive(1, id: "b")
        #expect(driver.pollLimit == 3)
    }

    @Test func `fullness stops polling at once and pauses only when it lasts`() throws {
        let driver = CoreDriver { $0.maximumInFlight = 4 }
        driver.assign()
        for offset in 0..<4 as Range<Int64> { driver.receive(offset, id: "\(offset)") }
        let lookUps = try #require(driver.take().stores.first)
        #expect(driver.core.intakeBlock == .full)
        #expect(driver.pollLimit == 0)
        #expect(driver.advance().paused == [CoreDriver.partition])
        #expect(driver.now == .seconds(1))
        // Paused, polling brings what concerns the group, and no record.
        #expect(driver.pollLimit == 64)
        driver.answer(lookUps)
        let requests = driver.take().requests
        _ = driver.succeed(requests[0])
        // One place is free: too little to begin again.
        #expect(driver.published().resumed.isEmpty)
        _ = driver.succeed(requests[1])
        #expect(driver.published().resumed == [CoreDriver.partition])
        #expect(driver.pollLimit == 2)
    }

    @Test func `bytes in flight are bounded too, and one record of any size fits`() {
        let driver = CoreDriver { $0.maximumInFlightBytes = 10 }
        driver.assign()
        #expect(driver.core.intakeBlock == nil)
        driver.receive(0, id: "longer than ten bytes")
        #expect(driver.core.intakeBlock == .full)
    }

    @Test func `an operator's stop pauses at once, and partitions that come later too`() {
        let driver = CoreDriver()
        driver.assign()
        driver.core.suspendIntake()
        #expect(driver.take().paused == [CoreDriver.partition])
        #expect(driver.core.intakeBlock?.reason == "suspended")
        let other = CoreDriver.partition.next
        #expect(driver.assign(other).paused == [other])
        driver.core.resumeIntake()
        #expect(Set(driver.take().resumed) == [CoreDriver.partition, other])
        #expect(driver.core.intakeBlock == nil)
    }
}

extension TopicPartition {
    /// The one with the next number.
    fileprivate var next: TopicPartition { TopicPartition(topic: self.topic, partition: self.partition + 1) }
}
