import CustomerContract
import Kafka
import Testing
import Topics

@testable import CommandWorker

@Suite struct RebalanceTests {
    private let partition = CoreDriver.partition

    @Test func `an assignment starts at what is committed, and what the metadata lists is skipped`() {
        let driver = CoreDriver()
        let metadata = OffsetMetadata.encode(.init(offset: 10, completed: .init(runs: [11...12])))
        #expect(driver.assign(at: 10, metadata: metadata).assigned.map(\.offset) == [10])
        for offset in 10...13 as ClosedRange<Int64> { driver.receive(offset, id: "\(offset)") }
        #expect(driver.take().stores.first?.lookUps.map(\.command.externalID.text) == ["10", "13"])
        #expect(driver.core.counters.skipped == 2)
    }

    @Test func `an assignment of nothing is answered at once, since the group waits for it`() {
        let driver = CoreDriver()
        driver.core.partitionsAssigned([])
        #expect(driver.take().assignments == [[]])
        driver.assign()
        driver.core.partitionsAssigned([])
        #expect(driver.take().assignments == [[]])
        #expect(driver.core.partitions.held.keys.sorted() == [self.partition])
    }

    @Test func `records that are skipped move the position by themselves`() {
        let driver = CoreDriver()
        let metadata = OffsetMetadata.encode(.init(offset: 10, completed: .init(runs: [10...12])))
        driver.assign(at: 10, metadata: metadata)
        for offset in 10...12 as ClosedRange<Int64> { driver.receive(offset, id: "a") }
        #expect(driver.take().batches.first?.offsets.map(\.offset) == [13])
    }

    @Test func `committed offsets that cannot be read are read again`() {
        let driver = CoreDriver()
        driver.core.partitionsAssigned([self.partition])
        #expect(driver.take().readings == [[self.partition]])
        driver.core.assignmentFailed([self.partition], at: driver.moment)
        #expect(driver.take().readings.isEmpty)
        #expect(driver.advance().readings == [[self.partition]])
        #expect(driver.now == .seconds(1))
    }

    @Test func `an answer that comes after the partition is gone assigns nothing`() {
        let driver = CoreDriver()
        driver.core.partitionsAssigned([self.partition])
        _ = driver.take()
        driver.core.partitionsRevoked([self.partition], at: driver.moment)
        #expect(driver.take().released == [self.partition])
        driver.core.assigned(
            [CommittedPosition(committed: PartitionOffset(self.partition, offset: 3))],
            at: driver.moment
        )
        #expect(driver.take().assigned.isEmpty)
        #expect(driver.core.partitions.held.isEmpty)
        driver.core.assignmentFailed([self.partition], at: driver.moment)
        #expect(driver.core.nextDeadline(at: driver.moment) == nil)
    }

    @Test func `a revoked partition goes back when what runs is published, and what did not run is left to others`()
        throws
    {
        let driver = CoreDriver()
        driver.assign()
        let request = try #require(driver.start(0, id: "a"))
        driver.receive(1, id: "a")
        driver.core.partitionsRevoked([self.partition], at: driver.moment)
        #expect(driver.take().released.isEmpty)
        driver.receive(2, id: "late")
        let batch = try #require(driver.succeed(request).batches.first)
        #expect(batch.records == [0])
        #expect(driver.published().released == [self.partition])
        #expect(driver.core.lanes.count == 0)
        #expect(driver.core.counters.abandoned == 1)
    }

    @Test func `a command that the ledger does not know sends no request for a partition that is going`() throws {
        let driver = CoreDriver()
        driver.assign()
        driver.receive(0, id: "a")
        let lookUps = try #require(driver.take().stores.first)
        driver.core.partitionsRevoked([self.partition], at: driver.moment)
        #expect(driver.take().released.isEmpty)
        driver.answer(lookUps)
        let actions = driver.take()
        #expect(actions.requests.isEmpty)
        #expect(actions.released == [self.partition])
    }

    @Test func `a revoked partition goes back when time is up, and what ends later publishes nothing`() throws {
        let driver = CoreDriver()
        driver.assign()
        let request = try #require(driver.start(0, id: "a"))
        driver.core.partitionsRevoked([self.partition], at: driver.moment)
        _ = driver.take()
        #expect(driver.advance().released == [self.partition])
        #expect(driver.now == .seconds(10))
        // The success is remembered all the same: whoever runs the command next has to know of it.
        driver.answer(request, .created(.created, CoreDriver.customer))
        let batch = try #require(driver.take().stores.first)
        #expect(batch.entries.count == 1)
        driver.answer(batch)
        #expect(driver.take().batches.isEmpty)
        #expect(driver.core.lanes.count == 0)
    }

    @Test func `a command of a partition that came back waits for the request of the one that was given up`() throws {
        let driver = CoreDriver()
        driver.assign()
        let old = try #require(driver.start(0, id: "a"))
        driver.core.partitionsLost([self.partition])
        _ = driver.take()
        driver.assign(at: 0)
        driver.receive(0, id: "a")
        #expect(driver.take().stores.isEmpty)
        driver.answer(old, CoreDriver.passing())
        #expect(driver.take().stores.first?.lookUps.count == 1)
    }

