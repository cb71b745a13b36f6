import CustomerContract
import Kafka
import Records
import Testing
import Topics

@testable import CommandWorker

/// What is remembered of positions is believed only for the log it was learnt from.
@Suite struct LogIdentityTests {
    private let partition = CoreDriver.partition

    @Test func `a log that begins anew is read from there, and what runs of the old one ends without committing`()
        throws
    {
        let driver = CoreDriver()
        driver.assign(at: 100)
        let old = try #require(driver.start(100, id: "old"))
        driver.receive(0, id: "new")
        let actions = driver.take()
        #expect(actions.logReports == [.beganAnew(self.partition, known: 100, now: 0)])
        #expect(driver.core.counters.logRestarts == 1)
        // The group forgets the old log's position at once.
        #expect(actions.batches.map { $0.offsets.map(\.offset) } == [[0]])
        let store = try #require(actions.stores.first)
        driver.answer(store)
        let new = try #require(driver.published().requests.first ?? driver.take().requests.first)
        let ofOld = try #require(driver.succeed(old).batches.first)
        #expect(ofOld.records == [100])
        #expect(ofOld.offsets.isEmpty)
        #expect(driver.core.partitions.identities.count == 2)
        _ = driver.published()
        #expect(driver.core.partitions.identities.count == 1)
        let ofNew = try #require(driver.succeed(new).batches.first)
        #expect(ofNew.records == [0])
        #expect(ofNew.offsets.map(\.offset) == [1])
    }

    @Test func `a revocation waits for what runs of the old log, too`() throws {
        let driver = CoreDriver()
        driver.assign(at: 100)
        let old = try #require(driver.start(100, id: "old"))
        driver.receive(0, id: "old")
        _ = driver.take()
        _ = driver.published()
        driver.core.partitionsRevoked([self.partition], at: driver.moment)
        #expect(driver.take().released.isEmpty)
        let batch = try #require(driver.succeed(old).batches.first)
        #expect(batch.records == [100])
        #expect(driver.published().released == [self.partition])
        #expect(driver.core.partitions.identities.isEmpty)
        #expect(driver.core.partitions.superseded.isEmpty)
    }

    @Test func `a committed offset beyond the log's end is of another log, which is read from its beginning`() {
        let driver = CoreDriver()
        let metadata = OffsetMetadata.encode(.init(offset: 100, completed: .init(runs: [102...110])))
        let actions = driver.assign(at: 100, metadata: metadata, ends: Watermarks(low: 3, high: 99))
        #expect(actions.assigned.map(\.offset) == [3])
        #expect(actions.logReports == [.beganAnew(self.partition, known: 100, now: 3)])
        driver.receive(105, id: "a")
        #expect(driver.take().stores.first?.lookUps.count == 1)
        #expect(driver.core.counters.skipped == 0)
    }

    @Test func `a committed offset at the log's end is believed`() {
        let driver = CoreDriver()
        let actions = driver.assign(at: 100, ends: Watermarks(low: 3, high: 100))
        #expect(actions.assigned.map(\.offset) == [100])
        #expect(actions.logReports.isEmpty)
    }

    @Test func `records that retention took unread are counted, without those that were complete`() {
        let driver = CoreDriver()
        let metadata = OffsetMetadata.encode(.init(offset: 10, completed: .init(runs: [12...13, 18...22])))
        let actions = driver.assign(at: 10, metadata: metadata, ends: Watermarks(low: 20, high: 30))
        #expect(actions.assigned.map(\.offset) == [20])
        #expect(actions.logReports == [.skipped(self.partition, 10..<20, count: 6)])
        #expect(driver.core.counters.recordsSkipped == [.retention: 6])
        #expect(actions.batches.first?.offsets.map(\.offset) == [20])
        driver.receive(20, id: "a")
        driver.receive(23, id: "b")
        #expect(driver.take().stores.first?.lookUps.map(\.command.externalID.text) == ["b"])
        #expect(driver.core.counters.skipped == 1)
    }

    @Test(arguments: [
        (99 as Int64, "a", nil as Bool?), (99, "b", false), (100, "a", nil), (100, "b", false), (101, "a", false),
    ])
    func `the record before the committed offset, or at it when none is before, tells one log from another`(
        offset: Int64,
        id: String,
        matches: Bool?
    ) {
        let written = RecordFingerprint(CoreDriver.record(99, id: "a"))
        let metadata = OffsetMetadata.encode(.init(offset: 100, completed: .init(), fingerprint: written))
        var position = CommittedPosition(
            committed: PartitionOffset(self.partition, offset: 100, metadata: metadata),
            ends: Watermarks(low: 0, high: 200)
        )
        let record = CoreDriver.record(offset, id: id == "a" ? "a" : "another")
        position.compare(with: record)
        #expect(position.isOfAnotherLog == (matches == false))
        #expect(position.start.offset == (matches == false ? 0 : 100))
    }

    @Test
    func `a log that ends where the last complete record was is another one; one that could not be read is believed`() {
        let written = RecordFingerprint(CoreDriver.record(99, id: "a"))
        let metadata = OffsetMetadata.encode(.init(offset: 100, completed: .init(), fingerprint: written))
        let unread = CommittedPosition(committed: PartitionOffset(self.partition, offset: 100, metadata: metadata))
        #expect(!unread.isOfAnotherLog)
        var ended = unread
        ended.caughtUp(at: 100)
        #expect(ended.isOfAnotherLog)
        var early = unread
        early.caughtUp(at: 99)
        #expect(!early.isOfAnotherLog)
    }
}