    @Test func `a partition that is lost while it is given back publishes nothing any more`() throws {
        let driver = CoreDriver()
        driver.assign()
        let request = try #require(driver.start(0, id: "a"))
        driver.core.partitionsRevoked([self.partition], at: driver.moment)
        _ = driver.take()
        driver.core.partitionsLost([self.partition])
        #expect(driver.succeed(request).batches.isEmpty)
        #expect(driver.core.lanes.count == 0)
    }

    @Test func `results that can no longer be written down do not hold up a revocation`() throws {
        let driver = CoreDriver { $0.metadataLimit = LineSamples.roomForOneRun }
        driver.assign()
        let slow = try #require(driver.start(0, id: "slow"))
        driver.receive(1, id: "a", isValid: false)
        _ = driver.take()
        _ = driver.start(2, id: "gap")
        driver.receive(3, id: "a", isValid: false)
        _ = driver.take()
        _ = driver.published()
        #expect(driver.core.results.waitingCount == 1)
        driver.core.partitionsRevoked([self.partition], at: driver.moment)
        #expect(driver.take().released.isEmpty)
        for ticket in driver.core.lanes.tickets(where: { $0.stage == .requesting }) where ticket != slow.ticket {
            driver.core.answered(ticket, BackendReply(CoreDriver.passing()), at: driver.moment)
        }
        #expect(driver.take().released.isEmpty)
        driver.answer(slow, CoreDriver.passing())
        #expect(driver.take().released == [self.partition])
        #expect(driver.now == .zero)
    }

    @Test func `a partition goes back without its pause, which would outlive the assignment`() throws {
        let driver = CoreDriver { $0.maximumInFlight = 1 }
        driver.assign()
        driver.receive(0, id: "a")
        _ = driver.take()
        #expect(driver.advance().paused == [self.partition])
        driver.core.partitionsLost([self.partition])
        let actions = driver.take()
        let order = actions.compactMap { action in
            switch action {
            case .resume(let partitions) where partitions == [self.partition]: "resume"
            case .release(let partitions) where partitions == [self.partition]: "release"
            default: nil
            }
        }
        #expect(order == ["resume", "release"])
    }

    @Test(arguments: [KafkaError.Code.illegalGeneration, .unknownMemberID, .fencedInstanceID, .rebalanceInProgress])
    func `a group that takes no offsets any more gets its partition back at once`(_ code: KafkaError.Code) throws {
        let driver = CoreDriver()
        driver.assign()
        let request = try #require(driver.start(0, id: "a"))
        driver.core.partitionsRevoked([self.partition], at: driver.moment)
        #expect(driver.succeed(request).batches.first?.records == [0])
        let error = KafkaError(code: code, message: "gone on", disposition: .permanent)
        #expect(driver.published(.failed(error, unpublished: nil)).released == [self.partition])
        #expect(driver.now == .zero)
        #expect(driver.core.results.waitingCount == 0)
    }

    @Test func `another trouble with publishing is tried again before a partition goes back`() throws {
        let driver = CoreDriver()
        driver.assign()
        let request = try #require(driver.start(0, id: "a"))
        driver.core.partitionsRevoked([self.partition], at: driver.moment)
        #expect(driver.succeed(request).batches.first?.records == [0])
        #expect(driver.published(.failed(CoreDriver.error, unpublished: nil)).released.isEmpty)
        #expect(driver.advance().batches.first?.records == [0])
        #expect(driver.published().released == [self.partition])
    }

    @Test func `skipped records that change nothing do not hold up a revocation`() {
        let driver = CoreDriver()
        let metadata = OffsetMetadata.encode(.init(offset: 0, completed: .init(runs: [1...5])))
        driver.assign(at: 0, metadata: metadata)
        driver.receive(0, id: "a")
        driver.receive(1, id: "b")
        driver.core.partitionsRevoked([self.partition], at: driver.moment)
        #expect(driver.take().released == [self.partition])
    }

    @Test func `a drain publishes what runs, takes nothing in and ends`() throws {
        let driver = CoreDriver()
        driver.assign()
        let request = try #require(driver.start(0, id: "a"))
        driver.receive(1, id: "a")
        driver.core.drain(until: .seconds(30))
        #expect(driver.take().paused == [self.partition])
        #expect(!driver.core.isDrained)
        driver.receive(2, id: "b")
        #expect(driver.succeed(request).batches.first?.records == [0])
        #expect(!driver.core.isDrained)
        #expect(driver.published().batches.isEmpty)
        #expect(driver.core.isDrained)
        #expect(driver.core.lanes.count == 0)
    }

    @Test func `a drain ends at its deadline, whatever still runs`() {
        let driver = CoreDriver()
        driver.assign()
        _ = driver.start(0, id: "a")
        driver.core.drain(until: .seconds(30))
        _ = driver.take()
        #expect(driver.advance().batches.isEmpty)
        #expect(driver.now == .seconds(30))
        #expect(driver.core.isDrained)
    }
}
